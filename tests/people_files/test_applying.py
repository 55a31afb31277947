"""A file again is no change, an export read back is none, and many people take no more statements than few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import db
from learning.organisation.models import Level, Membership, Person
from learning.organisation.signals import positions_changed
from learning.people_files import writing
from learning.people_files.applying import ChangedMeanwhile, apply
from learning.people_files.circles import circles, way_round
from learning.people_files.known import KnownPosition
from learning.people_files.matching import How, Wanted, match
from learning.people_files.steps import Options, Outcome
from learning.people_files.walking import plan_file
from tests.factories import make_agency, make_person, make_position, make_unit
from tests.people_files.towns import (
    HR_RIGHTS,
    NO_MAIL,
    TODAY,
    Town,
    apply_rows,
    file_of,
    make_town,
    outcomes,
    plan_rows,
    row,
)


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with clock.stopped_at(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def _everybody(count: int, **changes: str) -> list[list[str]]:
    """Rows with all that costs statements: managers, tags, numbers."""
    units = ("1.1", "Health / Home care north", "School")
    return [
        row(**{
            "number": f"n{place}", "email": f"p{place}@town.example", "unit": units[place % 3], "tags": "a, b",
            "manager": f"p{place // 10}@town.example" if place >= 10 else "", "starts": "2026-01-01", **changes,
        })
        for place in range(count)
    ]  # fmt: skip


def _statements(session: Session, town: Town, rows: list[list[str]]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        apply_rows(session, town, *rows, options=Options())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_200_people_take_as_many_statements_as_10(session: Session) -> None:
    small, large = make_town(session), make_agency(session)
    root = make_unit(session, large, name="Town", code="1")
    health = make_unit(session, large, root, name="Health", code="1.1")
    make_unit(session, large, health, name="Home care north", code="1.1.1")
    make_unit(session, large, root, name="School", code="1.2")
    session.commit()
    town = Town(large, root, health, health, health, small.hr, small.platform)
    few, many = _everybody(10), _everybody(200)
    for each in many:
        each[3] = each[3].replace("town", "other")
        each[10] = each[10].replace("town", "other")
    assert _statements(session, town, many) <= _statements(session, small, few) + 1
    changes = {"family": "Lie", "title": "New", "level": "middle", "tags": "b, c", "starts": "2026-06-01"}
    few, many = _everybody(10, **changes), _everybody(200, **changes)
    for place, each in enumerate(few):
        each[3] = f"q{place}@town.example"
        each[10] = each[10].replace("p", "q")
    for place, each in enumerate(many):
        each[3] = f"q{place}@other.example"
        each[10] = each[10].replace("p", "q").replace("town.exam", "other.exam")
    for each in [*few, *many]:
        each[10] = each[10].replace(".examqle", ".example")
    assert _statements(session, town, many) <= _statements(session, small, few) + 1


def test_10000_rows_are_looked_over_and_applied_and_nothing_is_left_to_change(session: Session, town: Town) -> None:
    data = file_of(_everybody(10_000))
    plan = plan_file(session, town.agency, data, Options(), HR_RIGHTS)
    again = plan_file(session, town.agency, data, Options(), HR_RIGHTS, lock=True)
    assert plan.digest == again.digest
    apply(session, town.agency, again, actor_id=None, name="people.csv", digest="d" * 64)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Membership)) == 10_001
    assert not plan_file(session, town.agency, data, Options(), HR_RIGHTS).changes_something


def test_listeners_hear_once_of_all_positions_and_tags(session: Session, town: Town) -> None:
    heard: list[int] = []

    def hear(_: Session, *, agency_id: int, **__: Any) -> None:
        heard.append(agency_id)

    with positions_changed.connected_to(hear):
        apply_rows(session, town, *_everybody(12))
        apply_rows(session, town, *_everybody(12))
        assert heard == [town.agency.id]
        apply_rows(session, town, *_everybody(12, tags="c"))
        assert heard == [town.agency.id] * 2


def test_who_takes_an_address_meanwhile_undoes_all_of_it(session: Session, town: Town) -> None:
    plan = plan_rows(session, town, row(), row(email="b@town.example"))
    make_person(session, email="b@town.example")
    session.commit()
    with pytest.raises(ChangedMeanwhile):
        apply(session, town.agency, plan, actor_id=None, name="people.csv", digest="d" * 64)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Person).where(Person.email == "ase@town.example")) == 0


def _export(town: Town, name: str, language: str) -> bytes:
    return b"".join(writing.pieces(town.agency.id, writing.FORMATS[name], language))


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_todays_people_read_back_change_nothing(session: Session, town: Town, name: str) -> None:
    apply_rows(session, town, *_everybody(12), row(number="007", given="=Åse", title="-'", tags="x"))
    ase = session.scalars(select(Person).where(Person.email == "ase@town.example")).one()
    gone, cato = make_person(session), make_person(session, language="en")
    make_position(session, gone, town.school, ends_on=date(2026, 1, 1))
    make_position(session, ase, town.health, title="Second", level=Level.ELECTED, starts_on=date(2021, 1, 1))
    make_position(session, ase, town.north, starts_on=date(2027, 1, 1), ends_on=date(2040, 1, 1))
    make_position(session, cato, town.north, reports_to_id=gone.id, ends_on=TODAY)
    make_position(session, cato, make_unit(session, make_agency(session)))
    make_position(session, cato, town.school, reports_to_id=ase.id, starts_on=date(2099, 1, 1))
    make_unit(session, town.agency, town.school, name="Home care north", code="=x")
    session.commit()
    for language in ("nb", "nn", "en"):
        data = _export(town, name, language)
        plan = plan_file(session, town.agency, data, NO_MAIL, HR_RIGHTS)
        assert plan.faults == []
        assert set(outcomes(plan)) == {Outcome.UNCHANGED}
        assert not plan.changes_something
        assert len(plan.rows) == 18
    assert gone.email.encode() not in _export(town, "csv", "nb")


WISHES = st.lists(
    st.fixed_dictionaries({
        "number": st.sampled_from(["", "1", "2"]),
        "email": st.sampled_from(["a@town.example", "b@town.example", "c@town.example"]),
        "unit": st.sampled_from(["1.1", "1.1.1", "1.2"]),
        "level": st.sampled_from(["top", "middle"]),
        "title": st.sampled_from(["", "Head", "Chief"]),
        "starts": st.sampled_from(["", "2026-01-01", "2026-11-25", "2027-02-01"]),
        "ends": st.sampled_from(["", "2026-11-01", "2026-11-25", "2027-06-01"]),
        "manager": st.sampled_from(["", "1", "hr@town.example", "a@town.example"]),
        "tags": st.sampled_from(["", "x", "x, y"]),
        "family": st.sampled_from(["", "Lie", "Vik"]),
    }),
    min_size=1,
    max_size=4,
)  # fmt: skip


@pytest.mark.one_database
def test_any_files_after_each_other_and_each_again_is_no_change(app: Flask, session: Session, town: Town) -> None:
    """Whatever was applied, the same file again does nothing, and what is exported does nothing when read back."""
    applied = 0

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.lists(WISHES, min_size=1, max_size=3))
    def check(files: list[list[dict[str, str]]]) -> None:
        nonlocal applied
        nested = session.begin_nested()
        for wishes in files:
            data = file_of([row(**{**wish, "family": wish["family"] or "Lie"}) for wish in wishes])
            plan = plan_file(session, town.agency, data, NO_MAIL, HR_RIGHTS)
            if plan.faults:
                continue
            apply(session, town.agency, plan, actor_id=None, name="", digest="d" * 64)
            applied += 1
            again = plan_file(session, town.agency, data, NO_MAIL, HR_RIGHTS)
            assert (again.faults, again.changes_something) == ([], False)
            form = writing.FORMATS["csv"]
            rows = writing.stream(session, town.agency.id, "nb")
            export = b"".join(form.write(writing.Sheets(writing.header("nb"), rows)))
            read_back = plan_file(session, town.agency, export, NO_MAIL, HR_RIGHTS)
            assert (read_back.faults, read_back.changes_something) == ([], False)
        nested.rollback()
        session.expire_all()

    check()
    assert applied > 20


@given(
    st.lists(st.builds(Wanted, st.integers(1, 3), st.none() | st.sampled_from([TODAY, TODAY + timedelta(9)]),
                       st.none() | st.sampled_from([TODAY - timedelta(1), TODAY + timedelta(20)])), max_size=4),
    st.lists(st.tuples(st.integers(1, 3), st.integers(-400, 30), st.none() | st.integers(-200, 60)), max_size=4),
)  # fmt: skip
def test_no_position_is_taken_by_two_rows_and_no_row_is_forgotten(
    wanted: list[Wanted], held: list[tuple[int, int, int | None]]
) -> None:
    positions = [
        KnownPosition(
            place, 1, unit, "", Level.TOP, TODAY + timedelta(start),
            None if end is None else TODAY + timedelta(max(start, end)), None,
        )
        for place, (unit, start, end) in enumerate(held)
    ]  # fmt: skip
    found = match(wanted, positions, TODAY)
    assert len(found) == len(wanted)
    taken = [position.id for how, position in found if how in (How.SAME, How.MOVE) and position]
    assert len(taken) == len(set(taken))
    for row_, (how, position) in zip(wanted, found, strict=True):
        if how is How.SAME:
            assert position is not None
            assert position.unit_id == row_.unit_id


@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), max_size=3), max_size=10))
def test_circles_are_those_who_reach_each_other(managers: dict[int, set[int]]) -> None:
    def above(start: int) -> set[int]:
        seen: set[int] = set()
        stack = [start]
        while stack:
            for each in managers.get(stack.pop(), set()) - seen:
                seen.add(each)
                stack.append(each)
        return seen

    reach = {each: above(each) for each in range(10)}
    together = {
        frozenset(b for b in range(10) if b == a or (b in reach[a] and a in reach[b])) for a in range(10)
    }  # fmt: skip
    found = circles(managers)
    assert {frozenset(each) for each in found} == {each for each in together if len(each) > 1}
    for circle in found:
        start = min(circle)
        first = min(managers[start] & circle)
        way = way_round(start, first, managers, circle)
        assert way[0] == start
        assert set(way) <= circle
