"""How many managers there are, and how many have reached which level: counted in the database, by parts of an agency.

A manager counts once in an agency, in the position as a manager that they have held longest. A level counts on a later
day when the position goes on until then and nothing that the level rests on runs out before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    column,
    func,
    or_,
    select,
    values,
)
from sqlalchemy.orm import Session, aliased

from learning.competences.evidence_models import CompetenceLevel
from learning.needs.gaps import Counted
from learning.needs.models import Horizon, NeedRole
from learning.needs.resolving import MANAGERS, ROLES
from learning.organisation.holding import held_on
from learning.organisation.models import Level, Position

_YEARS = {Horizon.NOW: 0, Horizon.ONE_YEAR: 1, Horizon.THREE_YEARS: 3}


@dataclass(frozen=True)
class Leader:
    """A line manager who looks: of the people in their own units they see those who report to them; below, all."""

    person_id: int
    unit_ids: frozenset[int]


@dataclass(frozen=True)
class Leaving:
    """Who is thought to leave: these people, everybody in these units, those whose position ends before a day."""

    person_ids: frozenset[int] = field(default_factory=frozenset)
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    before: date | None = None


def day_of(horizon: Horizon, today: date) -> date:
    """The day that a horizon speaks of; 28 February stands in for 29."""
    year = today.year + _YEARS[horizon]
    try:
        return today.replace(year=year)
    except ValueError:
        return today.replace(year=year, day=28)


def counted_positions(agency_id: int, today: date, leader: Leader | None = None) -> Subquery:
    """The position in which each manager of the agency counts: person_id, unit_id, level, ends_on."""
    other = aliased(Position)
    # No window function: PostgreSQL thinks that it leaves few rows, and then sorts all levels on disk.
    held_longer = (
        select(other.id)
        .where(
            other.person_id == Position.person_id,
            other.agency_id == agency_id,
            other.level.in_(MANAGERS),
            held_on(today, other),
            or_(
                other.starts_on < Position.starts_on,
                and_(other.starts_on == Position.starts_on, other.id < Position.id),
            ),
        )
        .exists()
    )
    conditions = [Position.agency_id == agency_id, Position.level.in_(MANAGERS), held_on(today), ~held_longer]
    if leader is not None:
        conditions.append(Position.person_id != leader.person_id)
        conditions.append(or_(Position.unit_id.not_in(leader.unit_ids), Position.reports_to_id == leader.person_id))
    return (
        select(Position.person_id, Position.unit_id, Position.level, Position.ends_on)
        .where(*conditions)
        .subquery("counted")
    )


def stays(counted: Any, day: date) -> ColumnElement[bool]:
    """The position is still held on the day."""
    return or_(counted.c.ends_on.is_(None), counted.c.ends_on >= day)


def lasts(day: date) -> ColumnElement[bool]:
    """Nothing that the level rests on runs out before the day."""
    return or_(CompetenceLevel.next_expiry.is_(None), CompetenceLevel.next_expiry >= day)


def _leaves(counted: Any, leaving: Leaving) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if leaving.person_ids:
        ways.append(counted.c.person_id.in_(leaving.person_ids))
    if leaving.unit_ids:
        ways.append(counted.c.unit_id.in_(leaving.unit_ids))
    if leaving.before is not None:
        ways.append(and_(counted.c.ends_on.is_not(None), counted.c.ends_on < leaving.before))
    return or_(False, *ways)


def _parts(part_of: Mapping[int, int]) -> CTE:
    """Which part of the agency each unit belongs to, as rows."""
    columns = (column("unit_id", BigInteger), column("part", BigInteger))
    return values(*columns, name="unit_part").data(sorted(part_of.items())).cte("unit_part")


def count(
    session: Session,
    agency_id: int,
    part_of: Mapping[int, int],
    competences: Collection[int],
    horizon: Horizon,
    today: date,
    *,
    leader: Leader | None = None,
    leaving: Leaving | None = None,
) -> dict[int, Counted]:
    """The managers in each part, and how many of them are at which level of the competences. Two queries.

    ``part_of``: the part of each unit that counts; people in other units do not. Heads are those of today: posts stay.
    """
    if not part_of:
        return {}
    day = day_of(horizon, today)
    people = counted_positions(agency_id, today, leader)
    part = _parts(part_of)
    inside = people.c.unit_id == part.c.unit_id
    heads: dict[int, dict[NeedRole, int]] = {each: {} for each in part_of.values()}
    for where, level, number in session.execute(
        select(part.c.part, people.c.level, func.count()).join(part, inside).group_by(part.c.part, people.c.level)
    ):
        heads[where][NeedRole(level)] = number
    reached: dict[int, dict[tuple[NeedRole, int, int], int]] = {each: {} for each in heads}
    if competences:
        found = session.execute(_levels(people, part, inside, competences, day, leaving))
        for competence_id, packed, number in found:
            where, role, level = packed >> 5, ROLES[packed >> 3 & 3], packed & 7
            reached[where][role, competence_id, level] = number
    return {each: Counted(heads[each], reached[each]) for each in heads}


def _levels(
    people: Subquery, part: CTE, inside: ColumnElement[bool], competences: Collection[int], day: date,
    leaving: Leaving | None,
) -> Select[Any]:  # fmt: skip
    # Part, role and level are packed into one number: PostgreSQL then groups by hashing instead of sorting every level.
    role = case({Level(each.value): place for place, each in enumerate(ROLES)}, value=people.c.level)
    packed = (part.c.part * 32 + role * 8 + CompetenceLevel.level).label("packed")
    query = (
        select(CompetenceLevel.competence_id, packed, func.count())
        .select_from(people)
        .join(part, inside)
        .join(CompetenceLevel, CompetenceLevel.person_id == people.c.person_id)
        .where(CompetenceLevel.competence_id.in_(competences), stays(people, day), lasts(day))
        .group_by(CompetenceLevel.competence_id, packed)
    )
    return query if leaving is None else query.where(~_leaves(people, leaving))


def leaving_heads(session: Session, agency_id: int, leaving: Leaving, today: date) -> int:
    """How many managers of the agency leave. One query."""
    people = counted_positions(agency_id, today)
    return session.scalar(select(func.count()).select_from(people).where(_leaves(people, leaving))) or 0
