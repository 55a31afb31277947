"""The unit tree of an agency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Position, Unit
from learning.organisation.signals import positions_changed


class CannotMove(Exception):
    """The topmost unit stays, and no unit stands below itself or one that is below it."""


class StillUsed(Exception):
    """Something still belongs to the unit, so it cannot be removed."""


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


def with_below(session: Session, unit: Unit) -> set[int]:
    """The ids of the unit and of all units below it."""
    return set(session.scalars(select(Unit.id).where(Unit.id.in_(subtree_ids(unit.agency_id, [unit.id])))))


def head_count(session: Session, agency_id: int, unit_id: int) -> int:
    """How many people hold a current position in the unit or below it."""
    today = clock.today()
    counted = select(func.count(Position.person_id.distinct())).where(
        Position.agency_id == agency_id,
        Position.unit_id.in_(subtree_ids(agency_id, [unit_id])),
        held_on(today),
    )
    return session.scalar(counted) or 0


def place(session: Session, unit: Unit, parent: Unit) -> None:
    """Hang the unit, with all below it, under ``parent``. Raises CannotMove."""
    # Two who move units at the same moment take turns; else each could end up below the other.
    session.scalar(select(Agency.id).where(Agency.id == unit.agency_id).with_for_update())
    session.refresh(unit)
    if unit.parent_id is None or parent.agency_id != unit.agency_id or parent.id in with_below(session, unit):
        raise CannotMove
    unit.parent_id = parent.id
    session.flush()


def move(session: Session, unit: Unit, parent: Unit) -> None:
    """As ``place``, and audiences follow. Raises CannotMove."""
    place(session, unit, parent)
    positions_changed.send(session, agency_id=unit.agency_id)


def is_empty(session: Session, unit: Unit) -> bool:
    """Whether nobody works or ever worked there and no unit stands below."""
    held = select(Position.id).where(Position.agency_id == unit.agency_id, Position.unit_id == unit.id)
    below = select(Unit.id).where(Unit.agency_id == unit.agency_id, Unit.parent_id == unit.id)
    return not (session.scalar(held.limit(1)) or session.scalar(below.limit(1)))


def remove(session: Session, unit: Unit) -> None:
    """Take away a unit that nothing belongs to. Raises StillUsed; then nothing has changed."""
    if unit.parent_id is None or not is_empty(session, unit):
        raise StillUsed
    try:
        with session.begin_nested():
            session.delete(unit)
    except IntegrityError as error:
        raise StillUsed from error
