"""Comparison among agencies whose administrators have said yes: made of figures that are shown already, and rounded."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.culture import figures
from learning.culture.models import CultureCampaign, CultureGroup, CultureSharing
from learning.database import insert_once
from learning.organisation.models import Unit

FEWEST_OTHERS = 3  # with fewer, somebody could work out what one agency has


def shares(session: Session, agency_id: int) -> CultureSharing | None:
    return session.get(CultureSharing, agency_id)


def start(session: Session, agency_id: int, actor_id: int) -> None:
    """Let the agency's figures count, and let it compare. Doing it twice changes nothing."""
    if insert_once(session, CultureSharing, agency_id=agency_id, since=clock.today(), by_id=actor_id):
        audit.record(
            session, "culture.shared", subject_type="agency", subject_id=agency_id, actor_id=actor_id,
            agency_id=agency_id,
        )  # fmt: skip


def stop(session: Session, agency_id: int, actor_id: int) -> None:
    found = shares(session, agency_id)
    if found is None:
        return
    session.delete(found)
    session.flush()
    audit.record(
        session, "culture.sharing-ended", subject_type="agency", subject_id=agency_id, actor_id=actor_id,
        agency_id=agency_id,
    )  # fmt: skip


def benchmark(session: Session, agency_id: int) -> dict[str, int]:
    """Scale -> mean in tenths of the other agencies that share, each counted once by its newest campaign of everybody.

    Nothing when the agency does not share; nothing on a scale where fewer than three others have a figure.
    """
    if shares(session, agency_id) is None:
        return {}
    found = session.execute(
        select(CultureCampaign.agency_id, CultureGroup.figures)
        .join(CultureSharing, CultureSharing.agency_id == CultureCampaign.agency_id)
        .join(CultureGroup, (CultureGroup.campaign_id == CultureCampaign.id) & (CultureGroup.number == 0))
        .join(Unit, (Unit.id == CultureGroup.unit_id) & Unit.parent_id.is_(None))
        .where(CultureCampaign.closed_on.is_not(None), CultureCampaign.agency_id != agency_id)
        .order_by(CultureCampaign.closed_on, CultureCampaign.id)
    )
    newest = {other: shown for other, shown in found if shown}
    by_scale: dict[str, list[int]] = defaultdict(list)
    for shown in newest.values():
        for code, values in shown.items():
            by_scale[code].append(figures.Figure.from_json(values).tenths)
    return {code: figures.middle(scores) for code, scores in by_scale.items() if len(scores) >= FEWEST_OTHERS}
