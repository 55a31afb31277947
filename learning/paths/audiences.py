"""Who an audience holds: its rule as SQL, and why somebody is in it or not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery, func, select, union
from sqlalchemy.orm import Session

from learning.access.models import RoleGrant
from learning.catalogue.models import Course, CourseVersion
from learning.organisation.holding import held_on
from learning.organisation.models import Level, MembershipTag, Person, Position, Unit
from learning.organisation.units import subtree_ids
from learning.paths.audience_rules import AudienceSpec, from_json
from learning.paths.models import Assignment
from learning.progress.models import Completion

SAMPLE_SIZE = 50


class UnknownUnit(LookupError):
    """A chosen unit is not one of the agency's, or a chosen course is not known."""


def spec_of(assignment: Assignment) -> AudienceSpec:
    """The rule of the audience that an assignment is given to."""
    return from_json(assignment.audience.rule)


def check(session: Session, agency_id: int, spec: AudienceSpec) -> None:
    """Raises UnknownUnit unless every chosen unit belongs to the agency and every course exists."""
    units = {choice.unit_id for choice in spec.units}
    courses = spec.completed | spec.not_completed
    known = select(func.count()).select_from(Unit).where(Unit.agency_id == agency_id, Unit.id.in_(units))
    if units and session.scalar(known) != len(units):
        raise UnknownUnit
    found = select(func.count()).select_from(Course).where(Course.id.in_(courses))
    if courses and session.scalar(found) != len(courses):
        raise UnknownUnit


def course_titles(session: Session, spec: AudienceSpec) -> dict[int, dict[str, Any]]:
    """The titles (language -> title) of the courses that a rule names, by id; no query when it names none."""
    wanted = spec.completed | spec.not_completed
    if not wanted:
        return {}
    rows = session.execute(
        select(Course.id, CourseVersion.titles)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(Course.id.in_(wanted))
    )
    found: dict[int, dict[str, Any]] = dict(iter(rows))
    return found


def unit_ids(
    agency_id: int, with_below: Collection[int], alone: Collection[int] = ()
) -> Select[tuple[int]] | CompoundSelect[int]:
    """A select of the ids of units: ``with_below`` and all under them, and ``alone``. Never leaves the agency."""
    below = subtree_ids(agency_id, list(with_below))
    if not alone:
        return below
    return union(below, select(Unit.id).where(Unit.agency_id == agency_id, Unit.id.in_(alone)))


def _chosen_units(agency_id: int, spec: AudienceSpec) -> Select[tuple[int]] | CompoundSelect[int]:
    return unit_ids(
        agency_id,
        {choice.unit_id for choice in spec.units if choice.with_descendants},
        {choice.unit_id for choice in spec.units if not choice.with_descendants},
    )


def _tagged(agency_id: int, tags: Collection[str]) -> Select[Any]:
    return select(MembershipTag.person_id).where(MembershipTag.agency_id == agency_id, MembershipTag.tag.in_(tags))


def _with_role(agency_id: int, spec: AudienceSpec) -> Select[Any]:
    return select(RoleGrant.person_id).where(
        RoleGrant.agency_id == agency_id, RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(spec.roles)
    )


def _completed(course_id: int) -> Select[Any]:
    return select(Completion.person_id).where(Completion.course_id == course_id)


class Part(StrEnum):
    """The parts of a rule, in the order they are explained."""

    POSITION = "position"
    ACTIVE = "active"
    UNIT = "unit"
    LEVEL = "level"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    ROLE = "role"
    TAG = "tag"
    WITHOUT_TAG = "without-tag"
    COMPLETED = "completed"
    NOT_COMPLETED = "not-completed"


