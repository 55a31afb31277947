"""The outbox: mail written in the same transaction as its cause and sent by the worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId
from learning.organisation.models import Person
from learning.sealing import open_text


class OutboxMessage(Base):
    """One mail. ``dedupe_key`` is the reason for it, so that no reason ever mails twice.

    Waiting until ``not_before``; then sent (``sent_at``), cancelled (``cancelled_at``) or, after the last
    try, given up (``failed_at`` with ``last_error``).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_waiting",
            "not_before",
            "id",
            sqlite_where=text("sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_outbox_message_person_id", "person_id"),
        Index("ix_outbox_message_message_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())  # bodies are sealed
    stop_path: Mapped[str | None] = mapped_column(String(300))  # where a reader says no to mails of this kind
    subject: Mapped[str] = mapped_column(String(300))
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text, default="")
    calendar: Mapped[str | None] = mapped_column(Text)  # an iCalendar object that goes with the mail
    calendar_method: Mapped[str | None] = mapped_column(String(20))  # REQUEST or CANCEL
    message_id: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(500))
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()

    @property
    def words(self) -> tuple[str, str]:
        """The text and the HTML part. Raises sealing.CannotOpen."""
        if not self.is_private:
            return self.text_body, self.html_body
        return open_text(self.text_body), open_text(self.html_body)


class CalendarFeed(Base):
    """A person's calendar address. Only a hash of its secret part is kept; a new one replaces the old."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
