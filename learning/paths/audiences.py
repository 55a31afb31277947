"""Who an assignment reaches: people with a current position in the chosen units, at the chosen levels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CompoundSelect, Select, Subquery, func, or_, select, union
from sqlalchemy.orm import Session

from learning.organisation.models import Level, Person, Position, Unit
from learning.organisation.units import subtree_ids
from learning.paths.models import Assignment


class UnknownUnit(LookupError):
    """A chosen unit is not one of the agency's."""


@dataclass(frozen=True)
class UnitChoice:
    """A unit of the audience, alone or with every unit below it."""

    unit_id: int
    with_descendants: bool = True


@dataclass(frozen=True)
class AudienceSpec:
    """At least one unit; no levels means every level."""

    units: frozenset[UnitChoice]
    levels: frozenset[Level] = frozenset()


def spec_of(assignment: Assignment) -> AudienceSpec:
    """The audience that an assignment was given to; reads its ``units`` and ``levels``."""
    return AudienceSpec(
        frozenset(UnitChoice(unit.unit_id, unit.with_descendants) for unit in assignment.units),
        frozenset(chosen.level for chosen in assignment.levels),
    )


def check(session: Session, agency_id: int, spec: AudienceSpec) -> None:
    """Raises UnknownUnit unless every chosen unit belongs to the agency."""
    ids = {choice.unit_id for choice in spec.units}
    known = session.scalar(select(func.count()).select_from(Unit).where(Unit.agency_id == agency_id, Unit.id.in_(ids)))
    if known != len(ids):
        raise UnknownUnit


def unit_ids(
    agency_id: int, with_below: Collection[int], alone: Collection[int] = ()
) -> Select[tuple[int]] | CompoundSelect[int]:
    """A select of the ids of units: ``with_below`` and all under them, and ``alone``. Never leaves the agency."""
    below = subtree_ids(agency_id, list(with_below))
    if not alone:
        return below
    return union(below, select(Unit.id).where(Unit.agency_id == agency_id, Unit.id.in_(alone)))


def people_in(agency_id: int, spec: AudienceSpec, today: date) -> Subquery:
    """A subquery with one row a person: person_id, position_id, unit_id, level, starts_on.

    Somebody with several positions in the audience comes with the one begun last, the lowest id first.
    """
    newest_first = func.row_number().over(
        partition_by=Position.person_id, order_by=(Position.starts_on.desc(), Position.id)
    )
    held = (
        select(
            Position.person_id,
            Position.id.label("position_id"),
            Position.unit_id,
            Position.level,
            Position.starts_on,
            newest_first.label("rank"),
        )
        .join(Person, Person.id == Position.person_id)
        .where(
            Position.agency_id == agency_id,
            Position.unit_id.in_(
                unit_ids(
                    agency_id,
                    {choice.unit_id for choice in spec.units if choice.with_descendants},
                    {choice.unit_id for choice in spec.units if not choice.with_descendants},
                )
            ),
            Position.starts_on <= today,
            or_(Position.ends_on.is_(None), Position.ends_on >= today),
            Person.deactivated_at.is_(None),
        )
    )
    if spec.levels:
        held = held.where(Position.level.in_(spec.levels))
    ranked = held.subquery("held")
    return (
        select(ranked.c.person_id, ranked.c.position_id, ranked.c.unit_id, ranked.c.level, ranked.c.starts_on)
        .where(ranked.c.rank == 1)
        .subquery("audience")
    )
