from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation import agencies, people
from learning.organisation.models import Agency, AgencyKind, Level, Unit
from learning.organisation.people import AddressTaken, NewPosition, OwnManager, PersonFacts, PositionTaken, WrongOrder
from learning.organisation.signals import positions_changed
from learning.organisation.units import tree
from tests.factories import NUMBERS, make_agency, make_person, make_position, make_unit

YESTERDAY = clock.today() - timedelta(days=1)
TOMORROW = clock.today() + timedelta(days=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make_unit(session, agency)


def facts(email: str = "New@Example.org") -> PersonFacts:
    return PersonFacts("Åse", "Ødegård", email, "nb")


def at(unit: Unit, starts_on: date = date(2026, 1, 1), reports_to_id: int | None = None) -> NewPosition:
    return NewPosition(unit.id, "Manager", Level.MIDDLE, starts_on, reports_to_id)


@pytest.mark.parametrize(
    "query", ["ødegård", "Ødegård", "ØDEGÅRD", "degå", "åse", "Åse ødeg", "NEW@exa", "enhetsleder"]
)
def test_a_person_is_found_however_the_name_is_typed(session: Session, agency: Agency, unit: Unit, query: str) -> None:
    person = make_person(session, given_name="Åse", family_name="Ødegård", email="new@example.org")
    make_position(session, person, unit, title="Enhetsleder")
    make_position(session, make_person(session), unit)
    assert [row[0].id for row in people.find_people(session, agency.id, query=query)] == [person.id]


@pytest.mark.parametrize("query", ["%", "_", "\\", "100%", "nobody at all", "'", "a" * 100])
def test_signs_that_databases_read_specially_are_plain_text(
    session: Session, agency: Agency, unit: Unit, query: str
) -> None:
    make_position(session, make_person(session, given_name="Ola", family_name="Nordmann"), unit)
    assert people.find_people(session, agency.id, query=query) == []


def test_the_list_holds_current_and_coming_positions_of_the_agency(
    session: Session, agency: Agency, unit: Unit
) -> None:
    now, coming, gone, elsewhere = (make_person(session, family_name=name) for name in ("A", "B", "C", "D"))
    make_position(session, now, unit, ends_on=clock.today())
    make_position(session, coming, unit, starts_on=TOMORROW)
    make_position(session, gone, unit, ends_on=YESTERDAY)
    make_position(session, elsewhere, make_unit(session, make_agency(session)))
    assert [row[0].id for row in people.find_people(session, agency.id)] == [now.id, coming.id]
    assert people.person_in(session, agency.id, gone.id) is gone
    assert people.person_in(session, agency.id, elsewhere.id) is None
    assert people.works_in(session, agency.id, coming.id)
    assert not people.works_in(session, agency.id, gone.id)


def test_unit_and_level_filter(session: Session, agency: Agency, unit: Unit) -> None:
    below = make_unit(session, agency, unit)
    top, low = make_person(session, family_name="A"), make_person(session, family_name="B")
    make_position(session, top, unit, level=Level.TOP)
    make_position(session, low, below)
    found = people.find_people
    assert [row[0].id for row in found(session, agency.id, unit_id=unit.id)] == [top.id, low.id]
    assert [row[0].id for row in found(session, agency.id, unit_id=below.id)] == [low.id]
    assert [row[0].id for row in found(session, agency.id, level=Level.TOP)] == [top.id]
    assert found(session, agency.id, unit_id=make_unit(session, make_agency(session)).id) == []


def test_pages_follow_one_another(session: Session, agency: Agency, unit: Unit) -> None:
    everybody = [make_person(session, family_name=f"F{number:03d}") for number in range(people.PAGE + 5)]
    for person in everybody:
        make_position(session, person, unit)
    first = people.find_people(session, agency.id, page=1)
    second = people.find_people(session, agency.id, page=2)
    assert len(first) == people.PAGE + 1
    seen = [row[0].id for row in (*first[: people.PAGE], *second)]
    assert seen == [person.id for person in everybody]


def test_a_new_person_has_a_small_letter_address_and_a_position(session: Session, agency: Agency, unit: Unit) -> None:
    manager = make_person(session)
    told = []

    def listen(sender: Session, *, agency_id: int) -> None:
        told.append(agency_id)

    with positions_changed.connected_to(listen):
        person, is_new = people.add_person(session, agency.id, facts(), at(unit, reports_to_id=manager.id))
    assert (is_new, person.email) == (True, "new@example.org")
    assert [each.reports_to_id for each in people.positions_in(session, agency.id, person.id)] == [manager.id]
    assert told == [agency.id]


def test_a_known_address_is_refused_unless_joining_is_allowed(session: Session, agency: Agency, unit: Unit) -> None:
    known = make_person(session, email="new@example.org", given_name="Known")
    with pytest.raises(AddressTaken):
        people.add_person(session, agency.id, facts(), at(unit))
    person, is_new = people.add_person(session, agency.id, facts(), at(unit), may_join=True)
    assert (person.id, is_new, person.given_name) == (known.id, False, "Known")
    with pytest.raises(PositionTaken):
        people.add_person(session, agency.id, facts(), at(unit), may_join=True)


def test_a_move_ends_the_old_position_the_day_before(session: Session, agency: Agency, unit: Unit) -> None:
    person, other = make_person(session), make_unit(session, agency)
    old = make_position(session, person, unit, starts_on=date(2026, 1, 1))
    people.add_position(session, agency.id, person, at(other, date(2026, 5, 1)), replaces=old)
    assert old.ends_on == date(2026, 4, 30)


def test_a_move_never_prolongs_what_had_an_end(session: Session, agency: Agency, unit: Unit) -> None:
    person = make_person(session)
    old = make_position(session, person, unit, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    people.add_position(session, agency.id, person, at(unit, date(2026, 5, 1)), replaces=old)
    assert old.ends_on == date(2026, 2, 1)


def test_what_cannot_be_is_refused(session: Session, agency: Agency, unit: Unit) -> None:
    person = make_person(session)
    old = make_position(session, person, unit, starts_on=date(2026, 1, 1))
    with pytest.raises(WrongOrder):
        people.add_position(session, agency.id, person, at(unit, date(2025, 5, 1)), replaces=old)
    with pytest.raises(OwnManager):
        people.add_position(session, agency.id, person, at(unit, date(2026, 5, 1), person.id))
    with pytest.raises(WrongOrder):
        people.end_position(session, old, date(2025, 12, 31))
    with pytest.raises(ValueError):
        people.add_position(session, agency.id, make_person(session), at(unit), replaces=old)
    people.end_position(session, old, date(2026, 1, 1))
    assert [each.ends_on for each in people.positions_in(session, agency.id, person.id)] == [date(2026, 1, 1)]


def test_changing_to_somebody_elses_address_is_refused(session: Session, agency: Agency, unit: Unit) -> None:
    make_person(session, email="taken@example.org")
    person, _ = people.add_person(session, agency.id, facts(), at(unit))
    with pytest.raises(AddressTaken):
        people.change_person(session, person, facts("Taken@example.org "))
    assert people.change_person(session, person, facts()) == []
    assert people.change_person(session, person, facts("newer@example.org")) == ["email"]


def test_only_current_members_count_as_members(session: Session, agency: Agency, unit: Unit) -> None:
    now, coming = make_person(session, email="now@example.org"), make_person(session, email="coming@example.org")
    make_position(session, now, unit)
    make_position(session, coming, unit, starts_on=TOMORROW)
    assert people.member(session, agency.id, " NOW@example.org ") is now
    assert people.member(session, agency.id, "coming@example.org") is None
    assert people.members_among(session, agency.id, [now.id, coming.id]) == {now.id}
    make_position(session, now, make_unit(session, make_agency(session)), starts_on=TOMORROW)
    assert people.belongs_elsewhere(session, agency.id, now.id)
    assert not people.belongs_elsewhere(session, agency.id, coming.id)


def test_an_agency_begins_with_a_root_unit(session: Session) -> None:
    agency = agencies.add_agency(
        session, slug="new", name="New agency", kind=AgencyKind.STATE, organisation_number="999 000 118"
    )
    assert agency.organisation_number == NUMBERS[0]
    assert [(row.unit.name, row.depth) for row in tree(session, agency.id)] == [("New agency", 0)]
    for slug, number in (("new", NUMBERS[1]), ("other", NUMBERS[0])):
        with pytest.raises(agencies.AgencyTaken):
            agencies.add_agency(session, slug=slug, name="Other", kind=AgencyKind.STATE, organisation_number=number)
    assert len(agencies.all_agencies(session)) == 1
