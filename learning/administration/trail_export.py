"""The audit trail as a file: one row shape, three formats, in flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale

from learning import spreadsheets
from learning.access import trail
from learning.access.models import AuditEvent
from learning.access.trail import TrailFilter
from learning.administration import trail_names, trail_wording
from learning.administration.trail_names import Names
from learning.database import db, reading_only

MEDIA_TYPES = {**spreadsheets.MEDIA_TYPES, "ndjson": "application/x-ndjson"}
COLUMNS = (
    "event_id", "at", "kind", "sentence", "actor_id", "actor", "action", "subject_type", "subject_id", "detail",
)  # fmt: skip


def _row(event: AuditEvent, names: Names) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "at": event.at,
        "kind": trail_wording.kind_of(event.action).value,
        "sentence": trail_wording.sentence(event, names).text(),
        "actor_id": event.actor_id,
        "actor": event.actor.name if event.actor else None,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "detail": event.detail,
    }


def _cells(row: dict[str, Any]) -> list[object]:
    return [*(row[name] for name in COLUMNS[:-1]), json.dumps(row["detail"], ensure_ascii=False)]


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """One JSON object a line, UTF-8; the detail is an object."""
    for row in rows:
        yield (json.dumps({**row, "at": spreadsheets.moment(row["at"])}, ensure_ascii=False) + "\n").encode()


def pieces(agency_id: int, wanted: TrailFilter, form: str, language: str) -> Iterator[bytes]:
    """The file, piece by piece, read in a transaction of its own; ``form`` is one of ``MEDIA_TYPES``.

    Needs a request context while running.
    """
    with force_locale(language), reading_only(), db.sessionmaker() as session:
        rows = (
            _row(event, names)
            for events in trail.stream(session, agency_id, wanted)
            for names in [trail_names.gather(session, agency_id, events)]
            for event in events
        )
        if form == "ndjson":
            yield from _lines(rows)
        elif form == "xlsx":
            yield from spreadsheets.write_xlsx(COLUMNS, (_cells(row) for row in rows))
        else:
            yield from spreadsheets.write_csv(COLUMNS, (_cells(row) for row in rows))
