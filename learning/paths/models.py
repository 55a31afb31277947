"""Learning paths, the assignments that give them to audiences, and who is a member of each."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.catalogue.models import Course
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Person


class DueKind(StrEnum):
    NONE = "none"
    FIXED = "fixed"  # due_on
    AFTER_ASSIGNMENT = "after-assignment"  # due_days after the person became a member
    AFTER_POSITION_START = "after-position-start"  # due_days after the position began


class RecognitionKind(StrEnum):
    EXEMPTION = "exemption"  # the course is not for them
    PRIOR_LEARNING = "prior-learning"  # they know it already


class RenewBasis(StrEnum):
    """From which day a renewed path is valid anew."""

    COMPLETION = "completion"  # from the day it was completed
    ANNIVERSARY = "anniversary"  # from the day it would have run out, so that the date stays the same


class LearningPath(Base):
    """A programme of courses. What it asks for stands in its versions; ``requires`` is a path to take first."""

    __tablename__ = "learning_path"
    __table_args__ = (
        UniqueConstraint("agency_id", "title"),
        UniqueConstraint("agency_id", "id"),
        ForeignKeyConstraint(["agency_id", "requires_id"], ["learning_path.agency_id", "learning_path.id"]),
        CheckConstraint("requires_id <> id", name="not_before_itself"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    requires_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]

    versions: Mapped[list[PathVersion]] = relationship(back_populates="path", order_by="PathVersion.number")
    current: Mapped[PathVersion] = relationship(
        primaryjoin="and_(PathVersion.path_id == LearningPath.id, PathVersion.is_current)", viewonly=True, uselist=False
    )
    requires: Mapped[LearningPath | None] = relationship(
        foreign_keys=[requires_id], primaryjoin="LearningPath.requires_id == remote(LearningPath.id)", viewonly=True
    )

    @property
    def steps(self) -> list[PathStep]:
        """The steps that whoever begins now has to take."""
        return self.current.steps


class PathVersion(Base):
    """What a path asks for; whoever has begun keeps the version they began. One is current.

    With ``in_order`` a step opens when the mandatory ones before it are done.
    """

    __tablename__ = "path_version"
    __table_args__ = (
        UniqueConstraint("path_id", "number"),
        Index(
            "uq_path_version_current",
            "path_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    path_id: Mapped[int] = mapped_column(ForeignKey("learning_path.id"))
    number: Mapped[int] = mapped_column(default=1)
    is_current: Mapped[bool] = mapped_column(default=True)
    in_order: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    path: Mapped[LearningPath] = relationship(back_populates="versions")
    choices: Mapped[list[PathChoice]] = relationship(order_by="PathChoice.number")
    steps: Mapped[list[PathStep]] = relationship(back_populates="version", order_by="PathStep.place")


class PathChoice(Base):
    """A choice among electives: ``needed`` of the steps that belong to it, such as two of five."""

    __tablename__ = "path_choice"
    __table_args__ = (
        UniqueConstraint("version_id", "number"),
        UniqueConstraint("version_id", "id"),
        CheckConstraint("needed >= 1", name="needs_one"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("path_version.id"))
    number: Mapped[int]
    needed: Mapped[int] = mapped_column(default=1)


class PathStep(Base):
    """A course of a path: mandatory, one of a choice, or neither, which is voluntary."""

    __tablename__ = "path_step"
    __table_args__ = (
        UniqueConstraint("version_id", "course_id"),
        UniqueConstraint("version_id", "place"),
        ForeignKeyConstraint(["version_id", "choice_id"], ["path_choice.version_id", "path_choice.id"]),
        CheckConstraint("NOT (mandatory AND choice_id IS NOT NULL)", name="mandatory_is_no_choice"),
        Index("ix_path_step_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("path_version.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    place: Mapped[int]
    mandatory: Mapped[bool] = mapped_column(default=True)
    choice_id: Mapped[int | None] = mapped_column(BigId)

    version: Mapped[PathVersion] = relationship(back_populates="steps", overlaps="choice")
    choice: Mapped[PathChoice | None] = relationship(overlaps="steps,version")
    course: Mapped[Course] = relationship()


class Audience(Base):
    """A rule over an agency's people; see audience_rules. Without a name it serves one assignment alone."""

    __tablename__ = "audience"
    __table_args__ = (UniqueConstraint("agency_id", "name"), UniqueConstraint("agency_id", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str | None] = mapped_column(String(200))
    rule: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Assignment(Base):
    """A path given to an audience with a due date. ``request_key`` makes a double click harmless.

    What must be renewed is valid for ``valid_months``; ``renew_days`` before that runs out it is to be taken again.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "path_id"], ["learning_path.agency_id", "learning_path.id"]),
        ForeignKeyConstraint(["agency_id", "audience_id"], ["audience.agency_id", "audience.id"]),
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("(due_kind = 'fixed') = (due_on IS NOT NULL)", name="fixed_has_date"),
        CheckConstraint(
            "(due_kind IN ('after-assignment', 'after-position-start')) = (due_days IS NOT NULL)",
            name="relative_has_days",
        ),
        CheckConstraint("due_days IS NULL OR due_days BETWEEN 1 AND 1826", name="due_days_range"),
        CheckConstraint(
            "(valid_months IS NULL) = (renew_days IS NULL) AND (valid_months IS NULL) = (renew_basis IS NULL)",
            name="renewal_is_whole",
        ),
        CheckConstraint(
            "valid_months IS NULL OR valid_months BETWEEN 1 AND 120 AND renew_days BETWEEN 1 AND valid_months * 28",
            name="renewal_range",
        ),
        Index("ix_assignment_path_id", "path_id"),
        Index("ix_assignment_audience_id", "audience_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    path_id: Mapped[int] = mapped_column(BigId)
    audience_id: Mapped[int] = mapped_column(BigId)
    due_kind: Mapped[DueKind] = mapped_column(text_enum(DueKind))
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    valid_months: Mapped[int | None]
    renew_days: Mapped[int | None]
    renew_basis: Mapped[RenewBasis | None] = mapped_column(text_enum(RenewBasis))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_changed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    request_key: Mapped[str] = mapped_column(String(64))

    path: Mapped[LearningPath] = relationship(foreign_keys=[agency_id, path_id], overlaps="audience")
    audience: Mapped[Audience] = relationship(foreign_keys=[agency_id, audience_id], overlaps="path")
    created_by: Mapped[Person | None] = relationship()


class AssignmentMember(Base):
    """A person an assignment has reached. ``left_at`` is set when they are no longer in the audience, and cleared
    when they return.

    ``due_on`` is worked out when they join and for each later round; ``extended_to`` is the day they have been given
    beyond it. ``version_id`` is what they are asked for: the path's current version until they begin. In a renewal
    (``round`` 2 and on) only what was completed from ``counts_from`` on counts. ``valid_until`` is known once the
    round is done; ``anchor_on`` is the day that anniversaries are counted from. ``to_be_told`` is set while the mail
    about the assignment is still to be written: many at once are told by the worker.
    """

    __tablename__ = "assignment_member"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id"),
        CheckConstraint("round >= 1", name="round_from_one"),
        CheckConstraint("(round = 1) = (counts_from IS NULL)", name="later_rounds_count_from"),
        Index("ix_assignment_member_agency_id_person_id", "agency_id", "person_id"),
        Index("ix_assignment_member_due_on", "due_on"),
        Index("ix_assignment_member_person_id", "person_id"),
        Index("ix_assignment_member_version_id", "version_id"),
        Index(
            "ix_assignment_member_to_be_told",
            "id",
            sqlite_where=text("to_be_told"),
            postgresql_where=text("to_be_told"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("path_version.id"))
    due_on: Mapped[date | None]
    extended_to: Mapped[date | None]
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    counts_from: Mapped[datetime | None]
    anchor_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]
    to_be_told: Mapped[bool] = mapped_column(default=False, server_default=false())

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[Person] = relationship()


class AssignmentRound(Base):
    """A renewal that began: what is in force of it stands on the member, which can be rebuilt from these rows."""

    __tablename__ = "assignment_round"

    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    opened_on: Mapped[date]
    due_on: Mapped[date]


class DueExtension(Base):
    """More time for one member, with the reason. The newest that is not taken back holds."""

    __tablename__ = "due_extension"
    __table_args__ = (
        UniqueConstraint("member_id", "request_key"),
        Index("ix_due_extension_agency_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"))
    due_before: Mapped[date | None]
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    request_key: Mapped[str] = mapped_column(String(64))
    taken_back_at: Mapped[datetime | None]


class Recognition(Base):
    """Somebody need not take a course in an agency: exempted, or because of what they have learnt before.

    Asked for with reason and evidence, then decided; only a granted one counts, until ``valid_until`` or the day it
    is ended. At most one that is undecided or in force for each person and course of an agency.
    """

    __tablename__ = "recognition"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name="decided_is_whole"),
        CheckConstraint("ended_at IS NULL OR granted", name="only_granted_ends"),
        Index("ix_recognition_agency_id_person_id", "agency_id", "person_id"),
        Index(
            "uq_recognition_open",
            "agency_id",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND (granted IS NULL OR granted)"),
            postgresql_where=text("ended_at IS NULL AND (granted IS NULL OR granted)"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    kind: Mapped[RecognitionKind] = mapped_column(text_enum(RecognitionKind))
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    valid_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    course: Mapped[Course] = relationship()


class MemberReminder(Base):
    """HR has reminded a member by mail: once a day at most. Append-only."""

    __tablename__ = "member_reminder"
    __table_args__ = (Index("ix_member_reminder_agency_id_reminded_on", "agency_id", "reminded_on"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("assignment_member.id"), primary_key=True)
    reminded_on: Mapped[date] = mapped_column(primary_key=True)  # the day in Norway
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    reminded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
