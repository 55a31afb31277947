"""The lists behind the board's numbers: who has been assigned what, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Level, Person, Position, Unit
from learning.paths.audiences import unit_ids
from learning.paths.due_dates import Status
from learning.paths.models import LearningPath
from learning.paths.standing import live_members, standing, status_column

PAGE_SIZE = 50
AT_ONCE = 1000


@dataclass(frozen=True)
class Wanted:
    """Which members. ``unit_id`` takes in all units below it unless ``alone``; ``search`` is of name or address,
    ``due_from`` and ``due_to`` are the first and last due date."""

    assignment_id: int | None = None
    status: Status | None = None
    unit_id: int | None = None
    alone: bool = False
    search: str = ""
    person_id: int | None = None
    member_ids: frozenset[int] | None = None  # these alone
    is_left: bool = False  # not done, whatever the status is called
    due_from: date | None = None
    due_to: date | None = None


@dataclass(frozen=True)
class Row:
    """One member. ``taken`` of ``needed`` steps are completed."""

    member_id: int
    assignment_id: int
    path_title: str
    person_id: int
    name: str
    email: str
    unit: str
    level: Level
    taken: int
    needed: int
    due_on: date | None
    status: Status


@dataclass(frozen=True)
class Listing:
    rows: list[Row]
    total: int
    page: int
    pages: int


def _matching(statement: Select[tuple[int]], search: str) -> Select[tuple[int]]:
    """Every word is in the given name, the family name or the address."""
    for word in search.split()[:6]:
        # SQLite folds case for ASCII only, so Å needs its two forms spelled out.
        forms = {word, word.lower(), word.upper(), word.title()}
        statement = statement.where(
            or_(
                *(
                    column.icontains(form, autoescape=True)
                    for form in sorted(forms)
                    for column in (Person.given_name, Person.family_name, Person.email)
                )
            )
        )
    return statement


def chosen(agency_id: int, wanted: Wanted) -> tuple[Select[tuple[int]], Subquery, ColumnElement[str]]:
    """A select of the ids of the wanted members, joined with person and position; the standing that it reads, and
    the column of it that holds the status.
    """
    found = standing(live_members(agency_id, wanted.assignment_id, wanted.person_id), clock.today())
    status = status_column(found, clock.today())
    statement = (
        select(found.c.id)
        .join(Person, Person.id == found.c.person_id)
        .join(Position, Position.id == found.c.position_id)
    )
    if wanted.status is not None:
        statement = statement.where(status == wanted.status.value)
    if wanted.member_ids is not None:
        statement = statement.where(found.c.id.in_(wanted.member_ids))
    if wanted.is_left:
        statement = statement.where(~found.c.done)
    if wanted.due_from is not None:
        statement = statement.where(found.c.due_on >= wanted.due_from)
    if wanted.due_to is not None:
        statement = statement.where(found.c.due_on <= wanted.due_to)
    if wanted.unit_id is not None:
        here = unit_ids(agency_id, [], [wanted.unit_id]) if wanted.alone else unit_ids(agency_id, [wanted.unit_id])
        statement = statement.where(Position.unit_id.in_(here))
    return _matching(statement, wanted.search), found, status


def _rows(agency_id: int, wanted: Wanted) -> Select[Any]:
    statement, found, status = chosen(agency_id, wanted)
    return (
        statement.join(Unit, Unit.id == Position.unit_id)
        .join(LearningPath, LearningPath.id == found.c.path_id)
        .with_only_columns(
            found.c.id,
            found.c.assignment_id,
            LearningPath.title,
            found.c.person_id,
            Person.given_name,
            Person.family_name,
            Person.email,
            Unit.name,
            Position.level,
            found.c.taken,
            found.c.needed,
            found.c.due_on,
            status,
        )
        .order_by(Person.family_name, Person.given_name, found.c.person_id, LearningPath.title, found.c.id)
    )


def _read(session: Session, statement: Select[Any]) -> Iterator[Row]:
    for row in session.execute(statement):
        member, assigned, title, person, given, family, email, unit, level, taken, needed, due, value = row
        name = f"{given} {family}"
        yield Row(member, assigned, title, person, name, email, unit, level, taken, needed, due, Status(value))


def listing(
    session: Session, agency_id: int, wanted: Wanted | None = None, *, page: int = 1, page_size: int = PAGE_SIZE
) -> Listing:
    """A page of the wanted members, by name. Two queries.

    ``page`` counts from 1 and is brought within the pages there are.
    """
    wanted = wanted or Wanted()
    statement, _, _ = chosen(agency_id, wanted)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    pages = max(1, -(-total // page_size))
    page = min(max(page, 1), pages)
    here = _rows(agency_id, wanted).limit(page_size).offset((page - 1) * page_size)
    return Listing(list(_read(session, here)), total, page, pages)


def counts(session: Session, agency_id: int, wanted: Wanted) -> dict[Status, int]:
    """How many of the wanted members stand where. One query."""
    statement, _, status = chosen(agency_id, wanted)
    each = statement.with_only_columns(status.label("status")).subquery("each")
    rows = session.execute(select(each.c.status, func.count()).group_by(each.c.status))
    return {Status(value): number for value, number in rows}


def stream(session: Session, agency_id: int, wanted: Wanted) -> Iterator[Row]:
    """All the wanted members, by name, a thousand at a time."""
    return _read(session, _rows(agency_id, wanted).execution_options(yield_per=AT_ONCE))
