"""Which signals from below this room listens to."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.organisation.signals import positions_changed
from learning.paths.membership import refresh


def _follow_positions(session: Session, *, agency_id: int, **_: Any) -> None:
    refresh(session, agency_id)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    positions_changed.connect(_follow_positions)
