"""When two accounts of one person become one: a provisioning system goes on with the one that is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person
from learning.provisioning.models import ProvisionedPerson

COLUMNS = PersonColumns(moved=(ProvisionedPerson.next_reports_to_id,))


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """What the system wrote of the merged account, unless it has written of the kept one too."""
    known = select(ProvisionedPerson.agency_id).where(ProvisionedPerson.person_id == kept.id)
    mine = ProvisionedPerson.person_id == merged.id
    session.execute(
        delete(ProvisionedPerson)
        .where(mine, ProvisionedPerson.agency_id.in_(session.scalars(known).all()))
        .execution_options(**QUIETLY)
    )
    session.execute(update(ProvisionedPerson).where(mine).values(person_id=kept.id).execution_options(**QUIETLY))
    return move_columns(session, COLUMNS.moved, kept, merged)
