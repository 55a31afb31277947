"""Published courses: immutable, content-addressed versions and their media."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum


class Course(Base):
    """``slug`` is the course's id on disk, such as rm-101. ``withdrawn_at`` hides it from new learners."""

    __tablename__ = "course"
    __table_args__ = (
        # Named and deferred: the two tables point at each other.
        ForeignKeyConstraint(
            ["id", "current_version_id"],
            ["course_version.course_id", "course_version.id"],
            name="fk_course_current_version",
            use_alter=True,
        ),
    )

    # Being part of a foreign key would otherwise switch off numbering.
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    current_version_id: Mapped[int | None] = mapped_column(BigId)
    withdrawn_at: Mapped[datetime | None]

    current_version: Mapped[CourseVersion | None] = relationship(
        foreign_keys=[current_version_id],
        primaryjoin="Course.current_version_id == CourseVersion.id",
        post_update=True,
        viewonly=True,
    )


class CourseVersion(Base):
    """``digest`` is the SHA-256 of the normalised source; ``document`` the compiled course.

    A database trigger refuses changes: what a learner has completed never changes under them.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "digest"),
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("course_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    titles: Mapped[dict[str, Any]]  # language -> title, so that lists need not load the document
    minutes: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)

    course: Mapped[Course] = relationship(foreign_keys=[course_id])


class MediaFile(Base):
    __tablename__ = "media_file"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class CourseVersionMedia(Base):
    __tablename__ = "course_version_media"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("media_file.digest"))

    media: Mapped[MediaFile] = relationship()


class CourseCheck(Base):
    """What the check said of a course on disk; ``digest`` is of all that it looks at. Rows can be thrown away."""

    __tablename__ = "course_check"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    errors: Mapped[int]
    warnings: Mapped[int]
    faults: Mapped[list[Any]]
    translations: Mapped[list[Any]]
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)


class PassageKind(StrEnum):
    COURSE = "course"
    LESSON = "lesson"
    TERM = "term"  # of the glossary


class CoursePassage(Base):
    """A piece of the current version of a course as it is searched; made anew when another version is published.

    ``folded`` is title and text in small letters, for words inside words. The stems lie in ``passage_index``, which
    is each database's own: an FTS5 table in SQLite, a tsvector with a GIN index in PostgreSQL.
    """

    __tablename__ = "course_passage"
    __table_args__ = (Index("ix_course_passage_course_id", "course_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    kind: Mapped[PassageKind] = mapped_column(text_enum(PassageKind))
    anchor: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
