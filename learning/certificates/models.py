"""Certificates: what was issued, the bytes that were handed out, and what was revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId
from learning.organisation.models import Person
from learning.progress.models import Completion


class Certificate(Base):
    """``code`` is the unguessable address, ``serial`` the readable number, ``content`` what is printed.

    Append-only: content is a snapshot, so that later edits of a name or a course change nothing.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    content: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)

    completion: Mapped[Completion] = relationship()
    person: Mapped[Person] = relationship()
    revocation: Mapped[CertificateRevocation | None] = relationship(back_populates="certificate")


class CertificateFile(Base):
    """The PDF as first rendered; every later download is these bytes. Append-only."""

    __tablename__ = "certificate_file"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    rendered_at: Mapped[datetime] = mapped_column(default=clock.now)


class CertificateRevocation(Base):
    """A certificate that no longer holds, by whom and why. Append-only."""

    __tablename__ = "certificate_revocation"
    __table_args__ = (CheckConstraint("length(reason) >= 5", name="reason_given"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    revoked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    revoked_at: Mapped[datetime] = mapped_column(default=clock.now)

    certificate: Mapped[Certificate] = relationship(back_populates="revocation")
    revoked_by: Mapped[Person] = relationship()
