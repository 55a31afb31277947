"""Frameworks of competences: those of all agencies and an agency's own, their versions, and links between them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Agency


class FrameworkStatus(StrEnum):
    CURRENT = "current"
    ARCHIVED = "archived"


class Relation(StrEnum):
    """How far two competences say the same: all of it, most of it, or a part of it.

    What shows one shows the other along ``same``; the others only suggest it.
    """

    SAME = "same"
    CLOSE = "close"
    PART = "part"


class Framework(Base):
    """``agency_id`` is empty for a framework of all agencies. ``retired_at``: an agency no longer uses its own."""

    __tablename__ = "framework"
    __table_args__ = (
        # Named and deferred: the two tables point at each other.
        ForeignKeyConstraint(
            ["id", "current_version_id"],
            ["framework_version.framework_id", "framework_version.id"],
            name="fk_framework_current_version",
            use_alter=True,
        ),
        UniqueConstraint("agency_id", "code"),
        Index(
            "uq_framework_code_of_all",
            "code",
            unique=True,
            sqlite_where=text("agency_id IS NULL"),
            postgresql_where=text("agency_id IS NULL"),
        ),
    )

    # Being part of a foreign key would otherwise switch off numbering.
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(8))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    current_version_id: Mapped[int | None] = mapped_column(BigId)
    retired_at: Mapped[datetime | None]

    agency: Mapped[Agency | None] = relationship()
    current_version: Mapped[FrameworkVersion | None] = relationship(
        foreign_keys=[current_version_id],
        primaryjoin="Framework.current_version_id == FrameworkVersion.id",
        post_update=True,
        viewonly=True,
    )


class FrameworkVersion(Base):
    """``digest`` is the SHA-256 of the document's content; ``document`` is a catalogue.frameworks.FrameworkPlan.

    A database trigger refuses changes: what somebody was assessed by never changes under them.
    """

    __tablename__ = "framework_version"
    __table_args__ = (
        UniqueConstraint("framework_id", "digest"),
        UniqueConstraint("framework_id", "number"),
        UniqueConstraint("framework_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"))
    number: Mapped[int]
    status: Mapped[FrameworkStatus] = mapped_column(text_enum(FrameworkStatus))
    replaced_by: Mapped[str | None] = mapped_column(String(8))  # the code of the framework that replaces it
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    titles: Mapped[dict[str, Any]]  # language -> title, so that lists need not load the document
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)

    framework: Mapped[Framework] = relationship(foreign_keys=[framework_id])


class Competence(Base):
    """A competence over all versions of its framework: its code never comes to mean something else.

    Its words are in the versions. It stays when a version leaves it out, since evidence may point at it.
    """

    __tablename__ = "competence"
    __table_args__ = (UniqueConstraint("framework_id", "code"), Index("ix_competence_code", "code"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id"))
    code: Mapped[str] = mapped_column(String(13))  # with the framework's: RM.1

    framework: Mapped[Framework] = relationship()


class CrosswalkLink(Base):
    """What the current versions say of how competences of two frameworks are related; made anew when one is published.

    A pair has one link, which says the same whichever way it is read.
    """

    __tablename__ = "crosswalk_link"
    __table_args__ = (
        UniqueConstraint("start_id", "end_id"),
        Index("ix_crosswalk_link_end_id", "end_id"),
        CheckConstraint("start_id <> end_id", name="two_competences"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    start_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    end_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    relation: Mapped[Relation] = mapped_column(text_enum(Relation))
    note: Mapped[dict[str, Any] | None]  # language -> text

    start: Mapped[Competence] = relationship(foreign_keys=[start_id])
    end: Mapped[Competence] = relationship(foreign_keys=[end_id])
