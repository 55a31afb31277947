"""Somebody moves: assignments follow the new place from its day, the record stays whole, each agency sees its part."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.certificates.models import Certificate
from learning.notifications.worker import refresh_audiences
from learning.organisation.models import Level, Person, Unit
from learning.organisation.people import NewPosition, add_position, end_position
from learning.paths.due_dates import DueRule
from learning.paths.membership import refresh
from learning.paths.models import Assignment, AssignmentMember, DueKind
from learning.progress import enrolling
from tests.factories import complete_course, grant, make_person, make_position, publish_practice, publish_sample
from tests.paths.scene import Town, assign, audience, make_course, make_path, make_town, manager
from tests.practice import scene as practising

SignIn = Callable[[Person], FlaskClient]
DAY = timedelta(days=1)


def held_now(session: Session, person_id: int) -> set[int]:
    """The assignments that a person is a member of now."""
    session.expire_all()
    found = session.scalars(
        select(AssignmentMember.assignment_id).where(
            AssignmentMember.person_id == person_id, AssignmentMember.left_at.is_(None)
        )
    )
    return set(found)


def give(
    session: Session, town: Town, *units: Unit, levels: tuple[Level, ...] = (), due: DueRule | None = None
) -> Assignment:
    """An assignment of a new path; somebody is there already, for it cannot be given to nobody."""
    for unit in units:
        manager(session, unit, level=levels[0] if levels else Level.FIRST_LINE)
    path = make_path(session, town.agency, make_course(session))
    return assign(session, path, audience(*units, levels=levels), due or DueRule(DueKind.NONE))


def at(unit: Unit, starts_on: date, level: Level = Level.FIRST_LINE) -> NewPosition:
    return NewPosition(unit.id, "Head", level, starts_on)


def test_another_unit_and_level_bring_their_own_assignments(session: Session) -> None:
    town, today = make_town(session), clock.today()
    school, nursing, middle = (
        give(session, town, town.school).id,
        give(session, town, town.nursing).id,
        give(session, town, town.top, levels=(Level.MIDDLE,)).id,
    )
    person = manager(session, town.school)
    (first,) = person.positions
    add_position(session, town.agency.id, person, at(town.school, today, Level.EMPLOYEE))
    assert held_now(session, person.id) == {school}
    second = add_position(session, town.agency.id, person, at(town.nursing, today), replaces=first)
    assert held_now(session, person.id) == {school, nursing}  # the other position at school goes on
    add_position(session, town.agency.id, person, at(town.nursing, today + DAY, Level.MIDDLE), replaces=second)
    assert held_now(session, person.id) == {school, nursing}
    with clock.stopped_at(clock.now() + DAY):
        refresh(session)
        assert held_now(session, person.id) == {school, nursing, middle}


def test_a_position_that_begins_tomorrow_counts_tomorrow_by_the_nightly_refresh(app: Flask, session: Session) -> None:
    town, today = make_town(session), clock.today()
    due = DueRule(DueKind.AFTER_POSITION_START, days=30)
    old, new = give(session, town, town.school).id, give(session, town, town.nursing, due=due).id
    person = manager(session, town.school)
    (position,) = person.positions
    add_position(session, town.agency.id, person, at(town.nursing, today + DAY), replaces=position)
    person_id = person.id
    assert held_now(session, person_id) == {old}
    session.commit()
    refresh_audiences()
    assert held_now(session, person_id) == {old}
    session.commit()
    with clock.stopped_at(clock.start_of_day(today + DAY) + timedelta(minutes=5)):
        refresh_audiences()
        assert held_now(session, person_id) == {new}
    member = session.scalars(
        select(AssignmentMember).where(AssignmentMember.person_id == person_id, AssignmentMember.assignment_id == new)
    ).one()
    assert member.due_on == today + 31 * DAY


def test_a_position_that_ended_yesterday_is_left_and_one_that_ends_today_is_not(app: Flask, session: Session) -> None:
    town, today = make_town(session), clock.today()
    given = give(session, town, town.school).id
    person = manager(session, town.school)
    person_id = person.id
    end_position(session, person.positions[0], today)
    assert held_now(session, person_id) == {given}
    session.commit()
    refresh_audiences()
    assert held_now(session, person_id) == {given}
    session.commit()
    with clock.stopped_at(clock.start_of_day(today + DAY) + timedelta(minutes=5)):
        refresh_audiences()
    assert held_now(session, person_id) == set()


def test_a_move_between_agencies_keeps_one_record_and_each_sees_its_own_part(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    old, new, today = make_town(session), make_town(session), clock.today()
    staff = {}
    for town in (old, new):
        for role in (Role.HR, Role.AUDITOR, Role.AGENCY_ADMIN):
            staff[town.agency.slug, role] = manager(session, town.top)
            grant(session, staff[town.agency.slug, role], role, town.agency)
    sample, practice = publish_sample(session), publish_practice(session)
    person = make_person(session, given_name="Ada", family_name="Berg", email="ada@example.org")
    first = make_position(session, person, old.school)
    old_path, new_path = (
        make_path(session, old.agency, sample.course),
        make_path(session, new.agency, practice.course),
    )
    assign(session, old_path, audience(old.top))
    assign(session, new_path, audience(new.top))
    before = complete_course(session, person, sample)
    end_position(session, first, today - DAY)
    add_position(session, new.agency.id, person, at(new.school, today))
    enrolment = enrolling.enrol(session, person, practice.course, "en")
    after = practising.complete(session, enrolment)
    assert (before.agency_id, after.agency_id) == (old.agency.id, new.agency.id)
    serials = {each.completion_id: each.serial for each in session.scalars(select(Certificate))}
    titles = {old.agency.slug: before.course_title, new.agency.slug: after.course_title}
    own = {old.agency.slug: serials[before.id], new.agency.slug: serials[after.id]}
    for each in (person, old.agency, new.agency, old_path, new_path, *staff.values()):
        session.refresh(each)
    session.commit()

    for town, other, path, foreign_path in ((old, new, old_path, new_path), (new, old, new_path, old_path)):
        slug, foreign = town.agency.slug, other.agency.slug
        here = f"/agency/{slug}"
        hr, auditor, admin = (sign_in(staff[slug, role]) for role in (Role.HR, Role.AUDITOR, Role.AGENCY_ADMIN))
        page = hr.get(f"{here}/people/{person.id}").get_data(as_text=True)
        assert own[slug] in page
        assert (path.title in page) is (town is new)  # in the old agency nothing is assigned any longer
        for address, client in (
            (f"{here}/people/{person.id}", hr), (f"{here}/people", hr), (f"{here}/members", hr), (f"{here}/", hr),
            (f"{here}/records", auditor), (f"{here}/certificates", hr), (f"{here}/audit", admin),
            (f"{here}/outbox", hr), (f"{here}/doubles", hr),
        ):  # fmt: skip
            answer = client.get(address, follow_redirects=True)
            text = answer.get_data(as_text=True)
            assert answer.status_code == 200, address
            for secret in (own[foreign], foreign_path.title, other.agency.name, f"/agency/{foreign}/"):
                assert secret not in text, f"{address}: {secret}"
        assert f"{here}/people/{person.id}" in hr.get(f"{here}/records").get_data(as_text=True)
        for form in ("csv", "ndjson"):
            exported = auditor.post(f"{here}/records/export", data={"format": form}).get_data(as_text=True)
            assert own[slug] in exported
            assert titles[slug] in exported
            assert own[foreign] not in exported
            assert other.agency.organisation_number not in exported
        assert sign_in(staff[slug, Role.HR]).get(f"/agency/{foreign}/people/{person.id}").status_code == 404
    old_hr = sign_in(staff[old.agency.slug, Role.HR])
    assert "ada@example.org" not in old_hr.get(f"/agency/{old.agency.slug}/people/{person.id}").get_data(as_text=True)

    client = sign_in(person)
    record = client.get("/my/record").get_data(as_text=True)
    assert all(title in record for title in titles.values())
    data = json.loads(client.get("/my/data").data)
    assert {each["serial"] for each in data["certificates"]} == set(own.values())
    assert [each["agency"] for each in data["positions"]] == [old.agency.name, new.agency.name]
    start = client.get("/").get_data(as_text=True)
    assert new_path.title in start
    assert old_path.title not in start


def test_somebody_in_two_agencies_has_both_sets_of_assignments_and_one_record(
    session: Session, sign_in: SignIn
) -> None:
    one, two = make_town(session), make_town(session)
    sample = publish_sample(session)
    person = make_person(session)
    make_position(session, person, one.school)
    make_position(session, person, two.school, starts_on=clock.today())
    paths = [make_path(session, town.agency, sample.course) for town in (one, two)]
    for path, town in zip(paths, (one, two), strict=True):
        assign(session, path, audience(town.top))
    hrs = []
    for town in (one, two):
        hrs.append(manager(session, town.top))
        grant(session, hrs[-1], Role.HR, town.agency)
    completion = complete_course(session, person, sample)
    assert completion.agency_id == two.agency.id  # the position that began last
    for each in (person, one.agency, two.agency, *hrs, *paths):
        session.refresh(each)
    session.commit()
    start = sign_in(person).get("/").get_data(as_text=True)
    assert all(path.title in start for path in paths)
    for hr, town, path, other_path in zip(hrs, (one, two), paths, paths[::-1], strict=True):
        page = sign_in(hr).get(f"/agency/{town.agency.slug}/people/{person.id}").get_data(as_text=True)
        assert path.title in page
        assert other_path.title not in page
        assert "1 of 1 courses done." in page  # what is done counts wherever it was done
        assert ("A sample course" in page.split('id="completed"')[1]) is (town is two)
