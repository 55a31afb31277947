"""Cohorts: making, changing and cancelling them, and who may look into them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.organisation.models import Person
from learning.paths import versions
from learning.paths.models import LearningPath
from learning.programmes import gatherings, participants
from learning.programmes.models import Cohort, CohortFacilitator, CohortMember, Gathering
from learning.programmes.signals import cohort_cancelled, facilitators_added

MOST_SEATS = 1000


class UnknownPath(LookupError):
    """The path is not one of the agency's, or has been archived."""


class State(StrEnum):
    COMING = "coming"
    UNDER_WAY = "under-way"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class CohortDraft:
    """What HR fills in; ``facilitator_ids`` are people whom ``participants.here`` names."""

    name: str
    starts_on: date
    seats: int | None
    facilitator_ids: frozenset[int]


@dataclass(frozen=True)
class Summary:
    """A cohort in a list. ``held`` of the ``planned`` gatherings are over; cancelled ones are not counted."""

    cohort: Cohort
    members: int
    planned: int
    held: int
    next_at: datetime | None
    state: State


def state(cohort: Cohort, planned: int, held: int, today: date) -> State:
    """Where a cohort is in its course. Pure. It is over with its last gathering; without any it goes on."""
    if cohort.cancelled_at is not None:
        return State.CANCELLED
    if planned and held >= planned:
        return State.OVER
    return State.COMING if cohort.starts_on > today and not held else State.UNDER_WAY


def summaries(session: Session, agency_id: int) -> list[Summary]:
    """The agency's cohorts, the one that starts last first. One query."""
    now, today = clock.now(), clock.today()
    members = select(func.count()).where(CohortMember.cohort_id == Cohort.id, CohortMember.left_at.is_(None))
    live = and_(Gathering.cohort_id == Cohort.id, Gathering.cancelled_at.is_(None))
    found = session.execute(
        select(
            Cohort,
            members.scalar_subquery(),
            select(func.count()).where(live).scalar_subquery(),
            select(func.count()).where(live, Gathering.ends_at <= now).scalar_subquery(),
            select(func.min(Gathering.starts_at)).where(live, Gathering.ends_at > now).scalar_subquery(),
        )
        .options(joinedload(Cohort.path, innerjoin=True))
        .where(Cohort.agency_id == agency_id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return [
        Summary(cohort, number, planned, held, next_at, state(cohort, planned, held, today))
        for cohort, number, planned, held, next_at in found
    ]


def cohort_of(session: Session, agency_id: int, cohort_id: int) -> Cohort | None:
    """The agency's cohort with its path, or None."""
    return session.scalar(
        select(Cohort)
        .options(joinedload(Cohort.path, innerjoin=True))
        .where(Cohort.agency_id == agency_id, Cohort.id == cohort_id)
    )


def with_request_key(session: Session, agency_id: int, request_key: str) -> Cohort | None:
    """The cohort that a form with this key has already made, or None."""
    return session.scalar(select(Cohort).where(Cohort.agency_id == agency_id, Cohort.request_key == request_key))


def facilitators(session: Session, cohort_id: int) -> Sequence[Person]:
    """By name."""
    return session.scalars(
        select(Person)
        .join(CohortFacilitator, CohortFacilitator.person_id == Person.id)
        .where(CohortFacilitator.cohort_id == cohort_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()


def facilitated(session: Session, person_id: int, cohort_id: int | None = None) -> Sequence[Cohort]:
    """The cohorts that the person facilitates, as long as they work in the agency; or the one asked for."""
    wanted = (
        select(Cohort)
        .options(joinedload(Cohort.path, innerjoin=True), joinedload(Cohort.agency, innerjoin=True))
        .join(CohortFacilitator, CohortFacilitator.cohort_id == Cohort.id)
        .where(
            CohortFacilitator.person_id == person_id,
            participants.works_in(Cohort.agency_id, CohortFacilitator.person_id),
        )
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return session.scalars(wanted if cohort_id is None else wanted.where(Cohort.id == cohort_id)).all()


def create(
    session: Session, agency_id: int, path_id: int, draft: CohortDraft, *, request_key: str, actor_id: int | None
) -> Cohort:
    """A new cohort. The same ``request_key`` in the same agency gives the same one back, and nothing more happens.

    Raises UnknownPath; then nothing is written.
    """
    path = session.scalar(
        select(LearningPath)
        .where(LearningPath.agency_id == agency_id, LearningPath.id == path_id, LearningPath.archived_at.is_(None))
        .with_for_update(read=True)
    )
    if path is None:
        raise UnknownPath
    is_new = insert_once(
        session,
        Cohort,
        agency_id=agency_id,
        path_id=path_id,
        version_id=versions.current_id(session, path_id),
        name=draft.name,
        starts_on=draft.starts_on,
        seats=draft.seats,
        created_at=clock.now(),
        created_by_id=actor_id,
        request_key=request_key,
    )
    cohort = session.scalars(
        select(Cohort).where(Cohort.agency_id == agency_id, Cohort.request_key == request_key)
    ).one()
    if is_new:
        _record(session, cohort, "programme.created", actor_id, path=path.title, starts_on=draft.starts_on.isoformat())
        _set_facilitators(session, cohort, draft.facilitator_ids)
    return cohort


def change(session: Session, cohort: Cohort, draft: CohortDraft, *, actor_id: int | None) -> None:
    """Another name, start, number of seats, or other facilitators. Raises participants.CohortCancelled."""
    participants.lock(session, cohort)
    wanted = {"name": draft.name, "starts_on": draft.starts_on, "seats": draft.seats}
    changed = [name for name, value in wanted.items() if getattr(cohort, name) != value]
    for name in changed:
        setattr(cohort, name, wanted[name])
    if _set_facilitators(session, cohort, draft.facilitator_ids):
        changed.append("facilitators")
    if changed:
        _record(session, cohort, "programme.changed", actor_id, changed=", ".join(changed))
    session.flush()


def _set_facilitators(session: Session, cohort: Cohort, wanted: Collection[int]) -> bool:
    """Whether anything changed."""
    before = {person.id for person in facilitators(session, cohort.id)}
    session.execute(
        delete(CohortFacilitator).where(
            CohortFacilitator.cohort_id == cohort.id, CohortFacilitator.person_id.in_(before - set(wanted))
        )
    )
    new = [
        person_id
        for person_id in sorted(set(wanted) - before)
        if insert_once(session, CohortFacilitator, cohort_id=cohort.id, person_id=person_id)
    ]
    if new:
        facilitators_added.send(session, cohort=cohort, person_ids=new)
    return before != set(wanted)


def cancel(session: Session, cohort: Cohort, *, actor_id: int | None) -> None:
    """End the cohort for ever: its gatherings ahead are cancelled, and its participants told.

    What people have completed stays theirs, and what was noted stays readable. Cancelling it again changes nothing.
    """
    session.refresh(cohort, with_for_update=True)
    if cohort.cancelled_at is not None:
        return
    for gathering in gatherings.ahead(session, cohort.id):
        gatherings.call_off(session, gathering)
    cohort.cancelled_at = clock.now()
    _record(session, cohort, "programme.cancelled", actor_id)
    session.flush()
    cohort_cancelled.send(session, cohort=cohort)


def _record(session: Session, cohort: Cohort, action: str, actor_id: int | None, **detail: object) -> None:
    audit.record(
        session, action, subject_type="programme", subject_id=cohort.id, actor_id=actor_id,
        agency_id=cohort.agency_id, name=cohort.name, **detail,
    )  # fmt: skip
