"""What participants reply to an invitation, and what facilitators note of who came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.programmes import participants
from learning.programmes.gatherings import GatheringCancelled
from learning.programmes.models import Attendance, Attended, Cohort, CohortMember, Gathering, Reply
from learning.programmes.times import local


class TooLate(Exception):
    """The gathering has begun: there is nothing to reply to."""


class TooEarly(Exception):
    """The day of the gathering has not come: there is nothing to note."""


class NotInvited(LookupError):
    """The person does not take part in the cohort."""


@dataclass(frozen=True)
class Mark:
    """What stands for one person at one gathering."""

    reply: Reply = Reply.NONE
    attended: Attended = Attended.UNKNOWN


NO_MARK = Mark()


def takes_part(session: Session, cohort: Cohort, person_id: int) -> bool:
    """Whether the person is a participant now, and works in the agency."""
    found = session.scalar(
        select(CohortMember.id).where(
            CohortMember.cohort_id == cohort.id,
            CohortMember.person_id == person_id,
            CohortMember.left_at.is_(None),
            participants.works_in(cohort.agency_id, CohortMember.person_id),
        )
    )
    return found is not None


def of_cohort(session: Session, cohort_id: int, person_id: int | None = None) -> dict[tuple[int, int], Mark]:
    """(person, gathering) -> mark, of everybody or of one person; who has none is left out. One query."""
    wanted = (
        select(Attendance.person_id, Attendance.gathering_id, Attendance.reply, Attendance.attended)
        .join(Gathering, Gathering.id == Attendance.gathering_id)
        .where(Gathering.cohort_id == cohort_id)
    )
    if person_id is not None:
        wanted = wanted.where(Attendance.person_id == person_id)
    return {
        (person, gathering): Mark(reply, attended) for person, gathering, reply, attended in session.execute(wanted)
    }


def of_gathering(session: Session, gathering_id: int) -> dict[int, Mark]:
    """Person -> mark; who has none is left out. One query."""
    rows = session.execute(
        select(Attendance.person_id, Attendance.reply, Attendance.attended).where(
            Attendance.gathering_id == gathering_id
        )
    )
    return {person_id: Mark(reply, attended) for person_id, reply, attended in rows}


def _own_row(session: Session, gathering_id: int, person_id: int) -> Attendance:
    """The row, made when it is not there, and locked."""
    insert_once(session, Attendance, gathering_id=gathering_id, person_id=person_id)
    return session.get_one(Attendance, (gathering_id, person_id), with_for_update=True, populate_existing=True)


def reply(session: Session, gathering: Gathering, person_id: int, answer: Reply) -> None:
    """Say whether one comes; the last word counts. Raises NotInvited, GatheringCancelled or TooLate."""
    if not takes_part(session, gathering.cohort, person_id):
        raise NotInvited
    if gathering.cancelled_at is not None:
        raise GatheringCancelled
    if gathering.starts_at <= clock.now():
        raise TooLate
    row = _own_row(session, gathering.id, person_id)
    if row.reply is not answer:
        row.reply, row.replied_at = answer, clock.now()
        session.flush()


def may_note(gathering: Gathering) -> bool:
    """From the day of the gathering on, as long as it was held."""
    return gathering.cancelled_at is None and local(gathering.starts_at).date() <= clock.today()


def note(session: Session, gathering: Gathering, marks: Mapping[int, Attended], *, actor_id: int) -> int:
    """Note who came, for the participants in ``marks``; how many marks changed. Noting again corrects.

    Raises GatheringCancelled, TooEarly or NotInvited; then nothing is written.
    """
    if gathering.cancelled_at is not None:
        raise GatheringCancelled
    if not may_note(gathering):
        raise TooEarly
    if set(marks) - participants.member_ids(session, gathering.cohort_id):
        raise NotInvited
    changed = 0
    for person_id, attended in sorted(marks.items()):
        row = _own_row(session, gathering.id, person_id)
        if row.attended is not attended:
            row.attended, row.noted_by_id, row.noted_at = attended, actor_id, clock.now()
            changed += 1
    if changed:
        audit.record(
            session, "attendance.noted", subject_type="gathering", subject_id=gathering.id, actor_id=actor_id,
            agency_id=gathering.cohort.agency_id, programme=gathering.cohort.name, title=gathering.title,
            people=changed,
        )  # fmt: skip
    session.flush()
    return changed
