"""What has happened in the demo before anybody signs in: a path assigned, some courses done, some begun."""

from __future__ import annotations

from sqlalchemy.orm import Session


def seed_activity(session: Session) -> None:
    """To be filled when the rooms it needs are there."""
