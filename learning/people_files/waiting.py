"""Uploaded files that wait: kept for a day, looked over, confirmed once or thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.organisation.models import Agency
from learning.people_files.applying import ChangedMeanwhile, apply
from learning.people_files.models import PeopleFile
from learning.people_files.steps import Missing, Options, Plan, Rights
from learning.people_files.walking import plan_file

KEPT = timedelta(days=1)


class Answer(StrEnum):
    """What came of confirming a file."""

    APPLIED = "applied"
    ALREADY = "already"  # a second click: it was applied before
    CHANGED = "changed"  # people were changed since the plan was shown
    FAULTS = "faults"
    NOT_SURE = "not-sure"  # more than half of the people would end, and nobody has said that this is meant


@dataclass(frozen=True)
class Confirmation:
    """``plan`` is the one worked out now; None where the file was applied before."""

    answer: Answer
    plan: Plan | None


def sweep(session: Session) -> None:
    """Take away the files of every agency that are older than a day."""
    session.execute(delete(PeopleFile).where(PeopleFile.created_at < clock.now() - KEPT))


def keep(session: Session, agency_id: int, actor_id: int, name: str, content: bytes, options: Options) -> PeopleFile:
    """Keep an uploaded file until it is confirmed, a day at most; older ones go."""
    sweep(session)
    file = PeopleFile(
        agency_id=agency_id, uploaded_by_id=actor_id, name=name[:200], digest=hashlib.sha256(content).hexdigest(),
        content=content, options=_stored(options),
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file


def _stored(options: Options) -> dict[str, object]:
    return {
        "missing": options.missing.value,
        "end_on": options.end_on.isoformat() if options.end_on else None,
        "invite": options.invite,
    }


def options_of(file: PeopleFile) -> Options:
    end_on = file.options["end_on"]
    return Options(
        Missing(file.options["missing"]), date.fromisoformat(end_on) if end_on else None, bool(file.options["invite"])
    )


def file_in(session: Session, agency_id: int, file_id: int) -> PeopleFile | None:
    """A file of the agency that is still kept; None for another agency's."""
    return session.scalar(
        select(PeopleFile)
        .options(joinedload(PeopleFile.uploaded_by, innerjoin=True))
        .where(PeopleFile.agency_id == agency_id, PeopleFile.id == file_id, PeopleFile.created_at >= clock.now() - KEPT)
    )


def files_in(session: Session, agency_id: int) -> Sequence[PeopleFile]:
    """The agency's files of the last day, newest first."""
    return session.scalars(
        select(PeopleFile)
        .options(joinedload(PeopleFile.uploaded_by, innerjoin=True))
        .where(PeopleFile.agency_id == agency_id, PeopleFile.created_at >= clock.now() - KEPT)
        .order_by(PeopleFile.id.desc())
    ).all()


def plan_of(session: Session, agency: Agency, file: PeopleFile, rights: Rights) -> Plan:
    """What a waiting file would do now."""
    return plan_file(session, agency, file.content, options_of(file), rights)


def confirm(
    session: Session, agency: Agency, file: PeopleFile, rights: Rights, *, seen: str, is_sure: bool
) -> Confirmation:
    """Apply a waiting file, if it does what was shown: ``seen`` is the digest of the plan on the page."""
    # Files of one agency take turns, and a second click finds the first one's mark.
    session.scalars(
        select(PeopleFile.id).where(PeopleFile.agency_id == agency.id).order_by(PeopleFile.id).with_for_update()
    ).all()
    session.refresh(file, ["applied_at"])
    if file.applied_at is not None:
        return Confirmation(Answer.ALREADY, None)
    plan = plan_file(session, agency, file.content, options_of(file), rights, lock=True)
    if plan.faults:
        return Confirmation(Answer.FAULTS, plan)
    if plan.digest != seen:
        return Confirmation(Answer.CHANGED, plan)
    if plan.ends_more_than_half and not is_sure:
        return Confirmation(Answer.NOT_SURE, plan)
    try:
        apply(session, agency, plan, actor_id=rights.actor_id, name=file.name, digest=file.digest)
    except ChangedMeanwhile:
        return Confirmation(Answer.CHANGED, plan_of(session, agency, file, rights))
    file.applied_at = clock.now()
    file.counts = {outcome.value: number for outcome, number in plan.counts.items()}
    return Confirmation(Answer.APPLIED, plan)


def discard(session: Session, agency: Agency, file: PeopleFile, actor_id: int) -> None:
    """Throw a file away before its day is over."""
    audit.record(
        session, "people-file.discarded", subject_type="people-file", subject_id=file.digest[:16], actor_id=actor_id,
        agency_id=agency.id, name=file.name,
    )  # fmt: skip
    session.delete(file)
