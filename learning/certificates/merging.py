"""When two accounts of one person become one: certificates come along as they are, with name, code and bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.certificates.models import Certificate, CertificateRevocation
from learning.organisation.merging import PersonColumns, move_columns
from learning.organisation.models import Person

COLUMNS = PersonColumns(
    moved=(Certificate.person_id,),
    stays={CertificateRevocation.revoked_by_id: "what an account did is said of that account"},
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    return move_columns(session, COLUMNS.moved, kept, merged)
