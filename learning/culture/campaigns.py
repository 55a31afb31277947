"""Campaigns: planning, opening, reminding and closing them. At closing figures are frozen and the counts deleted."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.culture import anonymity, asking, figures, statements
from learning.culture.models import (
    CultureCampaign,
    CultureGroup,
    CultureInvitation,
    CultureLink,
    CultureTally,
    new_key,
)
from learning.culture.signals import campaign_closed, campaign_opened, invitees_reminded
from learning.database import batches, insert_once, table_of

BATCH = 500
LONGEST = timedelta(days=60)  # that a campaign is open
DAYS_BEFORE_THE_END = 2


class State(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class CampaignDraft:
    """What HR fills in; ``unit_ids`` are the agency's."""

    name: str
    message: str
    unit_ids: tuple[int, ...]
    languages: tuple[str, ...]
    opens_on: date
    closes_on: date


def state(campaign: CultureCampaign) -> State:
    if campaign.closed_on is not None:
        return State.CLOSED
    return State.OPEN if campaign.opened_on is not None else State.PLANNED


def reminder_days(opened: date, closes: date) -> tuple[date, ...]:
    """When those who have not answered are reminded: half-way, and two days before the end. Pure."""
    half = opened + (closes - opened) / 2
    late = closes - timedelta(days=DAYS_BEFORE_THE_END)
    return tuple(sorted({day for day in (half, late) if opened < day <= closes}))


def in_agency(session: Session, agency_id: int) -> Sequence[CultureCampaign]:
    """The agency's campaigns, the newest first."""
    return session.scalars(
        select(CultureCampaign)
        .where(CultureCampaign.agency_id == agency_id)
        .order_by(CultureCampaign.opens_on.desc(), CultureCampaign.id.desc())
    ).all()


def campaign_of(session: Session, agency_id: int, campaign_id: int) -> CultureCampaign | None:
    return session.scalar(
        select(CultureCampaign).where(CultureCampaign.agency_id == agency_id, CultureCampaign.id == campaign_id)
    )


def with_request_key(session: Session, agency_id: int, request_key: str) -> CultureCampaign | None:
    """The campaign that a form with this key has already made, or None."""
    return session.scalar(
        select(CultureCampaign).where(
            CultureCampaign.agency_id == agency_id, CultureCampaign.request_key == request_key
        )
    )


def plan(
    session: Session, agency_id: int, draft: CampaignDraft, *, request_key: str, actor_id: int | None
) -> CultureCampaign:
    """A campaign, once for each request key; it opens at once when its day has come."""
    is_new = insert_once(
        session, CultureCampaign, agency_id=agency_id, name=draft.name, message=draft.message,
        unit_ids=list(draft.unit_ids), languages=list(draft.languages), opens_on=draft.opens_on,
        closes_on=draft.closes_on, scales=[], created_at=clock.now(), created_by_id=actor_id, reminders=0,
        request_key=request_key,
    )  # fmt: skip
    campaign = with_request_key(session, agency_id, request_key)
    assert campaign is not None, "it was just inserted or was there"
    if is_new:
        _note(session, "culture.planned", campaign, actor_id)
        if campaign.opens_on <= clock.today():
            open_now(session, campaign, actor_id=actor_id)
    return campaign


def remove(session: Session, campaign: CultureCampaign, *, actor_id: int) -> bool:
    """Take a campaign away that has not opened; whether it could be."""
    _lock(session, campaign)
    if campaign.opened_on is not None:
        return False
    _note(session, "culture.removed", campaign, actor_id)
    session.delete(campaign)
    session.flush()
    return True


def open_now(session: Session, campaign: CultureCampaign, *, actor_id: int | None) -> bool:
    """Copy the statements, make the groups, invite everybody in them; False when it has been done already.

    All counts are made at once, as noughts: rows that came one by one would tell who answered first. Raises
    statements.NoStatements.
    """
    _lock(session, campaign)
    if campaign.opened_on is not None:
        return False
    campaign.scales = statements.scales()
    campaign.opened_on = clock.today()
    asked = asking.ask(session, campaign.agency_id, campaign.unit_ids, clock.today(), campaign.name)
    invited = asked.invited()
    session.flush()
    session.execute(
        insert(table_of(CultureGroup)),
        [
            {
                "campaign_id": campaign.id, "number": each.number, "parent": each.parent, "depth": each.depth,
                "unit_id": each.unit_id, "name": each.name, "invited": invited[each.number], "answered": None,
                "figures": {},
            }
            for each in asked.groups
        ],
    )  # fmt: skip
    noughts = {f"answered_{value}": 0 for value in range(1, anonymity.HIGHEST + 1)}
    tallies: list[dict[str, Any]] = [
        {"campaign_id": campaign.id, "group_number": group.number, "statement": statement_id, **noughts}
        for group in asked.groups
        for statement_id in statement_ids(campaign)
    ]
    invitations: list[dict[str, Any]] = [
        {"key": new_key(), "campaign_id": campaign.id, "group_number": number, "person_id": person_id, "used_on": None}
        for person_id, number in asked.people.items()
    ]
    for model, rows in ((CultureTally, tallies), (CultureInvitation, invitations)):
        for batch in batches(rows, BATCH):
            session.execute(insert(table_of(model)), list(batch))
    tokens = _new_links(session, {row["key"]: row["person_id"] for row in invitations})
    _note(session, "culture.opened", campaign, actor_id, members=len(invitations))
    campaign_opened.send(session, campaign=campaign, tokens=tokens)
    return True


