"""How far participants have come in the path of their cohort: the only file here that asks the paths about it.

Done and under way, course by course; never an answer or a score.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, func, literal, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.paths import due_dates
from learning.paths.due_dates import Status
from learning.paths.learner import MyPath, MyStep
from learning.paths.models import PathStep
from learning.paths.standing import standing
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
    members = select(CohortMember.id, CohortMember.person_id, literal(cohort.path_id).label("path_id")).where(
        CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None)
    )
    if person_id is not None:
        members = members.where(CohortMember.person_id == person_id)
    return members.subquery("taking_part")


def how_far(session: Session, cohort: Cohort, person_id: int | None = None) -> dict[int, HowFar]:
    """Person -> where they stand in the path, for everybody who takes part or for one of them. One query."""
    found = standing(_taking_part(cohort, person_id))
    today = clock.today()
    rows = session.execute(select(found.c.person_id, found.c.taken, found.c.needed, found.c.begun, found.c.done))
    return {
        person_id: HowFar(taken, needed, due_dates.status(None, done=bool(done), begun=bool(begun), today=today))
        for person_id, taken, needed, begun, done in rows
    }


def steps(session: Session, cohort: Cohort) -> Sequence[PathStep]:
    """The steps of the cohort's path in order, with their courses."""
    return session.scalars(
        select(PathStep)
        .options(joinedload(PathStep.course, innerjoin=True).joinedload(Course.current_version))
        .where(PathStep.path_id == cohort.path_id)
        .order_by(PathStep.place)
    ).all()


def by_step(session: Session, cohort: Cohort, person_ids: Collection[int]) -> dict[tuple[int, int], Status]:
    """(person, course) -> done or under way, of the path's courses; what is not begun is left out. Two queries."""
    courses = select(PathStep.course_id).where(PathStep.path_id == cohort.path_id)
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
    found: dict[tuple[int, int], Status] = {}
    for facts, status in ((begun, Status.UNDER_WAY), (done, Status.DONE)):
        for person_id, course_id in facts:
            found[person_id, course_id] = status
    return found


def my_path(session: Session, cohort: Cohort, person_id: int) -> MyPath:
    """The cohort's path as it stands on a participant's own pages, without a due date."""
    taken = steps(session, cohort)
    courses = [step.course_id for step in taken]
    completed: dict[int, datetime] = dict(
        iter(
            session.execute(
                select(Completion.course_id, func.min(Completion.completed_at))
                .where(Completion.person_id == person_id, Completion.course_id.in_(courses))
                .group_by(Completion.course_id)
            )
        )
    )
    enrolled: dict[int, int] = dict(
        iter(
            session.execute(
                select(Enrolment.course_id, func.max(Enrolment.id))
                .where(Enrolment.person_id == person_id, Enrolment.course_id.in_(courses))
                .group_by(Enrolment.course_id)
            )
        )
    )
    today = clock.today()
    mine = how_far(session, cohort, person_id).get(person_id, NOWHERE)
    return MyPath(
        path_id=cohort.path_id,
        title=cohort.name,
        description=cohort.path.description,
        agency_id=cohort.agency_id,
        due_on=None,
        status=mine.status,
        taken=mine.taken,
        needed=mine.needed,
        steps=[
            MyStep(
                course_slug=step.course.slug,
                titles=step.course.current_version.titles if step.course.current_version else {},
                minutes=step.course.current_version.minutes if step.course.current_version else 0,
                mandatory=step.mandatory,
                status=due_dates.status(
                    None, done=step.course_id in completed, begun=step.course_id in enrolled, today=today
                ),
                enrolment_id=enrolled.get(step.course_id),
                completed_at=completed.get(step.course_id),
                is_open=step.course.current_version_id is not None and step.course.withdrawn_at is None,
            )
            for step in taken
        ],
    )
