"""Self-assessments, goals, and conversations between a person and their own manager."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.competences.models import Competence
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person

UNDER_WAY = "ended_at IS NULL"


class SelfAssessment(Base):
    """How a person sees themselves by one version of a framework. Append-only; the newest counts.

    ``choices`` are sealed: code -> level, 0 for "not yet"; what was skipped is left out. ``key`` begins with the
    person's id, so that a second click makes no second one.
    """

    __tablename__ = "self_assessment"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_self_assessment_person_id_framework_id", "person_id", "framework_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("framework_version.id"))
    choices: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class GoalState(StrEnum):
    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


class Goal(Base):
    """A level of a competence that a person wants by a day, as it stands now; ``changes`` say what it was before.

    ``content`` is sealed: a goals.Content. ``revision`` counts the changes from 1.
    """

    __tablename__ = "development_goal"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        UniqueConstraint("key"),
        Index("ix_development_goal_person_id_state", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    level: Mapped[int]
    by_day: Mapped[date]
    state: Mapped[GoalState] = mapped_column(text_enum(GoalState), default=GoalState.OPEN)
    content: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    key: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()
    competence: Mapped[Competence] = relationship()
    changes: Mapped[list[GoalChange]] = relationship(back_populates="goal", order_by="GoalChange.revision")


class GoalChange(Base):
    """What a goal said from a moment on. Append-only. ``reason`` is sealed: why it was dropped."""

    __tablename__ = "development_goal_change"

    goal_id: Mapped[int] = mapped_column(ForeignKey("development_goal.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[GoalState] = mapped_column(text_enum(GoalState))
    level: Mapped[int]
    by_day: Mapped[date]
    content: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    goal: Mapped[Goal] = relationship(back_populates="changes")


class Side(StrEnum):
    """One of the two in a conversation: whom it is about, or their own manager."""

    PERSON = "person"
    MANAGER = "manager"


class Conversation(Base):
    """A conversation of a person with their own manager; the two have one under way at a time.

    A database trigger refuses changes once ``ended_at`` is set. ``notes`` are sealed, ``notes_revision`` counts how
    often they were written; an agreement is to the notes as they are, and writing them anew takes the other's away.
    ``evidence`` is sealed: code -> level by evidence, as it was at the end.
    """

    __tablename__ = "development_conversation"
    __table_args__ = (
        CheckConstraint("manager_id <> person_id OR ended_at IS NOT NULL", name="two_people"),
        Index(
            "uq_development_conversation_under_way",
            "person_id",
            "manager_id",
            "agency_id",
            unique=True,
            sqlite_where=text(UNDER_WAY),
            postgresql_where=text(UNDER_WAY),
        ),
        Index("ix_development_conversation_manager_id", "manager_id"),
        Index("ix_development_conversation_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    planned_on: Mapped[date]
    held_on: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(Text)
    notes_revision: Mapped[int] = mapped_column(default=0)
    person_agreed_at: Mapped[datetime | None]
    manager_agreed_at: Mapped[datetime | None]
    evidence: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Side | None] = mapped_column(text_enum(Side))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    manager: Mapped[Person] = relationship(foreign_keys=[manager_id])
    agency: Mapped[Agency] = relationship()
    frameworks: Mapped[list[ConversationFramework]] = relationship(order_by="ConversationFramework.framework_id")
    given: Mapped[list[ConversationView]] = relationship()


class ConversationFramework(Base):
    """A framework that the two talk about, pinned to a version so that both answer the same words."""

    __tablename__ = "development_conversation_framework"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("development_conversation.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("framework_version.id"))


class ConversationView(Base):
    """How one of the two sees the person, given once and for this conversation. Append-only. ``choices`` are sealed."""

    __tablename__ = "development_conversation_view"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("development_conversation.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(text_enum(Side), primary_key=True)
    choices: Mapped[dict[str, Any]]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
