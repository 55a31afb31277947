"""Units against assignments: where the agency is behind, at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.paths import unit_tree
from learning.paths.board import Tally, live_assignments, tallies
from learning.paths.models import Assignment
from learning.paths.unit_tree import UnitNode

SHADES = 5


@dataclass(frozen=True)
class Row:
    """A unit with all below it, at its depth in the tree; a tally for each assignment of the map, in its order."""

    unit: UnitNode
    depth: int
    tallies: list[Tally]
    total: Tally


@dataclass(frozen=True)
class HeatMap:
    assignments: list[Assignment]
    rows: list[Row]


def shade(tally: Tally) -> int:
    """The shade of a cell, from 0 (nobody is done) to 5 (everybody is): fifths, rounded down. Pure."""
    return SHADES * tally.done // tally.total if tally.total else 0


def heat_map(session: Session, agency_id: int, most_depth: int = 2) -> HeatMap:
    """The units down to ``most_depth`` below the top, against the live assignments. Three queries."""
    cells = tallies(session, agency_id)
    assignments = live_assignments(session, agency_id)
    rows: list[Row] = []

    def add(node: UnitNode, depth: int) -> None:
        inside = [below.id for below in node.walk()]
        mine = [sum((cells.get((unit_id, each.id), Tally()) for unit_id in inside), Tally()) for each in assignments]
        total = sum(mine, Tally())
        if not total.total:
            return
        rows.append(Row(node, depth, mine, total))
        if depth < most_depth:
            for below in node.below:
                add(below, depth + 1)

    for root in unit_tree.load(session, agency_id):
        add(root, 0)
    return HeatMap(assignments, rows)
