"""Agencies, their units, people and the positions they hold.

A person is one person across agencies; a position says who, where, at which level, from when to when.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum


class AgencyKind(StrEnum):
    STATE = "state"
    MUNICIPALITY = "municipality"
    COUNTY = "county"


class Level(StrEnum):
    FIRST_LINE = "first-line"
    MIDDLE = "middle"
    TOP = "top"
    EMPLOYEE = "employee"
    EMPLOYEE_REPRESENTATIVE = "employee-representative"
    ELECTED = "elected"


class Agency(Base):
    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("length(organisation_number) = 9", name="organisation_number_length"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[AgencyKind] = mapped_column(text_enum(AgencyKind))
    organisation_number: Mapped[str] = mapped_column(String(9), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="nb")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Unit(Base):
    """A part of an agency. The tree has one root an agency, and never crosses agencies."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("agency_id", "id"),
        UniqueConstraint("agency_id", "code"),
        ForeignKeyConstraint(["agency_id", "parent_id"], ["unit.agency_id", "unit.id"]),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        Index("ix_unit_agency_id_parent_id", "agency_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    parent_id: Mapped[int | None] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(40))

    agency: Mapped[Agency] = relationship(foreign_keys=[agency_id])


class Person(Base):
    """``merged_into_id``: this account and another were the same person's, and the other was kept (``merging``)."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="nb")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    deactivated_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    positions: Mapped[list[Position]] = relationship(
        back_populates="person", foreign_keys="Position.person_id", order_by="Position.starts_on"
    )

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def new_scim_id() -> str:
    """An id that tells nothing and cannot be guessed."""
    return uuid4().hex


class Membership(Base):
    """A person known to an agency, and what its own systems call them. It outlives positions, as the record does.

    ``employee_number`` is the personnel number in the agency's HR system, ``external_id`` the key under which a
    system that provisions people knows them, and ``scim_id`` the one that such a system is given in return: random,
    and None when the system has deleted the person.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("agency_id", "employee_number"),
        UniqueConstraint("agency_id", "external_id"),
        Index("uq_membership_scim_id", "scim_id", unique=True),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    employee_number: Mapped[str | None] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(String(200))
    scim_id: Mapped[str | None] = mapped_column(String(32), default=new_scim_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()


class MembershipTag(Base):
    """A word that the agency has put on a person, to choose audiences by: "new manager", "steering group"."""

    __tablename__ = "membership_tag"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "person_id"], ["membership.agency_id", "membership.person_id"]),
        CheckConstraint("tag = lower(tag)", name="tag_lower_case"),
        Index("ix_membership_tag_agency_id_tag", "agency_id", "tag"),
    )

    agency_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)


class Position(Base):
    """Held from ``starts_on`` to and with ``ends_on`` (dates in Norway); open-ended when None."""

    __tablename__ = "position"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("reports_to_id IS NULL OR reports_to_id <> person_id", name="not_own_manager"),
        UniqueConstraint("person_id", "unit_id", "starts_on"),
        Index("ix_position_agency_id_unit_id_level", "agency_id", "unit_id", "level"),
        Index("ix_position_reports_to_id", "reports_to_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(String(200))
    level: Mapped[Level] = mapped_column(text_enum(Level))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reports_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(back_populates="positions", foreign_keys=[person_id])
    reports_to: Mapped[Person | None] = relationship(foreign_keys=[reports_to_id])
    agency: Mapped[Agency] = relationship(foreign_keys=[agency_id], overlaps="unit")
    unit: Mapped[Unit] = relationship(foreign_keys=[agency_id, unit_id], overlaps="agency")


class PersonMerge(Base):
    """The fact that one account was merged into another, with the address it had. Append-only.

    ``summary``: what was moved, by table, and what could not be held twice.
    """

    __tablename__ = "person_merge"
    __table_args__ = (Index("ix_person_merge_kept_person_id", "kept_person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    former_email: Mapped[str] = mapped_column(String(254))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str] = mapped_column(String(500), default="")
    summary: Mapped[dict[str, Any]]


class Departure(Base):
    """The step that ended what somebody held in an agency, with ``last_day``; it may be taken back for a while."""

    __tablename__ = "departure"
    __table_args__ = (Index("ix_departure_agency_id_person_id", "agency_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    ended: Mapped[list[EndedPosition]] = relationship(order_by="EndedPosition.position_id")


class EndedPosition(Base):
    """A position that a departure ended, and the last day it had before."""

    __tablename__ = "ended_position"

    departure_id: Mapped[int] = mapped_column(ForeignKey("departure.id"), primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    ends_on_before: Mapped[date | None]

    position: Mapped[Position] = relationship()
