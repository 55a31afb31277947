"""Accounts, roles, failed sign-ins and the audit trail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person


class Role(StrEnum):
    """What somebody has been granted. Every person is a learner without a grant."""

    HR = "hr"
    AUTHOR = "author"
    AUDITOR = "auditor"
    AGENCY_ADMIN = "agency-admin"
    PLATFORM_ADMIN = "platform-admin"


class Account(Base):
    """How a person signs in. Raising ``session_version`` ends every session of theirs."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    session_version: Mapped[int] = mapped_column(default=1)
    password_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_sign_in_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class RoleGrant(Base):
    """A role in one agency, or on the platform when ``agency_id`` is None. Ended by a date, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_person_id", "person_id"),
        Index(
            "uq_role_grant_current",
            "person_id",
            "agency_id",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        # NULLs are distinct in a unique index, so platform roles need one of their own.
        Index(
            "uq_role_grant_platform",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND agency_id IS NULL"),
            postgresql_where=text("revoked_at IS NULL AND agency_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agency: Mapped[Agency | None] = relationship(foreign_keys=[agency_id])


class FailedSignIn(Base):
    """Kept for the throttle; rows older than a day are swept away. ``key`` is a hash, not an address."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class AuditEvent(Base):
    """Who did what to whom and when. Append-only; a database trigger refuses changes."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_agency_id_at_id", "agency_id", "at", "id"),
        Index("ix_audit_event_agency_id_actor_id_at", "agency_id", "actor_id", "at"),
        Index("ix_audit_event_agency_id_action_at", "agency_id", "action", "at"),
        Index("ix_audit_event_agency_id_subject_id", "agency_id", "subject_id"),
        Index("ix_audit_event_words", text("to_tsvector('simple', detail)"), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    actor: Mapped[Person | None] = relationship()
    mentions: Mapped[list[AuditMention]] = relationship()


class AuditMention(Base):
    """Whom an event is about, so that all that was done to one person is found at once. Append-only."""

    __tablename__ = "audit_mention"
    __table_args__ = (Index("ix_audit_mention_person_id", "person_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)  # also of somebody who is deleted
