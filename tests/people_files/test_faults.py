"""Every fault is named by row and column, says how to mend it, and keeps all of the file from being applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.organisation.models import Membership, Person, Position
from learning.people_files import wording
from learning.people_files.applying import apply
from learning.people_files.checking import LEVELS
from learning.people_files.columns import NAMES
from learning.people_files.faults import Fault, Kind
from learning.people_files.walking import plan_file
from tests.factories import grant, make_agency, make_person, make_position, make_unit
from tests.people_files.towns import (
    HR_RIGHTS,
    NO_MAIL,
    Town,
    apply_rows,
    file_of,
    kinds,
    make_town,
    plan_rows,
    row,
)


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with clock.stopped_at(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def town(session: Session) -> Town:
    """With Åse (number 17), Bo (number 18), Cato who belongs to another agency too, and Dag who has left."""
    town = make_town(session)
    apply_rows(
        session, town, row(number="17"), row(number="18", given="Bo", family="Lie", email="bo@town.example"),
        row(given="Cato", family="Vik", email="cato@town.example"),
        row(given="Dag", family="Nes", email="dag@town.example", number="20"),
    )  # fmt: skip
    for email in ("cato@town.example", "dag@town.example"):
        somebody = session.scalars(select(Person).where(Person.email == email)).one()
        if email.startswith("dag"):
            session.scalars(select(Position).where(Position.person_id == somebody.id)).one().starts_on = date(
                2020, 1, 1
            )
            session.scalars(select(Position).where(Position.person_id == somebody.id)).one().ends_on = date(2024, 1, 1)
        else:
            make_position(session, somebody, make_unit(session, make_agency(session)))
    outside = make_person(session, email="else@other.example", given_name="Eli", family_name="Foss")
    make_position(session, outside, make_unit(session, make_agency(session)))
    make_unit(session, town.agency, town.school, name="Home care north")
    admin = session.scalars(select(Person).where(Person.email == "bo@town.example")).one()
    grant(session, admin, Role.AGENCY_ADMIN, town.agency)
    session.commit()
    return town


NEW = {"given": "Ny", "family": "Person", "email": "ny@town.example"}
# The rows of a file, and what is wrong with them.
WRONG: dict[str, tuple[list[list[str]], list[tuple[int, str, str]]]] = {
    "missing e-mail": ([row(email=" ")], [(2, "email", "missing-email")]),
    "malformed e-mail": ([row(email="ase(at)town")], [(2, "email", "bad-email")]),
    "address twice": (
        [row(**NEW), row(**{**NEW, "given": "Nora"})], [(3, "email", "address-twice")],
    ),
    "number twice": (
        [row(**NEW, number="9"), row(number="9", given="B", email="b@town.example")],
        [(3, "employee-number", "number-twice")],
    ),
    "missing unit": ([row(unit="")], [(2, "unit", "missing-unit")]),
    "unknown unit": ([row(unit="Helth")], [(2, "unit", "unknown-unit")]),
    "ambiguous unit": ([row(unit="home care north")], [(2, "unit", "ambiguous-unit")]),
    "missing level": ([row(level="")], [(2, "level", "missing-level")]),
    "unknown level": ([row(level="Boss")], [(2, "level", "unknown-level")]),
    "unknown language": ([row(language="sv")], [(2, "language", "unknown-language")]),
    "different language": ([row(language="nb"), row(language="nn", unit="1.2")],
                           [(3, "language", "different-language")]),
    "no date": ([row(starts="soon")], [(2, "starts-on", "bad-date")]),
    "no day of a calendar": ([row(ends="31.02.2026")], [(2, "ends-on", "bad-date")]),
    "no year of a working life": ([row(starts="01.01.0026")], [(2, "starts-on", "unlikely-date")]),
    "end before start": ([row(starts="2026-03-01", ends="2026-02-28")], [(2, "ends-on", "end-before-start")]),
    "start too far off": ([row(**NEW, starts="2062-01-01")], [(2, "starts-on", "start-too-far")]),
    "own manager": ([row(manager="17")], [(2, "manager", "own-manager")]),
    "unknown manager": ([row(manager="nobody@town.example")], [(2, "manager", "unknown-manager")]),
    "manager not here": ([row(manager="20")], [(2, "manager", "manager-not-here")]),
    "manager who ends": (
        [row(manager="18"), row(number="18", given="", family="", email="bo@town.example", ends="2026-11-25"),
         row(**NEW, ends="2020-01-01"), row(email="cato@town.example", given="", family="", manager="ny@town.example")],
        [(5, "manager", "manager-not-here")],
    ),
    "circle of managers": (
        [row(manager="bo@town.example"), row(email="bo@town.example", given="", family="", manager="17")],
        [(2, "manager", "manager-circle"), (3, "manager", "manager-circle")],
    ),
    "too long": ([row(title="t" * 201)], [(2, "title", "too-long")]),
    "missing name": ([row(**{**NEW, "given": ""})], [(2, "given-name", "missing-name")]),
    "somebody of another agency": ([row(email="else@other.example")], [(2, "email", "outside-agency")]),
    "address of another agency's": ([row(number="17", email="else@other.example")], [(2, "email", "outside-agency")]),
    "who belongs elsewhere too": ([row(email="cato@town.example", family="New")],
                                  [(2, "given-name", "not-ours-to-change"), (2, "family-name", "not-ours-to-change")]),
    "who has left": ([row(number="20", given="", family="", email="mine@town.example")],
                     [(2, "email", "not-ours-to-change")]),
    "who has a role": ([row(number="18", given="Bo", family="Lie", email="mine@town.example")],
                       [(2, "email", "has-a-role")]),
    "tag too long": ([row(tags="ok, " + "t" * 61)], [(2, "tags", "tag-too-long")]),
    "control character": ([row(title="He\x07ad")], [(2, "title", "control-character")]),
    "turned text": ([row(title="He\u202ead")], [(2, "title", "control-character")]),
    "lost letter": ([row(family="\ufffddeg\u00e5rd")], [(2, "family-name", "unreadable-character")]),
    "too many cells": ([[*row(), "", "extra"]], [(2, "", "too-many-cells")]),
    "number and address of two": ([row(number="17", email="cato@town.example", given="", family="")],
                                  [(2, "employee-number", "number-and-email")]),
    "one person with two addresses": ([row(number="17", email="new@town.example"), row(unit="1.2")],
                                      [(3, "email", "two-addresses")]),
    "same unit twice": ([row(), row(title="Other")], [(3, "unit", "unit-twice")]),
    "rows that overlap": ([row(**NEW, starts="2026-01-01"), row(**NEW, starts="2026-02-01")],
                          [(3, "starts-on", "position-overlaps")]),
    "a position that overlaps": ([row(number="20", given="", family="", email="dag@town.example", starts="2022-01-01")],
                                 [(2, "starts-on", "position-overlaps")]),
    "unclear move": ([row(unit="1.2"), row(unit="1")], [(2, "unit", "unclear-move"), (3, "unit", "unclear-move")]),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(WRONG))
def test_a_fault_is_named_by_row_and_column(app: Flask, session: Session, town: Town, what: str) -> None:
    rows, wanted = WRONG[what]
    plan = plan_rows(session, town, *rows)
    assert kinds(plan) == wanted
    assert {each.row for each in plan.rows if each.outcome.value == "refused"} >= {row for row, _, _ in wanted}
    with pytest.raises(ValueError, match="faults"):
        apply(session, town.agency, plan, actor_id=None, name="", digest="")
    with force_locale("en"):
        for fault in plan.faults:
            sentence = wording.sentence(fault)
            assert "%(" not in sentence
            assert sentence.endswith(".")
    session.rollback()


def test_there_are_many_kinds_and_each_has_its_sentence_in_every_language(app: Flask, session: Session) -> None:
    tried = {kind for _, wanted in WRONG.values() for _, _, kind in wanted}
    whole_file = {"empty-file", "unreadable", "broken-quotes", "too-many-rows", "no-rows", "no-header",
                  "missing-column", "duplicate-column"}  # fmt: skip
    assert tried | whole_file == {each.value for each in Kind}
    names = (
        "reason most first second expected extra length longest written start end day tag email row number other name "
        "unit nearest ways one units way"
    )
    values = dict.fromkeys(names.split(), "2026-01-01")
    for language in ("en", "nb", "nn"):
        with force_locale(language):
            for kind in Kind:
                fault = Fault(1, "", kind, {**values, "reason": "xlsx"})
                assert "%(" not in wording.sentence(fault)
                assert "%(" not in wording.sentence(replace(fault, values={**fault.values, "end": "", "nearest": ""}))


def test_levels_go_by_the_names_that_the_pages_have_for_them(app: Flask, session: Session) -> None:
    for language in ("en", "nb", "nn"):
        with force_locale(language):
            for level, names in LEVELS.items():
                assert names[language][0] == wording.level_name(level.value)
    assert all(set(each) == {"nb", "nn", "en"} for each in NAMES.values())


def test_several_faults_of_one_row_are_all_told(session: Session, town: Town) -> None:
    plan = plan_rows(session, town, row(unit="?", level="?", starts="?", language="?", manager="?", email="?"))
    assert [column for _, column, _ in kinds(plan)] == ["email", "language", "unit", "level", "starts-on"]
    plan = plan_rows(session, town, row(unit="?", level="?", starts="?", language="?", manager="?"))
    assert [column for _, column, _ in kinds(plan)] == ["language", "unit", "level", "starts-on", "manager"]


# Per kind a row that is wrong by itself, from the number of the row.
ALONE = {
    "missing-email": lambda n: row(email=""),
    "bad-email": lambda n: row(email=f"person{n}"),
    "missing-unit": lambda n: row(email=f"w{n}@town.example", unit=""),
    "unknown-unit": lambda n: row(email=f"w{n}@town.example", unit=f"Nowhere {n}"),
    "ambiguous-unit": lambda n: row(email=f"w{n}@town.example", unit="Home care north"),
    "missing-level": lambda n: row(email=f"w{n}@town.example", level=""),
    "unknown-level": lambda n: row(email=f"w{n}@town.example", level="Boss"),
    "unknown-language": lambda n: row(email=f"w{n}@town.example", language="sv"),
    "bad-date": lambda n: row(email=f"w{n}@town.example", starts="31.02.2026"),
    "unlikely-date": lambda n: row(email=f"w{n}@town.example", ends="01.01.0026"),
    "end-before-start": lambda n: row(email=f"w{n}@town.example", starts="2026-03-01", ends="2026-02-01"),
    "start-too-far": lambda n: row(email=f"w{n}@town.example", starts="2062-01-01"),
    "own-manager": lambda n: row(email=f"w{n}@town.example", manager=f"w{n}@town.example"),
    "unknown-manager": lambda n: row(email=f"w{n}@town.example", manager=f"x{n}@town.example"),
    "manager-not-here": lambda n: row(email=f"w{n}@town.example", manager="20"),
    "too-long": lambda n: row(email=f"w{n}@town.example", title="t" * 201),
    "missing-name": lambda n: row(email=f"w{n}@town.example", family=""),
    "tag-too-long": lambda n: row(email=f"w{n}@town.example", tags="t" * 61),
    "control-character": lambda n: row(email=f"w{n}@town.example", title="He\x07ad"),
    "too-many-cells": lambda n: [*row(email=f"w{n}@town.example"), "extra"],
}


@pytest.mark.one_database
def test_500_faults_of_20_kinds_among_10000_rows_are_all_named_and_nothing_is_changed(
    session: Session, town: Town
) -> None:
    rows, wanted = [], []
    for number in range(2, 10_002):
        place = number - 2
        if place % 20 == 7:
            kind = list(ALONE)[place // 20 % 20]
            rows.append(ALONE[kind](number))
            wanted.append((number, kind))
        else:
            rows.append(row(number=f"n{number}", email=f"p{number}@town.example"))
    assert len(wanted) == 500
    assert len({kind for _, kind in wanted}) == 20
    before = [session.scalar(select(func.count()).select_from(each)) for each in (Person, Position, Membership)]
    plan = plan_file(session, town.agency, file_of(rows), NO_MAIL, HR_RIGHTS)
    assert [(each.row, each.kind.value) for each in plan.faults] == wanted
    assert sum(plan.counts.values()) == 10_000
    assert plan.counts["refused"] == 500  # type: ignore[index]
    with pytest.raises(ValueError, match="faults"):
        apply(session, town.agency, plan, actor_id=None, name="", digest="")
    session.commit()
    after = [session.scalar(select(func.count()).select_from(each)) for each in (Person, Position, Membership)]
    assert after == before
