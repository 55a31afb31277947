"""What HR has done for many people at once, and what became of each of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.catalogue.models import Course
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Person


class BulkAct(StrEnum):
    MORE_TIME = "more-time"
    EXEMPTION = "exemption"
    REMINDER = "reminder"


class Outcome(StrEnum):
    """Whether a member was reached, or why not."""

    REACHED = "reached"
    DONE = "done"  # the path is done
    CLOSED = "closed"  # the account is closed
    LEFT = "left"  # no longer a member
    UNDATED = "undated"  # no due date to put off
    LATER = "later"  # due on that day or later already
    REMINDED = "reminded"  # earlier today
    UNREACHED = "unreached"  # mail does not reach them
    OWN = "own"  # nobody exempts themselves
    TAKEN = "taken"  # the course is taken
    EXEMPT = "exempt"  # granted already
    ASKED = "asked"  # asked for, and waits for its own answer
    NOT_ASKED = "not-asked"  # the path does not ask for the course


class BulkAction(Base):
    """One thing done for many. ``chosen`` members were on the list, ``reached`` of them it was done for, who are
    ``people`` people. ``put_back`` is how many members an undoing reached. ``request_key`` makes a double click
    harmless.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("(act = 'more-time') = (due_on IS NOT NULL)", name="more_time_has_day"),
        CheckConstraint("(act = 'exemption') = (course_id IS NOT NULL)", name="exemption_has_course"),
        CheckConstraint("(undone_at IS NULL) = (put_back IS NULL)", name="undone_is_whole"),
        CheckConstraint("undone_at IS NULL OR act <> 'reminder'", name="reminders_stay"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    act: Mapped[BulkAct] = mapped_column(text_enum(BulkAct))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str] = mapped_column(String(500), default="")
    due_on: Mapped[date | None]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    valid_until: Mapped[date | None]
    chosen: Mapped[int] = mapped_column(default=0)
    reached: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    request_key: Mapped[str] = mapped_column(String(64))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    put_back: Mapped[int | None]

    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])
    course: Mapped[Course | None] = relationship()

    @property
    def can_be_undone(self) -> bool:
        return self.act is not BulkAct.REMINDER and self.undone_at is None


class BulkActionMember(Base):
    """One member of a bulk action. What it changed stands here, so that it can be put back: ``due_before`` and
    ``extended_before``, or the recognition it granted. ``put_back`` is None until the action is undone.
    """

    __tablename__ = "bulk_action_member"
    __table_args__ = (
        Index("ix_bulk_action_member_member_id", "member_id"),
        Index("ix_bulk_action_member_recognition_id", "recognition_id"),
    )

    action_id: Mapped[int] = mapped_column(ForeignKey("bulk_action.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    due_before: Mapped[date | None]
    extended_before: Mapped[date | None]
    recognition_id: Mapped[int | None] = mapped_column(ForeignKey("recognition.id"))
    put_back: Mapped[bool | None]
