"""An export: who took what, noted in the audit trail, and the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.access.models import AuditEvent
from learning.database import db, reading_only
from learning.organisation.models import Agency
from learning.records.rows import RecordFilter, stream
from learning.records.writers import Format

ACTION = "records.exported"


def note_export(session: Session, agency: Agency, wanted: RecordFilter, form: Format, actor_id: int | None) -> None:
    """Write to the audit trail who exported what."""
    audit.record(
        session, ACTION, subject_type="agency", subject_id=agency.slug, actor_id=actor_id, agency_id=agency.id,
        format=form.name, since=wanted.since.isoformat() if wanted.since else None,
        until=wanted.until.isoformat() if wanted.until else None, unit=wanted.unit_id,
    )  # fmt: skip


def file_name(agency: Agency, form: Format) -> str:
    return f"completions-{agency.slug}-{clock.today().isoformat()}.{form.name}"


def pieces(agency_id: int, wanted: RecordFilter, form: Format) -> Iterator[bytes]:
    """The file, piece by piece, read in a transaction of its own. Needs an application context while running."""
    with reading_only(), db.sessionmaker() as session:
        yield from form.write(stream(session, agency_id, wanted))


def last_exports(session: Session, agency_id: int, most: int = 10) -> Sequence[AuditEvent]:
    return session.scalars(
        select(AuditEvent)
        .options(joinedload(AuditEvent.actor))
        .where(AuditEvent.agency_id == agency_id, AuditEvent.action == ACTION)
        .order_by(AuditEvent.id.desc())
        .limit(most)
    ).all()
