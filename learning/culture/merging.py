"""When two accounts of one person become one: they are asked once, and have answered when either has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.culture.models import CultureCampaign, CultureInvitation, CultureLink, CultureSharing
from learning.organisation.merging import QUIETLY, PersonColumns
from learning.organisation.models import Person

_DID = "what an account did is said of that account"
COLUMNS = PersonColumns(
    by_rule=(CultureInvitation.person_id,),
    stays={CultureCampaign.created_by_id: _DID, CultureSharing.by_id: _DID},
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """Invitations. Where both accounts are asked, links of the merged one lead to the kept one's invitation."""
    doubles = session.scalars(select(CultureInvitation).where(CultureInvitation.person_id == merged.id)).all()
    for double in doubles:
        mine = session.scalar(
            select(CultureInvitation).where(
                CultureInvitation.campaign_id == double.campaign_id, CultureInvitation.person_id == kept.id
            )
        )
        if mine is None:
            double.person_id = kept.id
            continue
        mine.used_on = mine.used_on or double.used_on
        session.execute(
            update(CultureLink)
            .where(CultureLink.invitation_key == double.key)
            .values(invitation_key=mine.key)
            .execution_options(**QUIETLY)
        )
        session.delete(double)
    session.flush()
    return {"culture_invitation.person_id": len(doubles)} if doubles else {}
