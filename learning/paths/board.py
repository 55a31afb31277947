"""The board: how many have done what they were assigned, by unit and assignment.

Each person counts once for each assignment. Everything takes the same number of queries however many people there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.organisation.models import Position
from learning.paths import unit_tree
from learning.paths.due_dates import Status
from learning.paths.models import Assignment, LearningPath
from learning.paths.standing import live_members, standing, status_column
from learning.paths.unit_tree import UnitNode


@dataclass(frozen=True)
class Tally:
    """How many stand where."""

    done: int = 0
    under_way: int = 0
    not_begun: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        return self.done + self.under_way + self.not_begun + self.overdue

    @property
    def percent_done(self) -> int:
        """Whole per cent, rounded down so that 100 means everybody; 0 when there is nobody."""
        return 100 * self.done // self.total if self.total else 0

    def of(self, status: Status) -> int:
        return int(getattr(self, status.value.replace("-", "_")))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.done + other.done,
            self.under_way + other.under_way,
            self.not_begun + other.not_begun,
            self.overdue + other.overdue,
        )


@dataclass(frozen=True)
class UnitTally:
    """A unit's numbers; with those of all units below it unless ``alone``."""

    unit: UnitNode
    tally: Tally
    alone: bool = False


@dataclass(frozen=True)
class AssignmentTally:
    assignment: Assignment
    tally: Tally


@dataclass(frozen=True)
class Board:
    """``unit`` is the one looked at, ``above`` its ancestors from the top; ``by_unit`` are the parts of it."""

    totals: Tally
    unit: UnitNode | None
    above: list[UnitNode]
    by_unit: list[UnitTally]
    assignments: list[AssignmentTally]


def roll_up(roots: list[UnitNode], tallies: dict[int, Tally], unit: UnitNode | None) -> list[UnitTally]:
    """The parts of ``unit`` (the roots when None): itself alone and each unit below it, without the empty ones.

    Together the parts count exactly what the unit counts. Pure.
    """
    parts = []
    if unit is not None:
        parts.append(UnitTally(unit, tallies.get(unit.id, Tally()), alone=True))
    for below in unit.below if unit is not None else roots:
        summed = sum((tallies.get(node.id, Tally()) for node in below.walk()), Tally())
        parts.append(UnitTally(below, summed))
    return [part for part in parts if part.tally.total]


def tallies(session: Session, agency_id: int, assignment_id: int | None = None) -> dict[tuple[int, int], Tally]:
    """How many stand where, by unit (alone) and assignment. One query."""
    today = clock.today()
    found = standing(live_members(agency_id, assignment_id), today)
    counted = (
        select(found.c.assignment_id, Position.unit_id, status_column(found, today).label("status"))
        .join(Position, Position.id == found.c.position_id)
        .subquery("status_of_member")
    )
    cells: dict[tuple[int, int], Tally] = {}
    for assigned, unit_id, value, number in session.execute(
        select(counted.c.assignment_id, counted.c.unit_id, counted.c.status, func.count()).group_by(
            counted.c.assignment_id, counted.c.unit_id, counted.c.status
        )
    ):
        tally = Tally(**{value.replace("-", "_"): number})
        cells[unit_id, assigned] = cells.get((unit_id, assigned), Tally()) + tally
    return cells


def board(
    session: Session, agency_id: int, assignment_id: int | None = None, unit_id: int | None = None
) -> Board | None:
    """The agency's board, for one assignment or all, for one unit with all below it or the whole agency.

    None when the unit is not one of the agency's. Three queries.
    """
    roots = unit_tree.load(session, agency_id)
    unit = unit_tree.find(roots, unit_id) if unit_id is not None else roots[0] if len(roots) == 1 else None
    if unit_id is not None and unit is None:
        return None
    inside = {node.id for node in unit.walk()} if unit is not None else None

    by_unit: dict[int, Tally] = {}
    by_assignment: dict[int, Tally] = {}
    totals = Tally()
    for (in_unit, assigned), tally in tallies(session, agency_id, assignment_id).items():
        if inside is not None and in_unit not in inside:
            continue
        totals += tally
        by_unit[in_unit] = by_unit.get(in_unit, Tally()) + tally
        by_assignment[assigned] = by_assignment.get(assigned, Tally()) + tally
    above: list[UnitNode] = []
    parent = unit_tree.find(roots, unit.parent_id) if unit is not None else None
    while parent is not None:
        above.insert(0, parent)
        parent = unit_tree.find(roots, parent.parent_id)
    return Board(
        totals=totals,
        unit=unit,
        above=above,
        by_unit=roll_up(roots, by_unit, unit),
        assignments=[
            AssignmentTally(assignment, by_assignment.get(assignment.id, Tally()))
            for assignment in live_assignments(session, agency_id)
            if assignment_id is None or assignment.id == assignment_id
        ],
    )


def live_assignments(session: Session, agency_id: int) -> list[Assignment]:
    """The assignments that count, the newest first, each with its path. One query."""
    return list(
        session.scalars(
            select(Assignment)
            .join(LearningPath, LearningPath.id == Assignment.path_id)
            .options(joinedload(Assignment.path, innerjoin=True))
            .where(
                Assignment.agency_id == agency_id,
                Assignment.withdrawn_at.is_(None),
                LearningPath.archived_at.is_(None),
            )
            .order_by(Assignment.created_at.desc(), Assignment.id.desc())
        )
    )
