"""The plans of reminders that HR has chosen, what was reminded of, and the daily runs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.paths.reminder_plans import Line, Timing, Who


class ReminderRule(Base):
    """A line of an assignment's own plan. An assignment without any has the default plan."""

    __tablename__ = "reminder_rule"
    __table_args__ = (
        UniqueConstraint("assignment_id", "timing", "days", "who"),
        CheckConstraint("(timing = 'on') = (days = 0)", name="on_the_day_has_no_days"),
        CheckConstraint("days BETWEEN 0 AND 365", name="days_range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    timing: Mapped[Timing] = mapped_column(text_enum(Timing))
    days: Mapped[int]
    who: Mapped[Who] = mapped_column(text_enum(Who))

    @property
    def line(self) -> Line:
        return Line(self.timing, self.days, self.who)


class Reminder(Base):
    """A line of a plan is spent for a member and a due date. Append-only.

    ``line_on`` is the day that the line fell on. Without a message it was passed over: a later line was due as well,
    or it was before there were plans.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("member_id", "due_on", "who", "rule"),
        Index("ix_reminder_outbox_message_id", "outbox_message_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"))
    due_on: Mapped[date]
    who: Mapped[Who] = mapped_column(text_enum(Who))
    rule: Mapped[str] = mapped_column(String(20))
    line_on: Mapped[date]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outbox_message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class ReminderRun(Base):
    """The daily run of a day in Norway. Its row is what lets only one worker make it."""

    __tablename__ = "reminder_run"

    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    mails: Mapped[int] = mapped_column(default=0)
    reminders: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
