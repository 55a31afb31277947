"""What SCIM says of people and groups beyond what the organisation keeps."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Level, new_scim_id


class ProvisionedPerson(Base):
    """A person whom a provisioning system has written to, in one agency.

    ``user_name`` is what that system calls them; ``position_id`` the position it keeps, which may be one of several.
    While the person is inactive, the five ``next_`` columns hold the position that begins when they are active again.
    """

    __tablename__ = "provisioned_person"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "person_id"], ["membership.agency_id", "membership.person_id"]),
        ForeignKeyConstraint(["agency_id", "next_unit_id"], ["unit.agency_id", "unit.id"]),
        UniqueConstraint("agency_id", "user_name"),
        CheckConstraint("user_name = lower(user_name)", name="user_name_lower_case"),
        CheckConstraint(
            "(next_unit_id IS NULL) = (next_title IS NULL) AND (next_unit_id IS NULL) = (next_level IS NULL)"
            " AND (next_unit_id IS NULL) = (next_starts_on IS NULL)",
            name="next_position_whole",
        ),
        Index("ix_provisioned_person_position_id", "position_id"),
    )

    agency_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_name: Mapped[str] = mapped_column(String(254))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id", ondelete="SET NULL"))
    next_unit_id: Mapped[int | None] = mapped_column(BigId)
    next_title: Mapped[str | None] = mapped_column(String(200))
    next_level: Mapped[Level | None] = mapped_column(text_enum(Level))
    next_starts_on: Mapped[date | None]
    next_reports_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ProvisionedGroup(Base):
    """A group that a provisioning system keeps: its members carry ``tag``. It may be empty."""

    __tablename__ = "provisioned_group"
    __table_args__ = (
        UniqueConstraint("agency_id", "tag"),
        UniqueConstraint("agency_id", "external_id"),
        CheckConstraint("tag = lower(tag)", name="tag_lower_case"),
    )

    scim_id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_scim_id)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    tag: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
