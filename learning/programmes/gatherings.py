"""Gatherings of a cohort: planning, changing, calling off."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.programmes import participants
from learning.programmes.models import Attendance, Cohort, CohortFacilitator, CohortMember, Gathering, Reply
from learning.programmes.signals import gathering_announced, gathering_cancelled

TOLD = ("title", "starts_at", "ends_at", "place", "link")  # a change of these is told to those invited


class GatheringCancelled(Exception):
    """The gathering has been called off: it cannot change any more."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the gathering since the form was loaded."""


@dataclass(frozen=True)
class GatheringFacts:
    """What HR fills in; times are aware. A place, a link (https), or both."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    notes: str


def of_cohort(session: Session, cohort_id: int) -> Sequence[Gathering]:
    """All of them, also those called off, by time."""
    return session.scalars(
        select(Gathering).where(Gathering.cohort_id == cohort_id).order_by(Gathering.starts_at, Gathering.id)
    ).all()


def ahead(session: Session, cohort_id: int) -> list[Gathering]:
    """Those that will be held and are not over, the next one first."""
    now = clock.now()
    return [each for each in of_cohort(session, cohort_id) if each.cancelled_at is None and each.ends_at > now]


def gathering_of(session: Session, cohort_id: int, gathering_id: int) -> Gathering | None:
    """The cohort's gathering, or None."""
    return session.scalar(
        select(Gathering)
        .options(joinedload(Gathering.cohort, innerjoin=True))
        .where(Gathering.cohort_id == cohort_id, Gathering.id == gathering_id)
    )


def of_person(session: Session, person_id: int) -> Sequence[Gathering]:
    """What stands in a person's calendar: gatherings that they take part in or facilitate, by time."""
    mine = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person_id,
        CohortMember.left_at.is_(None),
        participants.works_in(Cohort.agency_id, CohortMember.person_id),
    )
    led = select(CohortFacilitator.cohort_id).where(
        CohortFacilitator.person_id == person_id,
        participants.works_in(Cohort.agency_id, CohortFacilitator.person_id),
    )
    return session.scalars(
        select(Gathering)
        .options(joinedload(Gathering.cohort, innerjoin=True))
        .join(Cohort, Cohort.id == Gathering.cohort_id)
        .where(Gathering.cancelled_at.is_(None), Cohort.id.in_(mine.union(led)))
        .order_by(Gathering.starts_at, Gathering.id)
    ).all()


def plan(
    session: Session, cohort: Cohort, wanted: Sequence[GatheringFacts], *, request_key: str, actor_id: int | None
) -> list[Gathering]:
    """New gatherings; none when a form with this key has planned some already. Participants are invited.

    Raises participants.CohortCancelled.
    """
    participants.lock(session, cohort)
    known = session.scalar(
        select(Gathering.id)
        .where(Gathering.cohort_id == cohort.id, Gathering.request_key.startswith(f"{request_key}:", autoescape=True))
        .limit(1)
    )
    if known is not None:
        return []
    now = clock.now()
    for number, facts in enumerate(wanted):
        insert_once(
            session,
            Gathering,
            cohort_id=cohort.id,
            title=facts.title,
            starts_at=facts.starts_at,
            ends_at=facts.ends_at,
            place=facts.place,
            link=facts.link,
            notes=facts.notes,
            uid=secrets.token_hex(16),
            sequence=0,
            announced_at=now,
            created_at=now,
            request_key=f"{request_key}:{number}",
        )
    new = list(
        session.scalars(
            select(Gathering)
            .where(
                Gathering.cohort_id == cohort.id,
                Gathering.request_key.startswith(f"{request_key}:", autoescape=True),
            )
            .order_by(Gathering.starts_at, Gathering.id)
        )
    )
    for gathering in new:
        _record(session, gathering, "gathering.planned", actor_id)
        gathering_announced.send(session, gathering=gathering)
    return new


def change(
    session: Session, gathering: Gathering, facts: GatheringFacts, *, seen_sequence: int, actor_id: int | None
) -> list[str]:
    """Change what is told of a gathering; the names of what changed. ``seen_sequence`` is that of the form.

    Those invited are told unless only the notes have changed. What they replied holds no longer when the time is
    another. Raises GatheringCancelled, ChangedMeanwhile and participants.CohortCancelled.
    """
    participants.lock(session, gathering.cohort)
    session.refresh(gathering, with_for_update=True)
    if gathering.cancelled_at is not None:
        raise GatheringCancelled
    changed = [name for name in (*TOLD, "notes") if getattr(gathering, name) != getattr(facts, name)]
    if not changed:
        return []
    if gathering.sequence != seen_sequence:
        raise ChangedMeanwhile
    for name in changed:
        setattr(gathering, name, getattr(facts, name))
    is_told = any(name in TOLD for name in changed)
    if is_told:
        gathering.sequence += 1
        gathering.announced_at = clock.now()
    if "starts_at" in changed or "ends_at" in changed:
        session.execute(
            update(Attendance)
            .where(Attendance.gathering_id == gathering.id)
            .values(reply=Reply.NONE, replied_at=None)
            .execution_options(synchronize_session="fetch")
        )
    _record(session, gathering, "gathering.changed", actor_id, changed=", ".join(changed))
    session.flush()
    if is_told:
        gathering_announced.send(session, gathering=gathering)
    return changed


def cancel(session: Session, gathering: Gathering, *, actor_id: int | None) -> None:
    """Call a gathering off for ever. Doing it again changes nothing. Raises participants.CohortCancelled."""
    participants.lock(session, gathering.cohort)
    session.refresh(gathering, with_for_update=True)
    if gathering.cancelled_at is not None:
        return
    call_off(session, gathering)
    _record(session, gathering, "gathering.cancelled", actor_id)
    session.flush()


def call_off(session: Session, gathering: Gathering) -> None:
    """For whoever holds the lock of the cohort: mark it and tell those invited."""
    gathering.cancelled_at = clock.now()
    gathering.sequence += 1
    session.flush()
    gathering_cancelled.send(session, gathering=gathering)


def _record(session: Session, gathering: Gathering, action: str, actor_id: int | None, **detail: object) -> None:
    audit.record(
        session, action, subject_type="gathering", subject_id=gathering.id, actor_id=actor_id,
        agency_id=gathering.cohort.agency_id, programme=gathering.cohort.name, title=gathering.title, **detail,
    )  # fmt: skip
