"""The gap matrix: the competences that are needed against the parts of a unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from learning import clock
from learning.needs import gaps, resolving, setting, tallies
from learning.needs.gaps import Cell, Counted
from learning.needs.models import Horizon, NeedRole
from learning.needs.resolving import Zone
from learning.needs.tallies import Leader, Leaving
from learning.paths import unit_tree
from learning.paths.unit_tree import UnitNode


@dataclass(frozen=True)
class Column:
    """A part of the unit that is looked at: all of it, itself ``alone``, or a unit below with what is below that."""

    unit: UnitNode
    alone: bool = False
    whole: bool = False

    @property
    def inside(self) -> set[int]:
        return {self.unit.id} if self.alone else {node.id for node in self.unit.walk()}


@dataclass(frozen=True)
class Matrix:
    """``cells`` by competence, one for each column; only competences that are needed somewhere here."""

    unit: UnitNode
    above: tuple[UnitNode, ...]
    columns: tuple[Column, ...]
    cells: dict[int, tuple[Cell, ...]]
    people: int

    @property
    def whole(self) -> dict[int, Cell]:
        """The cell of the whole unit, by competence."""
        return {competence: row[0] for competence, row in self.cells.items()}


@dataclass(frozen=True)
class Ask:
    """What the matrix is about; ``unit_id`` None is the top, and ``competences`` those that can be needed."""

    competences: Collection[int]
    horizon: Horizon = Horizon.NOW
    role: NeedRole = NeedRole.ALL
    unit_id: int | None = None
    leader: Leader | None = None
    leaving: Leaving | None = None
    losing: int = 0
    whole_only: bool = False
    today: date = field(default_factory=clock.today)


def above(roots: Sequence[UnitNode], unit: UnitNode) -> tuple[UnitNode, ...]:
    """The units above, the topmost first."""
    found: list[UnitNode] = []
    parent = unit_tree.find(roots, unit.parent_id)
    while parent is not None:
        found.insert(0, parent)
        parent = unit_tree.find(roots, parent.parent_id)
    return tuple(found)


def columns_of(unit: UnitNode) -> tuple[Column, ...]:
    """All of the unit first, then itself and each unit below it."""
    whole = Column(unit, whole=True)
    if not unit.below:
        return (whole,)
    return (whole, Column(unit, alone=True), *(Column(node) for node in unit.below))


def build(session: Session, agency_id: int, ask: Ask, roots: Sequence[UnitNode] | None = None) -> Matrix | None:
    """The matrix, or None when the unit is not one of the agency's. Four queries."""
    roots = roots if roots is not None else unit_tree.load(session, agency_id)
    unit = unit_tree.find(roots, ask.unit_id) if ask.unit_id is not None else (roots[0] if roots else None)
    if unit is None:
        return None
    zone_of = resolving.zones(roots, setting.live(session, agency_id), ask.horizon)
    columns = (Column(unit, whole=True),) if ask.whole_only else columns_of(unit)
    insides = [column.inside for column in columns]
    leaves = insides if ask.whole_only else insides[1:] or insides  # the whole is the sum of the others
    # People are counted by column and zone at once: a part is a pair of the two.
    pairs: dict[tuple[int, int], int] = {}
    part_of: dict[int, int] = {}
    for place, inside in enumerate(leaves):
        for unit_id in inside:
            part_of[unit_id] = pairs.setdefault((place, zone_of[unit_id].number), len(pairs))
    zone_by_number = {zone.number: zone for zone in zone_of.values()}
    asked = sorted(
        {
            competence
            for _, number in pairs
            for (_, competence), need in zone_by_number[number].needs.items()
            if need.level and competence in set(ask.competences)
        }
    )
    counted = tallies.count(
        session, agency_id, part_of, asked, ask.horizon, ask.today, leader=ask.leader, leaving=ask.leaving
    )
    by_column: list[list[tuple[Zone, Counted]]] = [[] for _ in leaves]
    for (place, number), part in pairs.items():
        by_column[place].append((zone_by_number[number], counted[part]))
    if len(leaves) < len(columns):
        by_column.insert(0, [each for parts in by_column for each in parts])
    found = [
        gaps.cells(parts, asked, ask.role, inside, ask.losing) for parts, inside in zip(by_column, insides, strict=True)
    ]
    return Matrix(
        unit,
        above(roots, unit),
        columns,
        {competence: tuple(each[competence] for each in found) for competence in asked},
        _heads(by_column[0], ask.role),
    )


def _heads(parts: Iterable[tuple[Zone, Counted]], role: NeedRole) -> int:
    return sum(counted.heads.get(who, 0) for _, counted in parts for who in resolving.roles_of(role))


def cell(
    session: Session, agency_id: int, unit_id: int, competence_id: int, horizon: Horizon, role: NeedRole
) -> Cell | None:
    """One cell, as it is today; None when the unit is not one of the agency's."""
    ask = Ask((competence_id,), horizon, role, unit_id, whole_only=True)
    found = build(session, agency_id, ask)
    return None if found is None else found.whole.get(competence_id, Cell())
