"""What moving or removing a unit does: to people, to assignments, and why it cannot be done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.access import audit
from learning.organisation import units
from learning.organisation.models import Unit
from learning.paths import audience_changes
from learning.paths.audience_changes import Change


class EffectsChanged(Exception):
    """Others would join or leave than when the effects were shown."""


@dataclass(frozen=True)
class Effects:
    """``people`` work in the unit or below it; ``changes`` are the assignments that would be others'."""

    people: int
    changes: list[Change]

    @property
    def key(self) -> str:
        """What was shown, to be sent back with the confirmation."""
        return ".".join(f"{each.assignment.id}-{each.joining}-{each.leaving}" for each in self.changes) or "none"


def effects_of_move(session: Session, unit: Unit, parent: Unit) -> Effects:
    """What a move would do. It is tried and taken back, so the transaction must be one that may write.

    Raises units.CannotMove.
    """
    people = units.head_count(session, unit.agency_id, unit.id)
    trial = session.begin_nested()
    try:
        units.place(session, unit, parent)
        changes = audience_changes.pending_in(session, unit.agency_id)
    finally:
        trial.rollback()
    return Effects(people, changes)


def move(session: Session, unit: Unit, parent: Unit, *, actor_id: int | None, expected: str) -> None:
    """Move a unit with all below it. Completions keep the names they were recorded with.

    ``expected`` is the key of the effects that were shown. Raises units.CannotMove or EffectsChanged.
    """
    found = effects_of_move(session, unit, parent)
    if found.key != expected:
        raise EffectsChanged
    units.move(session, unit, parent)
    audit.record(
        session, "unit.moved", subject_type="unit", subject_id=unit.id, actor_id=actor_id, agency_id=unit.agency_id,
        name=unit.name, parent=parent.id, members=found.people,
    )  # fmt: skip


@dataclass(frozen=True)
class Obstacles:
    """Why a unit cannot be removed; nothing of it when it can."""

    is_topmost: bool = False
    is_in_use: bool = False  # people now or earlier, or units below
    assignments: int = 0

    def __bool__(self) -> bool:
        return self != Obstacles()


def obstacles(session: Session, unit: Unit) -> Obstacles:
    return Obstacles(
        is_topmost=unit.parent_id is None,
        is_in_use=not units.is_empty(session, unit),
        assignments=len(audience_changes.chosen_by(session, unit.agency_id, unit.id)),
    )


def remove(session: Session, unit: Unit, *, actor_id: int | None) -> None:
    """Remove an empty unit. Raises units.StillUsed; then nothing has changed."""
    if obstacles(session, unit):
        raise units.StillUsed
    agency_id, unit_id, name = unit.agency_id, unit.id, unit.name
    units.remove(session, unit)
    audit.record(
        session, "unit.removed", subject_type="unit", subject_id=unit_id, actor_id=actor_id, agency_id=agency_id,
        name=name,
    )  # fmt: skip
