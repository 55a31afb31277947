"""Campaigns of the compass, the groups they ask, who is invited, what is counted, and the measures chosen.

No row belongs to somebody who has answered: an invitation knows only that it has been used, and answers are counts.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, Json, text_enum
from learning.organisation.models import Agency, Person


class Became(StrEnum):
    """What became of a measure."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


def new_key() -> str:
    """A key that tells nothing, not even the order in which rows were made."""
    return uuid4().hex


class CultureCampaign(Base):
    """A round of questions to the units in ``unit_ids`` with all below them.

    It is planned until ``opened_on``, then takes answers until ``closed_on``; ``scales`` are copied from the framework
    when it opens. ``reminders`` counts the reminders that have gone out.
    """

    __tablename__ = "culture_campaign"
    __table_args__ = (
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("closes_on > opens_on", name="closes_after_opening"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text, default="")
    unit_ids: Mapped[list[Any]]
    languages: Mapped[list[Any]]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    scales: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    reminders: Mapped[int] = mapped_column(default=0)
    request_key: Mapped[str] = mapped_column(String(64))

    agency: Mapped[Agency] = relationship()
    groups: Mapped[list[CultureGroup]] = relationship(order_by="CultureGroup.number")
    measures: Mapped[list[CultureMeasure]] = relationship(order_by="CultureMeasure.due_on, CultureMeasure.id")


class CultureGroup(Base):
    """A unit as it was on the opening day; number 0 is everybody asked. Parents come before children.

    ``answered`` and ``figures`` (scale -> figures.Figure) are written at closing, where they may be shown.
    ``unit_id`` is not a reference: the unit may be removed, and what was found stays.
    """

    __tablename__ = "culture_group"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("culture_campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[int | None]
    depth: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(200))
    invited: Mapped[int]  # in the unit itself, without those below
    answered: Mapped[int | None]  # with those below
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class CultureInvitation(Base):
    """That somebody is asked, in which group, and the day on which they answered, no finer; gone when it is closed."""

    __tablename__ = "culture_invitation"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "group_number"], ["culture_group.campaign_id", "culture_group.number"]),
        UniqueConstraint("campaign_id", "person_id"),
        Index("ix_culture_invitation_person_id", "person_id"),
    )

    key: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_key)
    campaign_id: Mapped[int] = mapped_column(BigId)
    group_number: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    used_on: Mapped[date | None]

    person: Mapped[Person] = relationship()


class CultureLink(Base):
    """A link that answers an invitation, by the hash of its token: one in each mail. All go when it is closed."""

    __tablename__ = "culture_link"
    __table_args__ = (Index("ix_culture_link_invitation_key", "invitation_key"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    invitation_key: Mapped[str] = mapped_column(ForeignKey("culture_invitation.key"))


class CultureTally(Base):
    """How many in a group gave each answer to a statement. Made with noughts at opening, deleted at closing."""

    __tablename__ = "culture_tally"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "group_number"], ["culture_group.campaign_id", "culture_group.number"]),
    )

    campaign_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    statement: Mapped[str] = mapped_column(String(40), primary_key=True)
    answered_1: Mapped[int] = mapped_column(default=0)
    answered_2: Mapped[int] = mapped_column(default=0)
    answered_3: Mapped[int] = mapped_column(default=0)
    answered_4: Mapped[int] = mapped_column(default=0)
    answered_5: Mapped[int] = mapped_column(default=0)

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.answered_1, self.answered_2, self.answered_3, self.answered_4, self.answered_5)


class CultureMeasure(Base):
    """One change that was chosen after a campaign, by whom and when it is done, and what became of it."""

    __tablename__ = "culture_measure"
    __table_args__ = (
        UniqueConstraint("campaign_id", "request_key"),
        Index("ix_culture_measure_campaign_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("culture_campaign.id"))
    text: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date]
    scale: Mapped[str] = mapped_column(String(20))
    became: Mapped[Became] = mapped_column(text_enum(Became), default=Became.OPEN)
    said: Mapped[str] = mapped_column(String(500), default="")
    request_key: Mapped[str] = mapped_column(String(64))


class CultureSharing(Base):
    """That an agency's administrator lets its figures count in the comparison, and compares in return."""

    __tablename__ = "culture_sharing"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    since: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
