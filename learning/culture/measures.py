"""Measures: one change, one owner, one day; and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access import audit
from learning.culture.models import Became, CultureCampaign, CultureMeasure
from learning.database import insert_once


@dataclass(frozen=True)
class MeasureDraft:
    text: str
    owner: str
    due_on: date
    scale: str


def choose(
    session: Session, campaign: CultureCampaign, draft: MeasureDraft, *, request_key: str, actor_id: int
) -> None:
    """Choose a measure, once for each request key."""
    is_new = insert_once(
        session, CultureMeasure, campaign_id=campaign.id, text=draft.text, owner=draft.owner, due_on=draft.due_on,
        scale=draft.scale, became=Became.OPEN, said="", request_key=request_key,
    )  # fmt: skip
    if is_new:
        audit.record(
            session, "culture.measure-chosen", subject_type="culture_campaign", subject_id=campaign.id,
            actor_id=actor_id, agency_id=campaign.agency_id, name=campaign.name,
        )  # fmt: skip


def measure_of(session: Session, campaign_id: int, measure_id: int) -> CultureMeasure | None:
    return session.scalar(
        select(CultureMeasure).where(CultureMeasure.campaign_id == campaign_id, CultureMeasure.id == measure_id)
    )


def follow_up(
    session: Session, campaign: CultureCampaign, measure: CultureMeasure, became: Became, said: str, actor_id: int
) -> None:
    """Note what became of a measure; it can be noted again."""
    measure.became, measure.said = became, said
    audit.record(
        session, "culture.measure-followed-up", subject_type="culture_campaign", subject_id=campaign.id,
        actor_id=actor_id, agency_id=campaign.agency_id, name=campaign.name,
    )  # fmt: skip
