"""When two accounts of one person become one: what was said of them, and what they brought, is one person's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from learning.organisation.merging import PersonColumns, move_columns
from learning.organisation.models import Person
from learning.portfolio.models import LevelBadge, TakenIn

COLUMNS = PersonColumns(
    moved=(LevelBadge.person_id,),
    by_rule=(TakenIn.person_id,),
    stays={TakenIn.decided_by_id: "what an account did is said of that account"},
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """All of it; a badge that both brought stays with the merged account as it was."""
    moved = move_columns(session, COLUMNS.moved, kept, merged)
    other = aliased(TakenIn)
    both = select(other.credential_id).where(other.person_id == kept.id)
    rows = session.scalars(
        select(TakenIn).where(TakenIn.person_id == merged.id, TakenIn.credential_id.not_in(both))
    ).all()
    for each in rows:
        each.person_id = kept.id
    session.flush()
    return {**moved, "taken_in.person_id": len(rows)} if rows else moved
