"""When two accounts of one person become one: roles come along, and the merged account's sessions end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.access.models import Account, ApiToken, AuditEvent, IdentityLink, RoleGrant
from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person

COLUMNS = PersonColumns(
    moved=(IdentityLink.person_id,),
    by_rule=(RoleGrant.person_id,),
    stays={
        Account.person_id: "the closed account keeps its password, which opens nothing; the kept one keeps its own",
        ApiToken.created_by_id: "what an account did is said of that account",
        RoleGrant.granted_by_id: "what an account did is said of that account",
        AuditEvent.actor_id: "what an account did is said of that account",
    },
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """Every role that either account holds or held; one that both hold now is held once."""
    session.execute(
        update(Account)
        .where(Account.person_id == merged.id)
        .values(session_version=Account.session_version + 1)
        .execution_options(**QUIETLY)
    )
    held, other = RoleGrant, aliased(RoleGrant)
    twice = session.scalars(
        select(held.id)
        .join(other, (other.role == held.role) & (other.person_id == kept.id) & other.revoked_at.is_(None))
        .where(
            held.person_id == merged.id,
            held.revoked_at.is_(None),
            other.agency_id.is_not_distinct_from(held.agency_id),
        )
    ).all()
    session.execute(
        update(RoleGrant).where(RoleGrant.id.in_(twice)).values(revoked_at=clock.now()).execution_options(**QUIETLY)
    )
    return move_columns(session, [*COLUMNS.moved, *COLUMNS.by_rule], kept, merged)
