"""Enrolments and the facts that learners leave: responses, finished lessons, attempts, completions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.catalogue.models import Course, CourseVersion
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Level, Person


class Enrolment(Base):
    """A person takes a course. Pinned to a version; ``round`` counts retakes of the whole course."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "round"),
        ForeignKeyConstraint(["course_id", "version_id"], ["course_version.course_id", "course_version.id"]),
        Index("ix_enrolment_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(BigId)
    round: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_active_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_lesson_id: Mapped[str | None] = mapped_column(String(60))
    last_activity_id: Mapped[str | None] = mapped_column(String(60))

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship(foreign_keys=[course_id], overlaps="version")
    version: Mapped[CourseVersion] = relationship(foreign_keys=[course_id, version_id], overlaps="course")
    completion: Mapped[Completion | None] = relationship(back_populates="enrolment")


class EnrolmentMove(Base):
    """The recorded step from one course version to another, asked for by the learner. Append-only."""

    __tablename__ = "enrolment_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    from_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Response(Base):
    """One answer to one activity in a lesson. Append-only; ``key`` makes a resent form harmless."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "key"),
        Index("ix_response_enrolment_id_activity_id", "enrolment_id", "activity_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    lesson_id: Mapped[str] = mapped_column(String(60))
    activity_id: Mapped[str] = mapped_column(String(60))
    rev: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2))
    answer: Mapped[dict[str, Any]]
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    max_points: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    key: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[int | None]  # since the page was opened, 600 at most; None when not known
    at: Mapped[datetime] = mapped_column(default=clock.now)


class FinishWay(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"  # by a pre-test


class LessonFinish(Base):
    """A lesson that the learner has declared finished, or skipped by a pre-test. Append-only."""

    __tablename__ = "lesson_finish"
    __table_args__ = (UniqueConstraint("enrolment_id", "lesson_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    lesson_id: Mapped[str] = mapped_column(String(60))
    way: Mapped[FinishWay] = mapped_column(text_enum(FinishWay), default=FinishWay.DONE, server_default="done")
    seconds: Mapped[int | None]  # as in ``Response``
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Pretest(Base):
    """The one pre-test of an enrolment: what was asked, and which lessons it let the learner skip.

    Answers may change until ``submitted_at``.
    """

    __tablename__ = "pretest"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    seed: Mapped[int] = mapped_column(BigId)
    items: Mapped[list[Any]]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    skipped: Mapped[list[Any]] = mapped_column(default=list)  # lesson ids


class Note(Base):
    """A learner's own note to a lesson; sealed, theirs alone, and may be changed."""

    __tablename__ = "note"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class LessonMinutes(Base):
    """How long a lesson really takes; worked out by ``real_minutes`` and made anew by the worker."""

    __tablename__ = "lesson_minutes"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    minutes: Mapped[int]
    learners: Mapped[int]


class Attempt(Base):
    """One try at the final assessment; ``items`` are the ids drawn, in the order shown.

    Open until ``submitted_at``; an enrolment has at most one open attempt.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        Index(
            "uq_attempt_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        CheckConstraint("score_percent IS NULL OR (score_percent >= 0 AND score_percent <= 100)", name="score_range"),
        CheckConstraint("(submitted_at IS NULL) = (score_percent IS NULL)", name="scored_when_submitted"),
        CheckConstraint("(submitted_at IS NULL) = (passed IS NULL)", name="judged_when_submitted"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigId)
    items: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(2))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    max_points: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    score_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    passed: Mapped[bool | None]

    answers: Mapped[list[AttemptAnswer]] = relationship(back_populates="attempt", order_by="AttemptAnswer.item_id")


class AttemptAnswer(Base):
    """The answer to one drawn item; may change until the attempt is handed in, then points are set."""

    __tablename__ = "attempt_answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    answer: Mapped[dict[str, Any]]
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 4))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    attempt: Mapped[Attempt] = relationship(back_populates="answers")


def _same_as_person(context: ExecutionContext) -> int:
    return int(context.get_current_parameters()["person_id"])  # type: ignore[attr-defined]


class Completion(Base):
    """The fact that a person completed a course: recorded once, never changed.

    ``recorded_person_id`` is the account that it was recorded for, and what the ledger's hash names;
    ``person_id`` is whose it is now. They differ when the account has been merged into another, which is the
    one change that the database allows.

    Agency, unit, position and level are those held at that moment; they are None when the person had
    no current position. Completions of one agency form a hash chain by ``agency_sequence``;
    see ``learning.progress.ledger``.
    """

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("agency_id", "agency_sequence"),
        Index("ix_completion_agency_id_completed_at", "agency_id", "completed_at", "id"),
        Index("ix_completion_person_id", "person_id"),
        Index("ix_completion_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # NULL is refused by the database in another way: SQLite cannot add a column that is NOT NULL.
    recorded_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), nullable=True, default=_same_as_person)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    course_title: Mapped[str] = mapped_column(String(300))
    score_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    minutes: Mapped[int]
    completed_at: Mapped[datetime]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    unit_name: Mapped[str | None] = mapped_column(String(200))
    position_title: Mapped[str | None] = mapped_column(String(200))
    level: Mapped[Level | None] = mapped_column(text_enum(Level))
    agency_sequence: Mapped[int | None] = mapped_column(BigId)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    enrolment: Mapped[Enrolment] = relationship(back_populates="completion")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()
    agency: Mapped[Agency | None] = relationship()
