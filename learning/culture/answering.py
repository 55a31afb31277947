"""Answers coming in. They are added to counts; what is left of the person is that their invitation has been used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.culture.anonymity import HIGHEST
from learning.culture.campaigns import State, hash_of, state, statement_ids
from learning.culture.models import CultureCampaign, CultureInvitation, CultureLink, CultureTally
from learning.database import table_of


class AlreadyUsed(Exception):
    """The invitation has been answered; nothing was added."""


class NotOpen(Exception):
    """The campaign takes no answers any more."""


@dataclass(frozen=True)
class Asked:
    """What a link leads to."""

    campaign: CultureCampaign
    invitation: CultureInvitation

    @property
    def is_open(self) -> bool:
        return state(self.campaign) is State.OPEN

    @property
    def is_used(self) -> bool:
        return self.invitation.used_on is not None


def asked_by(session: Session, token: str) -> Asked | None:
    """What a token asks; None when it is unknown or its campaign has closed."""
    found = session.execute(
        select(CultureCampaign, CultureInvitation)
        .join(CultureInvitation, CultureInvitation.campaign_id == CultureCampaign.id)
        .join(CultureLink, CultureLink.invitation_key == CultureInvitation.key)
        .where(CultureLink.token_hash == hash_of(token))
    ).first()
    return Asked(*found) if found else None


def in_own_data(session: Session, person_id: int) -> list[dict[str, str | None]]:
    """What is held about the person, as plain values: that they are asked, and the day of answering until it closes."""
    found = session.execute(
        select(CultureCampaign.name, CultureCampaign.opened_on, CultureInvitation.used_on)
        .join(CultureInvitation, CultureInvitation.campaign_id == CultureCampaign.id)
        .where(CultureInvitation.person_id == person_id)
        .order_by(CultureCampaign.opened_on, CultureCampaign.id)
    )
    return [
        {
            "campaign": each.name,
            "asked_on": each.opened_on.isoformat() if each.opened_on else None,
            "answered_on": each.used_on.isoformat() if each.used_on else None,
        }
        for each in found
    ]


def answer(session: Session, asked: Asked, answers: Mapping[str, int]) -> None:
    """Add the answers (statement -> 1 to 5; skipped ones are left out) to the counts of the person's group.

    Every count of the group is written, also those that do not change: in no trace of the database does a row that
    changed stand out. Raises AlreadyUsed and NotOpen.
    """
    campaign = asked.campaign
    session.refresh(campaign, with_for_update={"read": True})  # it does not close meanwhile
    if not asked.is_open:
        raise NotOpen
    taken = session.execute(
        update(CultureInvitation)
        .where(CultureInvitation.key == asked.invitation.key, CultureInvitation.used_on.is_(None))
        .values(used_on=clock.today())
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise AlreadyUsed
    table = table_of(CultureTally)
    values = range(1, HIGHEST + 1)
    statement = (
        update(table)
        .where(
            table.c.campaign_id == campaign.id,
            table.c.group_number == asked.invitation.group_number,
            table.c.statement == bindparam("which"),
        )
        .values({f"answered_{value}": table.c[f"answered_{value}"] + bindparam(f"add_{value}") for value in values})
    )
    session.connection().execute(
        statement,
        [
            {"which": each, **{f"add_{value}": int(answers.get(each) == value) for value in values}}
            for each in sorted(statement_ids(campaign))
        ],
    )