def _conditions(agency_id: int, spec: AudienceSpec, today: date) -> list[tuple[Part, int | None, ColumnElement[bool]]]:
    """The rule as conditions on a row of Position joined with Person: the part, the course it is of, the condition.

    ``people_in`` and ``explain`` read the same list, so that what is explained is what is done.
    """
    person_id = Position.person_id
    found: list[tuple[Part, int | None, ColumnElement[bool]]] = [
        (
            Part.POSITION,
            None,
            held_on(today),
        ),
        (Part.ACTIVE, None, Person.deactivated_at.is_(None)),
    ]
    if spec.units:
        found.append((Part.UNIT, None, Position.unit_id.in_(_chosen_units(agency_id, spec))))
    if spec.levels:
        found.append((Part.LEVEL, None, Position.level.in_(spec.levels)))
    if spec.at_least_days is not None:
        found.append((Part.AT_LEAST, None, Position.starts_on <= today - timedelta(days=spec.at_least_days)))
    if spec.at_most_days is not None:
        found.append((Part.AT_MOST, None, Position.starts_on >= today - timedelta(days=spec.at_most_days)))
    if spec.roles:
        found.append((Part.ROLE, None, person_id.in_(_with_role(agency_id, spec))))
    if spec.tags:
        found.append((Part.TAG, None, person_id.in_(_tagged(agency_id, spec.tags))))
    if spec.without_tags:
        found.append((Part.WITHOUT_TAG, None, person_id.not_in(_tagged(agency_id, spec.without_tags))))
    found += [(Part.COMPLETED, course, person_id.in_(_completed(course))) for course in sorted(spec.completed)]
    found += [
        (Part.NOT_COMPLETED, course, person_id.not_in(_completed(course))) for course in sorted(spec.not_completed)
    ]
    return found


def people_in(agency_id: int, spec: AudienceSpec, today: date) -> Subquery:
    """A subquery with one row a person: person_id, position_id, unit_id, level, starts_on.

    Somebody with several positions in the audience comes with the one begun last, the lowest id first.
    """
    newest_first = func.row_number().over(
        partition_by=Position.person_id, order_by=(Position.starts_on.desc(), Position.id)
    )
    ranked = (
        select(
            Position.person_id,
            Position.id.label("position_id"),
            Position.unit_id,
            Position.level,
            Position.starts_on,
            newest_first.label("rank"),
        )
        .join(Person, Person.id == Position.person_id)
        .where(Position.agency_id == agency_id, *(condition for _, _, condition in _conditions(agency_id, spec, today)))
    ).subquery("held")
    return (
        select(ranked.c.person_id, ranked.c.position_id, ranked.c.unit_id, ranked.c.level, ranked.c.starts_on)
        .where(ranked.c.rank == 1)
        .subquery("audience")
    )


@dataclass(frozen=True)
class Someone:
    """Somebody in an audience."""

    person_id: int
    name: str
    unit: str
    level: Level


def first_by_name(session: Session, people: Subquery) -> list[Someone]:
    """The first ``SAMPLE_SIZE`` by name of what ``people_in`` gives. One query."""
    rows = session.execute(
        select(Person.id, Person.given_name, Person.family_name, Unit.name, people.c.level)
        .join(people, people.c.person_id == Person.id)
        .join(Unit, Unit.id == people.c.unit_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SAMPLE_SIZE)
    )
    return [Someone(person_id, f"{given} {family}", unit, level) for person_id, given, family, unit, level in rows]


@dataclass(frozen=True)
class Reason:
    """Whether a part of the rule holds for somebody; ``course_id`` for the parts about a course."""

    part: Part
    holds: bool
    course_id: int | None = None


@dataclass(frozen=True)
class Explanation:
    """Why somebody is in an audience or not, by the position that comes nearest; None for those who never had one."""

    is_in: bool
    position_id: int | None
    reasons: list[Reason]


def explain(session: Session, agency_id: int, spec: AudienceSpec, person_id: int, today: date) -> Explanation:
    """Each part of the rule, for the one of the person's positions in the agency that meets most of them. One query."""
    conditions = _conditions(agency_id, spec, today)
    rows = session.execute(
        select(Position.id, *(condition.label(f"c{place}") for place, (_, _, condition) in enumerate(conditions)))
        .join(Person, Person.id == Position.person_id)
        .where(Position.agency_id == agency_id, Position.person_id == person_id)
        .order_by(Position.starts_on.desc(), Position.id)
    ).all()
    if not rows:
        return Explanation(False, None, [Reason(Part.POSITION, False)])
    position_id, *holds = max(rows, key=lambda row: sum(map(bool, row[1:])))
    reasons = [
        Reason(part, bool(each), course_id) for (part, course_id, _), each in zip(conditions, holds, strict=True)
    ]
    return Explanation(all(reason.holds for reason in reasons), position_id, reasons)
