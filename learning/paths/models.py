"""Learning paths, the assignments that give them to audiences, and who is a member of each."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.catalogue.models import Course
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Level, Person


class DueKind(StrEnum):
    NONE = "none"
    FIXED = "fixed"  # due_on
    AFTER_ASSIGNMENT = "after-assignment"  # due_days after the person became a member
    AFTER_POSITION_START = "after-position-start"  # due_days after the position began


class LearningPath(Base):
    __tablename__ = "learning_path"
    __table_args__ = (UniqueConstraint("agency_id", "title"), UniqueConstraint("agency_id", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]

    steps: Mapped[list[PathStep]] = relationship(
        back_populates="path", order_by="PathStep.place", cascade="all, delete-orphan"
    )


class PathStep(Base):
    __tablename__ = "path_step"
    __table_args__ = (UniqueConstraint("path_id", "course_id"), UniqueConstraint("path_id", "place"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    path_id: Mapped[int] = mapped_column(ForeignKey("learning_path.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    place: Mapped[int]
    mandatory: Mapped[bool] = mapped_column(default=True)

    path: Mapped[LearningPath] = relationship(back_populates="steps")
    course: Mapped[Course] = relationship()


class Assignment(Base):
    """A path given to an audience with a due date. ``request_key`` makes a double click harmless."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "path_id"], ["learning_path.agency_id", "learning_path.id"]),
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("(due_kind = 'fixed') = (due_on IS NOT NULL)", name="fixed_has_date"),
        CheckConstraint(
            "(due_kind IN ('after-assignment', 'after-position-start')) = (due_days IS NOT NULL)",
            name="relative_has_days",
        ),
        CheckConstraint("due_days IS NULL OR due_days BETWEEN 1 AND 1826", name="due_days_range"),
        Index("ix_assignment_path_id", "path_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    path_id: Mapped[int] = mapped_column(BigId)
    due_kind: Mapped[DueKind] = mapped_column(text_enum(DueKind))
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    request_key: Mapped[str] = mapped_column(String(64))

    path: Mapped[LearningPath] = relationship(foreign_keys=[agency_id, path_id])
    units: Mapped[list[AudienceUnit]] = relationship(cascade="all, delete-orphan")
    levels: Mapped[list[AudienceLevel]] = relationship(cascade="all, delete-orphan")
    created_by: Mapped[Person | None] = relationship()


class AudienceUnit(Base):
    __tablename__ = "audience_unit"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    with_descendants: Mapped[bool] = mapped_column(default=True)


class AudienceLevel(Base):
    """The levels an assignment is for; none at all means every level."""

    __tablename__ = "audience_level"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    level: Mapped[Level] = mapped_column(text_enum(Level), primary_key=True)


class AssignmentMember(Base):
    """A person an assignment has reached. ``left_at`` is set when they are no longer in the audience,
    and cleared when they return; ``due_on`` is worked out once, when they join.
    """

    __tablename__ = "assignment_member"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id"),
        Index("ix_assignment_member_agency_id_person_id", "agency_id", "person_id"),
        Index("ix_assignment_member_due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    due_on: Mapped[date | None]
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[Person] = relationship()


class MemberReminder(Base):
    """HR has reminded a member by mail: once a day at most. Append-only."""

    __tablename__ = "member_reminder"
    __table_args__ = (Index("ix_member_reminder_agency_id_reminded_on", "agency_id", "reminded_on"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"), primary_key=True)
    reminded_on: Mapped[date] = mapped_column(primary_key=True)  # the day in Norway
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    reminded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
