"""Cohorts, who facilitates and takes part in them, their gatherings, and who came."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency, Person
from learning.paths.models import LearningPath


class Reply(StrEnum):
    """What a participant has said about coming."""

    NONE = "none"
    YES = "yes"
    NO = "no"


class Attended(StrEnum):
    """What a facilitator has noted."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Cohort(Base):
    """A path that some people take together, in the version it had when the cohort was made.

    ``request_key`` makes a double click harmless.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "path_id"], ["learning_path.agency_id", "learning_path.id"]),
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("seats IS NULL OR seats > 0", name="seats_range"),
        Index("ix_cohort_agency_id_starts_on", "agency_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    path_id: Mapped[int] = mapped_column(BigId)
    version_id: Mapped[int] = mapped_column(ForeignKey("path_version.id"))
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    seats: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    request_key: Mapped[str] = mapped_column(String(64))

    agency: Mapped[Agency] = relationship(foreign_keys=[agency_id], overlaps="path")
    path: Mapped[LearningPath] = relationship(foreign_keys=[agency_id, path_id], overlaps="agency")
    gatherings: Mapped[list[Gathering]] = relationship(
        back_populates="cohort", order_by="Gathering.starts_at, Gathering.id"
    )


class CohortFacilitator(Base):
    __tablename__ = "cohort_facilitator"
    __table_args__ = (Index("ix_cohort_facilitator_person_id", "person_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)

    person: Mapped[Person] = relationship()


class CohortMember(Base):
    """A participant. ``left_at`` is set when they leave, and cleared when they return."""

    __tablename__ = "cohort_member"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"), Index("ix_cohort_member_person_id", "person_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship()
    person: Mapped[Person] = relationship()


class Gathering(Base):
    """A day that the cohort meets, at a place, over a link, or both.

    ``uid`` and ``sequence`` are iCalendar's: the one stays, the other rises whenever those invited are told of
    something new (``announced_at``), so that calendars know which mail is the newest.
    """

    __tablename__ = "gathering"
    __table_args__ = (
        UniqueConstraint("cohort_id", "request_key"),
        UniqueConstraint("uid"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_gathering_cohort_id_starts_at", "cohort_id", "starts_at"),
        Index("ix_gathering_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    uid: Mapped[str] = mapped_column(String(64), default=lambda: secrets.token_hex(16))
    sequence: Mapped[int] = mapped_column(default=0)
    announced_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    cancelled_at: Mapped[datetime | None]
    request_key: Mapped[str] = mapped_column(String(80))

    cohort: Mapped[Cohort] = relationship(back_populates="gatherings")


class Attendance(Base):
    """What a participant said about a gathering and whether they came; no row: nothing said, nothing noted."""

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_person_id", "person_id"),)

    gathering_id: Mapped[int] = mapped_column(ForeignKey("gathering.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reply: Mapped[Reply] = mapped_column(text_enum(Reply), default=Reply.NONE)
    replied_at: Mapped[datetime | None]
    attended: Mapped[Attended] = mapped_column(text_enum(Attended), default=Attended.UNKNOWN)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime | None]
