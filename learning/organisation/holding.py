"""When a position is held, as SQL: from its first day to and with its last, which may be open."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from learning.organisation.models import Position


def not_over(day: date, position: Any = Position) -> ColumnElement[bool]:
    """The position is held on that day or begins later. ``position`` is Position or an alias of it."""
    return or_(position.ends_on.is_(None), position.ends_on >= day)


def held_on(day: date, position: Any = Position) -> ColumnElement[bool]:
    """The position is held on that day. ``position`` is Position or an alias of it."""
    return and_(position.starts_on <= day, not_over(day, position))
