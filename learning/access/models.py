"""Accounts, roles, failed sign-ins and the audit trail."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
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
    """How a person signs in. Raising ``session_version`` ends every session of theirs.

    ``password_hash`` is None for somebody who has only signed in through a provider of identity.
    """

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
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


class IdentityProvider(Base):
    """An OpenID Connect provider with which an agency's people sign in. ``client_secret`` is sealed.

    ``verifies_addresses`` is the administrator's word for a provider that does not send ``email_verified``.
    """

    __tablename__ = "identity_provider"
    __table_args__ = (UniqueConstraint("agency_id", "issuer", "client_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(String(300), default="openid profile email")
    acr_values: Mapped[str] = mapped_column(String(300), default="")
    verifies_addresses: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    agency: Mapped[Agency] = relationship()
    domains: Mapped[list[IdentityProviderDomain]] = relationship(
        cascade="all, delete-orphan", order_by="IdentityProviderDomain.domain"
    )


class IdentityProviderDomain(Base):
    """A domain of e-mail addresses that the provider may vouch for."""

    __tablename__ = "identity_provider_domain"
    __table_args__ = (
        CheckConstraint("domain = lower(domain)", name="domain_lower_case"),
        Index("ix_identity_provider_domain_domain", "domain"),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("identity_provider.id"), primary_key=True)
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)


class IdentityLink(Base):
    """Who somebody at a provider is here.

    ``confirmed``: the person has connected it while signed in by other means. Otherwise it was made by a verified
    address, and holds only as long as the person belongs to the provider's agency alone.
    """

    __tablename__ = "identity_link"
    __table_args__ = (Index("ix_identity_link_person_id", "person_id"),)

    provider_id: Mapped[int] = mapped_column(ForeignKey("identity_provider.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed: Mapped[bool] = mapped_column(default=False)
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)

    provider: Mapped[IdentityProvider] = relationship()


class SignInPolicy(Base):
    """Whether an agency's people may sign in with a password here; yes for an agency without a row."""

    __tablename__ = "sign_in_policy"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    passwords_allowed: Mapped[bool] = mapped_column(default=True)


class TokenPurpose(StrEnum):
    """What another system may do with a token. A token has one purpose, so that a leaked one opens one door."""

    SCIM = "scim"


class ApiToken(Base):
    """A key for another system of the agency's. Only its hash is stored; ``prefix`` is what people see of it.

    ``expires_on`` is its last day, in Norway. ``last_used_at`` is kept to the hour.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        Index("ix_api_token_agency_id", "agency_id"),
        Index("ix_api_token_prefix", "prefix"),
        UniqueConstraint("token_hash"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(100))
    purpose: Mapped[TokenPurpose] = mapped_column(text_enum(TokenPurpose))
    prefix: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64))
    sends_invitations: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    created_by: Mapped[Person] = relationship()


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
