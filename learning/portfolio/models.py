"""Keys to sign with, what was said of levels, issuers that agencies trust, and what people bring along."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person


class SigningKey(Base):
    """A key of this installation. The highest number signs; all stay published, so that what they signed holds."""

    __tablename__ = "signing_key"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    thumbprint: Mapped[str] = mapped_column(String(43), unique=True)  # RFC 7638
    public: Mapped[dict[str, Any]]  # JWK
    sealed: Mapped[str] = mapped_column(Text)  # the private JWK
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


def new_uuid() -> str:
    return str(uuid4())


class LevelBadge(Base):
    """That a badge says a person had a level, until a day: it is revoked when they no longer have it before that."""

    __tablename__ = "level_badge"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        Index("ix_level_badge_person_id_competence_id", "person_id", "competence_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_uuid)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    level: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[date | None]


class TrustedIssuer(Base):
    """Another installation whose badges an agency looks at. ``keys`` (a JWK set) when there is no way to fetch them."""

    __tablename__ = "trusted_issuer"
    __table_args__ = (UniqueConstraint("agency_id", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    keys: Mapped[dict[str, Any] | None]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class BadgeKind(StrEnum):
    COMPLETION = "completion"
    LEVEL = "level"


class TakenStatus(StrEnum):
    OFFERED = "offered"  # verified; the person has not said yet whether to take it in
    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the person
    ENDED = "ended"  # by HR, after a yes


class TakenIn(Base):
    """A badge from elsewhere whose signature was good. A badge comes to a person once."""

    __tablename__ = "taken_in"
    __table_args__ = (
        UniqueConstraint("person_id", "credential_id"),
        Index("ix_taken_in_agency_id_status", "agency_id", "status"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    credential_id: Mapped[str] = mapped_column(String(200))
    issuer_name: Mapped[str] = mapped_column(String(200))
    issuer_address: Mapped[str] = mapped_column(String(300))
    kind: Mapped[BadgeKind] = mapped_column(text_enum(BadgeKind))
    title: Mapped[str] = mapped_column(String(300))
    codes: Mapped[list[Any]]
    level: Mapped[int | None]
    happened_on: Mapped[date]
    until: Mapped[date | None]
    same_email: Mapped[bool]
    revocation_known: Mapped[bool]
    status: Mapped[TakenStatus] = mapped_column(text_enum(TakenStatus))
    verified_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(500))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agency: Mapped[Agency] = relationship()
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
