"""The row shape of a completion record, version 1 (docs/records.md), and the query that streams it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.models import Course, CourseVersion
from learning.certificates.models import Certificate, CertificateRevocation
from learning.organisation.models import Agency, Person
from learning.organisation.units import subtree_ids
from learning.progress.models import Completion

RECORD_VERSION = "1"


@dataclass(frozen=True)
class RecordFilter:
    """Which of an agency's completions: days in Norway, both included; a unit with all below it."""

    since: date | None = None
    until: date | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class RecordRow:
    """One completion. Times are UTC; score is per cent with two decimals; minutes are whole."""

    record_version: str
    completion_id: int
    agency: str
    organisation_number: str
    given_name: str
    family_name: str
    email: str
    unit: str | None
    position: str | None
    level: str | None
    course: str
    course_title: str
    course_version: int
    course_digest: str
    language: str
    score_percent: Decimal | None
    minutes: int
    completed_at: datetime
    certificate_serial: str | None
    certificate_address: str | None
    certificate_status: str | None
    ledger_sequence: int | None
    ledger_hash: str
    ledger_person: int


COLUMNS = tuple(field.name for field in fields(RecordRow))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.OSLO).astimezone(UTC)


def _narrowed(
    statement: Select[tuple[object, ...]], agency_id: int, wanted: RecordFilter
) -> Select[tuple[object, ...]]:
    statement = statement.where(Completion.agency_id == agency_id)
    if wanted.since:
        statement = statement.where(Completion.completed_at >= _start_of(wanted.since))
    if wanted.until:
        statement = statement.where(Completion.completed_at < _start_of(wanted.until + timedelta(days=1)))
    if wanted.unit_id is not None:
        statement = statement.where(Completion.unit_id.in_(subtree_ids(agency_id, [wanted.unit_id])))
    return statement


def count(session: Session, agency_id: int, wanted: RecordFilter) -> int:
    statement = select(func.count()).select_from(Completion)
    return int(session.scalar(_narrowed(statement, agency_id, wanted)) or 0)  # type: ignore[arg-type]


def person_ids(session: Session, completion_ids: Sequence[int]) -> dict[int, int]:
    """Whose each completion is: completion id -> person id."""
    rows = session.execute(select(Completion.id, Completion.person_id).where(Completion.id.in_(completion_ids)))
    found: dict[int, int] = dict(iter(rows))
    return found


def stream(session: Session, agency_id: int, wanted: RecordFilter, *, newest: int | None = None) -> Iterator[RecordRow]:
    """The agency's completions, oldest first, a thousand at a time; ``newest``: only that many, newest first."""
    statement: Select[tuple[object, ...]] = (
        select(Completion, Agency, Person, Course.slug, CourseVersion.number, CourseVersion.digest, Certificate.serial,
               Certificate.code, CertificateRevocation.revoked_at)  # type: ignore[assignment]
        .join(Agency, Agency.id == Completion.agency_id)
        .join(Person, Person.id == Completion.person_id)
        .join(Course, Course.id == Completion.course_id)
        .join(CourseVersion, CourseVersion.id == Completion.version_id)
        .outerjoin(Certificate, Certificate.completion_id == Completion.id)
        .outerjoin(CertificateRevocation, CertificateRevocation.certificate_id == Certificate.id)
    )  # fmt: skip
    statement = _narrowed(statement, agency_id, wanted)
    if newest is not None:
        statement = statement.order_by(Completion.completed_at.desc(), Completion.id.desc()).limit(newest)
    else:
        statement = statement.order_by(Completion.completed_at, Completion.id)
    base = current_app.config["SETTINGS"].base_url
    rows = session.execute(statement.execution_options(yield_per=1000))
    for completion, agency, person, slug, number, digest, serial, code, revoked_at in rows:  # type: ignore[misc]
        yield RecordRow(
            record_version=RECORD_VERSION,
            completion_id=completion.id,
            agency=agency.slug,
            organisation_number=agency.organisation_number,
            given_name=person.given_name,
            family_name=person.family_name,
            email=person.email,
            unit=completion.unit_name,
            position=completion.position_title,
            level=completion.level.value if completion.level else None,
            course=slug,
            course_title=completion.course_title,
            course_version=number,
            course_digest=digest,
            language=completion.language,
            score_percent=completion.score_percent,
            minutes=completion.minutes,
            completed_at=completion.completed_at,
            certificate_serial=serial,
            certificate_address=f"{base}/certificates/{code}" if code else None,
            certificate_status=None if serial is None else "revoked" if revoked_at else "valid",
            ledger_sequence=completion.agency_sequence,
            ledger_hash=completion.hash,
            ledger_person=completion.recorded_person_id,
        )
        session.expunge(completion)  # what has gone out need not stay in memory
