"""Views that people save under a name, and when each is mailed to whom."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person


class ViewPage(StrEnum):
    BOARD = "board"
    MEMBERS = "members"
    AHEAD = "ahead"


class Every(StrEnum):
    WORKING_DAY = "working-day"
    MONDAY = "monday"
    MONTH = "month"  # its first working day


class SavedView(Base):
    """A page with the choices that narrow it, as they stand in its address. A shared one is seen by all who may see
    the agency's board.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("agency_id", "owner_id", "name"),
        Index("ix_saved_view_owner_id", "owner_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    page: Mapped[ViewPage] = mapped_column(text_enum(ViewPage))
    choices: Mapped[dict[str, Any]]
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    agency: Mapped[Agency] = relationship()
    owner: Mapped[Person] = relationship()


class ViewSchedule(Base):
    """A view is mailed to a person; ``hour`` is in Oslo, ``last_on`` the newest day that was dealt with."""

    __tablename__ = "view_schedule"
    __table_args__ = (
        CheckConstraint("hour BETWEEN 7 AND 9", name="hour_range"),
        Index("ix_view_schedule_person_id", "person_id"),
    )

    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    every: Mapped[Every] = mapped_column(text_enum(Every))
    hour: Mapped[int]
    also_empty: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_on: Mapped[date | None]

    view: Mapped[SavedView] = relationship()
    person: Mapped[Person] = relationship()
