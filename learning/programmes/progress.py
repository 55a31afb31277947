"""How far participants have come in the path of their cohort: the only file here that asks the paths about it.

Done and under way, course by course; never an answer or a score.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Subquery, literal, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.database import UtcDateTime
from learning.paths import due_dates, learner
from learning.paths.due_dates import Status
from learning.paths.learner import MyPath
from learning.paths.models import PathStep, Recognition
from learning.paths.standing import in_force, standing
from learning.programmes.models import Cohort, CohortMember
from learning.progress.models import Completion, Enrolment


@dataclass(frozen=True)
class HowFar:
    """``taken`` of the ``needed`` courses are completed."""

    taken: int
    needed: int
    status: Status


NOWHERE = HowFar(0, 0, Status.NOT_BEGUN)


def _taking_part(cohort: Cohort, person_id: int | None) -> Subquery:
    members = select(
        CohortMember.id,
        CohortMember.person_id,
        literal(cohort.agency_id).label("agency_id"),
        literal(cohort.version_id).label("version_id"),
        literal(None, UtcDateTime()).label("counts_from"),
    ).where(CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None))
    if person_id is not None:
        members = members.where(CohortMember.person_id == person_id)
    return members.subquery("taking_part")


def how_far(session: Session, cohort: Cohort, person_id: int | None = None) -> dict[int, HowFar]:
    """Person -> where they stand in the path, for everybody who takes part or for one of them. One query."""
    today = clock.today()
    found = standing(_taking_part(cohort, person_id), today)
    rows = session.execute(select(found.c.person_id, found.c.taken, found.c.needed, found.c.begun, found.c.done))
    return {
        person_id: HowFar(taken, needed, due_dates.status(None, done=bool(done), begun=bool(begun), today=today))
        for person_id, taken, needed, begun, done in rows
    }


def steps(session: Session, cohort: Cohort) -> Sequence[PathStep]:
    """The steps of the cohort's path in order, with their courses."""
    return session.scalars(
        select(PathStep)
        .options(
            joinedload(PathStep.course, innerjoin=True).joinedload(Course.current_version),
            joinedload(PathStep.choice),
        )
        .where(PathStep.version_id == cohort.version_id)
        .order_by(PathStep.place)
    ).all()


def by_step(session: Session, cohort: Cohort, person_ids: Collection[int]) -> dict[tuple[int, int], Status]:
    """(person, course) -> done or under way, of the path's courses; what is not begun is left out. Three queries.

    What the agency has said that somebody need not take counts as done, as it does for the whole path.
    """
    courses = select(PathStep.course_id).where(PathStep.version_id == cohort.version_id)
    begun = session.execute(
        select(Enrolment.person_id, Enrolment.course_id).where(
            Enrolment.course_id.in_(courses), Enrolment.person_id.in_(person_ids)
        )
    )
    done = session.execute(
        select(Completion.person_id, Completion.course_id).where(
            Completion.course_id.in_(courses), Completion.person_id.in_(person_ids)
        )
    )
    recognised = session.execute(
        select(Recognition.person_id, Recognition.course_id).where(
            Recognition.course_id.in_(courses),
            Recognition.person_id.in_(person_ids),
            in_force(literal(cohort.agency_id), clock.today()),
        )
    )
    found: dict[tuple[int, int], Status] = {}
    for facts, status in ((begun, Status.UNDER_WAY), (done, Status.DONE), (recognised, Status.DONE)):
        for person_id, course_id in facts:
            found[person_id, course_id] = status
    return found


def my_path(session: Session, cohort: Cohort, person_id: int) -> MyPath:
    """The cohort's path as it stands on a participant's own pages, without a due date."""
    return learner.taken_without_assignment(
        session, person_id, cohort.path, cohort.version_id, agency=cohort.agency.name, title=cohort.name
    )
