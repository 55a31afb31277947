from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Level, Person
from learning.paths import audiences
from learning.paths.audience_rules import AudienceSpec, UnitChoice
from tests.factories import make_position
from tests.paths.scene import Town, audience, make_town, manager


def reached(session: Session, town: Town, spec: AudienceSpec) -> list[int]:
    people = audiences.people_in(town.agency.id, spec, clock.today())
    return sorted(session.scalars(select(people.c.person_id)))


def ids(*people: Person) -> list[int]:
    return sorted(person.id for person in people)


def test_a_unit_with_or_without_those_below(session: Session) -> None:
    town = make_town(session)
    head = manager(session, town.health)
    carer, nurse = manager(session, town.home_care), manager(session, town.nursing)
    teacher = manager(session, town.school)
    assert reached(session, town, audience(town.health)) == ids(head, carer, nurse)
    assert reached(session, town, audience(town.health, below=False)) == ids(head)
    assert reached(session, town, audience(town.top)) == ids(head, carer, nurse, teacher)
    mixed = AudienceSpec(frozenset({UnitChoice(town.health.id, True), UnitChoice(town.school.id, False)}))
    assert reached(session, town, mixed) == ids(head, carer, nurse, teacher)


def test_only_the_chosen_levels(session: Session) -> None:
    town = make_town(session)
    first, middle = manager(session, town.school), manager(session, town.school, level=Level.MIDDLE)
    manager(session, town.school, level=Level.EMPLOYEE)
    assert reached(session, town, audience(town.top, levels=(Level.MIDDLE,))) == ids(middle)
    assert reached(session, town, audience(town.top, levels=(Level.MIDDLE, Level.FIRST_LINE))) == ids(first, middle)


def test_only_current_positions_of_active_people(session: Session) -> None:
    town, today, day = make_town(session), clock.today(), timedelta(days=1)
    ends_today = manager(session, town.school, ends_on=today)
    begins_today = manager(session, town.school, starts_on=today)
    manager(session, town.school, ends_on=today - day)
    manager(session, town.school, starts_on=today + day)
    manager(session, town.school).deactivated_at = clock.now()
    session.flush()
    assert reached(session, town, audience(town.top)) == ids(ends_today, begins_today)


def test_two_positions_count_once_and_the_newest_is_chosen(session: Session) -> None:
    town = make_town(session)
    person = manager(session, town.school, starts_on=date(2019, 1, 1))
    newest = make_position(session, person, town.nursing, starts_on=date(2022, 1, 1))
    same_day = make_position(session, person, town.home_care, starts_on=date(2022, 1, 1))
    people = audiences.people_in(town.agency.id, audience(town.top), clock.today())
    assert session.scalars(select(people.c.position_id)).all() == [min(newest.id, same_day.id)]


def test_another_agency_is_never_reached(session: Session) -> None:
    mine, theirs = make_town(session), make_town(session)
    manager(session, theirs.school)
    assert reached(session, mine, audience(theirs.top)) == []
    with pytest.raises(audiences.UnknownUnit):
        audiences.check(session, mine.agency.id, audience(mine.top, theirs.top))


def test_a_ring_in_the_tree_still_ends(session: Session) -> None:
    town = make_town(session)
    teacher = manager(session, town.school)
    town.top.parent_id = town.school.id
    session.flush()
    assert reached(session, town, audience(town.school)) == ids(teacher)
