"""Evidence of what somebody can do, the levels that follow from it, requests to confirm, and contests."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person

OPEN_CONTEST = "answered_at IS NULL"
WAITING_REQUEST = "status = 'waiting'"


class Evidence(Base):
    """One thing that speaks of a competence. Append-only, but that it can be withdrawn.

    ``source_key`` says what it was made from, so that a retry makes no double; ``origin`` what it is about: of
    several from one origin the newest counts (``levels``). It counts to and with ``expires_on``. ``words`` are sealed:
    what somebody who confirmed it has seen, for the person to read.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        CheckConstraint("weight > 0", name="weighs"),
        Index("ix_evidence_person_id_competence_id", "person_id", "competence_id"),
        Index("ix_evidence_competence_id", "competence_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    kind: Mapped[EvidenceKind] = mapped_column(text_enum(EvidenceKind))
    level: Mapped[int]
    weight: Mapped[int]  # points
    happened_on: Mapped[date]
    expires_on: Mapped[date | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    source_key: Mapped[str] = mapped_column(String(120), unique=True)
    origin: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    competence: Mapped[Competence] = relationship()
    agency: Mapped[Agency | None] = relationship()
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])


class CompetenceLevel(Base):
    """The level that a person has of a competence; no row: none yet. Derived from the evidence, in its transaction.

    ``next_expiry`` is the last day on which all that counts today still does.
    """

    __tablename__ = "competence_level"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        Index("ix_competence_level_competence_id_level", "competence_id", "level"),
        Index("ix_competence_level_next_expiry", "next_expiry"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"), primary_key=True)
    level: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_expiry: Mapped[date | None]


class RequestStatus(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ConfirmationRequest(Base):
    """A person asks a colleague, or their own manager, to say what they have seen. One waits for each at a time."""

    __tablename__ = "confirmation_request"
    __table_args__ = (
        CheckConstraint("asked_id <> person_id", name="two_people"),
        Index(
            "uq_confirmation_request_waiting",
            "person_id",
            "competence_id",
            "asked_id",
            unique=True,
            sqlite_where=text(WAITING_REQUEST),
            postgresql_where=text(WAITING_REQUEST),
        ),
        Index("ix_confirmation_request_asked_id", "asked_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    asked_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    status: Mapped[RequestStatus] = mapped_column(text_enum(RequestStatus), default=RequestStatus.WAITING)
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asked: Mapped[Person] = relationship(foreign_keys=[asked_id])
    competence: Mapped[Competence] = relationship()
    agency: Mapped[Agency] = relationship()
    evidence: Mapped[Evidence | None] = relationship()


class Contest(Base):
    """A person says that their level is wrong. Answered in words; the level follows the evidence as before."""

    __tablename__ = "contest"
    __table_args__ = (
        Index(
            "uq_contest_open",
            "person_id",
            "competence_id",
            unique=True,
            sqlite_where=text(OPEN_CONTEST),
            postgresql_where=text(OPEN_CONTEST),
        ),
        Index("ix_contest_agency_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    level: Mapped[int]  # as it was shown then; 0 for none
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    competence: Mapped[Competence] = relationship()
    agency: Mapped[Agency] = relationship()
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
