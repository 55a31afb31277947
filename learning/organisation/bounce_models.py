"""Addresses that mail does not reach."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId
from learning.organisation.models import Person


class MailBounce(Base):
    """A mail to ``address`` was refused for good. Holds until the person has another address, or ``tried_again_at``.

    ``code`` is the SMTP or enhanced status code, ``reason`` the mail server's words; never anything of the mail.
    """

    __tablename__ = "mail_bounce"
    __table_args__ = (
        Index(
            "uq_mail_bounce_person_id_address",
            "person_id",
            "address",
            unique=True,
            sqlite_where=text("tried_again_at IS NULL"),
            postgresql_where=text("tried_again_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    code: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300))
    tried_again_at: Mapped[datetime | None]
    tried_again_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
