"""The ledger: completions of one agency form a hash chain, so that a copy can be proved whole and unaltered.

Each entry's hash is the SHA-256 of a canonical JSON text: keys sorted, no spaces, UTF-8. It includes the hash
of the entry before; the first entry follows 64 zeros. docs/records.md lists the fields.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.catalogue.models import Course, CourseVersion
from learning.progress.models import Completion

GENESIS = "0" * 64


@dataclass(frozen=True)
class LedgerFault:
    """The first entry of an agency's chain that does not fit, and why."""

    sequence: int
    completion_id: int
    reason: str


def entry_hash(
    *,
    sequence: int | None,
    previous: str,
    person_id: int,
    enrolment_id: int,
    course: str,
    version_digest: str,
    language: str,
    score_percent: Decimal | None,
    minutes: int,
    completed_at: datetime,
    agency_id: int | None,
    unit_id: int | None,
    position_id: int | None,
    level: str | None,
) -> str:
    """The hash of one completion; ``completed_at`` is aware, ``score_percent`` has two decimals.

    ``person_id`` is the account it was recorded for, also when that has been merged into another since.
    """
    content = {
        "agency": agency_id,
        "completed_at": completed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "course": course,
        "enrolment": enrolment_id,
        "language": language,
        "level": level,
        "minutes": minutes,
        "person": person_id,
        "position": position_id,
        "previous": previous,
        "score_percent": None if score_percent is None else f"{score_percent:.2f}",
        "sequence": sequence,
        "unit": unit_id,
        "version": version_digest,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(completion: Completion, course: str, version_digest: str) -> str:
    """The hash that a stored completion should have."""
    return entry_hash(
        sequence=completion.agency_sequence,
        previous=completion.previous_hash,
        person_id=completion.recorded_person_id,
        enrolment_id=completion.enrolment_id,
        course=course,
        version_digest=version_digest,
        language=completion.language,
        score_percent=completion.score_percent,
        minutes=completion.minutes,
        completed_at=completion.completed_at,
        agency_id=completion.agency_id,
        unit_id=completion.unit_id,
        position_id=completion.position_id,
        level=completion.level,
    )


def _chain(session: Session, agency_id: int) -> Iterator[tuple[Completion, str, str]]:
    statement = (
        select(Completion, Course.slug, CourseVersion.digest)
        .join(Course, Course.id == Completion.course_id)
        .join(CourseVersion, CourseVersion.id == Completion.version_id)
        .where(Completion.agency_id == agency_id)
        .order_by(Completion.agency_sequence)
        .execution_options(yield_per=1000)
    )
    yield from session.execute(statement).tuples()


def verify(session: Session, agency_id: int) -> tuple[int, LedgerFault | None]:
    """Check an agency's chain from its beginning: how many entries fit, and the first that does not."""
    previous, count = GENESIS, 0
    for completion, slug, digest in _chain(session, agency_id):
        sequence = completion.agency_sequence or 0
        if sequence != count + 1:
            return count, LedgerFault(sequence, completion.id, f"entry {count + 1} is missing")
        if completion.previous_hash != previous:
            return count, LedgerFault(sequence, completion.id, "it does not follow the entry before")
        if completion.hash != hash_of(completion, slug, digest):
            return count, LedgerFault(sequence, completion.id, "its content does not match its hash")
        previous, count = completion.hash, count + 1
    return count, None
