"""The unit tree of an agency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from learning.organisation.models import Unit


@dataclass(frozen=True)
class TreeRow:
    """A unit in the order of the tree; the root has depth 0."""

    unit: Unit
    depth: int


def unit_order(code: str | None, name: str) -> tuple[bool, list[tuple[int, str]], str]:
    """The key that sorts units everywhere: by code, as people number them (1.2 before 1.10), then by name."""
    parts = [(int(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"\d+|\D+", code or "")]
    return code is None, parts, name.casefold()


def tree(session: Session, agency_id: int) -> list[TreeRow]:
    """The whole tree, parents before children, in the order of their codes and then names."""
    units = session.scalars(select(Unit).where(Unit.agency_id == agency_id).order_by(Unit.id)).all()
    children: dict[int | None, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit_order(unit.code, unit.name)):
        children.setdefault(unit.parent_id, []).append(unit)
    rows: list[TreeRow] = []
    stack = [(unit, 0) for unit in reversed(children.get(None, []))]
    while stack:
        unit, depth = stack.pop()
        rows.append(TreeRow(unit, depth))
        stack += [(child, depth + 1) for child in reversed(children.get(unit.id, []))]
    return rows


def subtree_ids(agency_id: int, unit_ids: Sequence[int]) -> Select[tuple[int]]:
    """A SELECT of the ids of the units and all below them, within the agency."""
    below = select(Unit.id).where(Unit.agency_id == agency_id, Unit.id.in_(unit_ids)).cte("below_units", recursive=True)
    below = below.union(select(Unit.id).where(Unit.agency_id == agency_id, Unit.parent_id == below.c.id))
    return select(below.c.id)


def unit_in(session: Session, agency_id: int, unit_id: int) -> Unit | None:
    """A unit of the agency; None for another agency's."""
    return session.scalar(select(Unit).where(Unit.agency_id == agency_id, Unit.id == unit_id))


def add_unit(session: Session, agency_id: int, parent: Unit, name: str) -> Unit:
    """A new unit below ``parent``. Raises ValueError when the parent is another agency's."""
    if parent.agency_id != agency_id:
        raise ValueError("a unit stands below one of its own agency")
    unit = Unit(agency_id=agency_id, parent_id=parent.id, name=name)
    session.add(unit)
    session.flush()
    return unit