def remind(session: Session, campaign: CultureCampaign, today: date) -> int:
    """New links to those who have not answered, when a reminder's day has come; how many people."""
    _lock(session, campaign)
    if state(campaign) is not State.OPEN or campaign.opened_on is None:
        return 0
    come = sum(day <= today for day in reminder_days(campaign.opened_on, campaign.closes_on))
    if come <= campaign.reminders:
        return 0
    campaign.reminders = come
    waiting = session.execute(
        select(CultureInvitation.key, CultureInvitation.person_id).where(
            CultureInvitation.campaign_id == campaign.id, CultureInvitation.used_on.is_(None)
        )
    ).all()
    tokens = _new_links(session, {each.key: each.person_id for each in waiting})
    session.flush()
    invitees_reminded.send(session, campaign=campaign, tokens=tokens)
    return len(tokens)


def close(session: Session, campaign: CultureCampaign, *, actor_id: int | None) -> bool:
    """Freeze what may be shown, and delete all counts and links for ever; False when it is not open."""
    _lock(session, campaign)
    if state(campaign) is not State.OPEN:
        return False
    tree = [anonymity.Group(each.number, each.parent) for each in campaign.groups]
    by_statement: dict[tuple[int, str], anonymity.Tally] = {
        (tally.group_number, tally.statement): tally.counts
        for tally in session.scalars(select(CultureTally).where(CultureTally.campaign_id == campaign.id))
    }
    took_part = used(session, campaign.id)
    found: dict[int, dict[str, object]] = {each.number: {} for each in campaign.groups}
    for scale in campaign.scales:
        cells = {
            each.number: tuple(by_statement[each.number, statement["id"]] for statement in scale["statements"])
            for each in tree
        }
        for number, pieces in anonymity.safe_pieces(tree, cells, took_part).items():
            found[number][scale["code"]] = figures.figure(pieces).as_json()
    answered = anonymity.shown_counts(tree, took_part)
    for group in campaign.groups:
        group.figures, group.answered = found[group.number], answered.get(group.number)
    campaign.closed_on = clock.today()
    session.flush()
    invitations = select(CultureInvitation.key).where(CultureInvitation.campaign_id == campaign.id)
    session.execute(delete(CultureLink).where(CultureLink.invitation_key.in_(invitations)))
    session.execute(update(CultureInvitation).where(CultureInvitation.campaign_id == campaign.id).values(used_on=None))
    session.execute(delete(CultureTally).where(CultureTally.campaign_id == campaign.id))
    _note(session, "culture.closed", campaign, actor_id)
    campaign_closed.send(session, campaign=campaign)
    return True


def run(session: Session, today: date) -> None:
    """What the day brings: campaigns open, remind and close. A campaign without statements waits."""
    live = select(CultureCampaign).where(CultureCampaign.closed_on.is_(None), CultureCampaign.opens_on <= today)
    for campaign in session.scalars(live.order_by(CultureCampaign.id)).all():
        if campaign.closes_on < today and campaign.opened_on is not None:
            close(session, campaign, actor_id=None)
        elif campaign.opened_on is None:
            try:
                open_now(session, campaign, actor_id=None)
            except statements.NoStatements:
                continue
        else:
            remind(session, campaign, today)


def used(session: Session, campaign_id: int) -> dict[int, int]:
    """How many have answered, by group, without those below."""
    found = session.execute(
        select(CultureInvitation.group_number, func.count().label("people"))
        .where(CultureInvitation.campaign_id == campaign_id, CultureInvitation.used_on.is_not(None))
        .group_by(CultureInvitation.group_number)
    )
    return {each.group_number: each.people for each in found}


@dataclass(frozen=True)
class Progress:
    """A group where it may be told: how many are invited and have answered, with those below."""

    group: CultureGroup
    invited: int
    answered: int


def progress(session: Session, campaign: CultureCampaign) -> list[Progress]:
    """How many have answered, for the groups and differences of groups that hold at least five who are invited."""
    tree = [anonymity.Group(each.number, each.parent) for each in campaign.groups]
    invited = anonymity.shown_counts(tree, {each.number: each.invited for each in campaign.groups})
    total = dict.fromkeys((each.number for each in tree), 0) | used(session, campaign.id)
    for group in reversed(tree):
        if group.parent is not None:
            total[group.parent] += total[group.number]
    return [
        Progress(each, invited[each.number], total[each.number]) for each in campaign.groups if each.number in invited
    ]


def statement_ids(campaign: CultureCampaign) -> list[str]:
    return [statement["id"] for scale in campaign.scales for statement in scale["statements"]]


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _new_links(session: Session, invitations: dict[str, int]) -> dict[int, str]:
    """A new link for each invitation (key -> person id): person id -> token. Only the hash is kept."""
    tokens = {person_id: secrets.token_urlsafe(24) for person_id in invitations.values()}
    rows = [{"token_hash": hash_of(tokens[person_id]), "invitation_key": key} for key, person_id in invitations.items()]
    for batch in batches(rows, BATCH):
        session.execute(insert(table_of(CultureLink)), list(batch))
    return tokens


def _lock(session: Session, campaign: CultureCampaign) -> None:
    """Those who open, close or remind at the same moment take turns, and wait for answers under way."""
    session.refresh(campaign, with_for_update=True)


def _note(
    session: Session, action: str, campaign: CultureCampaign, actor_id: int | None, **detail: int | Collection[str]
) -> None:
    audit.record(
        session, action, subject_type="culture_campaign", subject_id=campaign.id, actor_id=actor_id,
        agency_id=campaign.agency_id, name=campaign.name, **detail,
    )  # fmt: skip
