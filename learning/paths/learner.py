"""What a learner has been assigned, for their own front page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.paths import due_dates
from learning.paths.due_dates import Status
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep
from learning.progress.models import Completion, Enrolment


@dataclass(frozen=True)
class MyStep:
    """A course of the path. ``titles`` is language -> title; ``status`` is done, under way or not begun.

    ``enrolment_id`` is the newest round, ``completed_at`` the first completion, each None before there is one.
    ``is_open`` says whether the course can be begun now.
    """

    course_slug: str
    titles: dict[str, Any]
    minutes: int
    mandatory: bool
    status: Status
    enrolment_id: int | None
    completed_at: datetime | None
    is_open: bool


@dataclass(frozen=True)
class MyPath:
    """A path that the person has been assigned; ``taken`` of the ``needed`` steps are completed."""

    path_id: int
    title: str
    description: str
    agency_id: int
    due_on: date | None
    status: Status
    taken: int
    needed: int
    steps: list[MyStep]

    @property
    def next_step(self) -> MyStep | None:
        """The first step still to take: mandatory ones first, in their order; None when the path is done."""
        if self.status is Status.DONE:
            return None
        left = [step for step in self.steps if step.status is not Status.DONE]
        return next((step for step in left if step.mandatory), left[0] if left else None)


def my_paths(session: Session, person_id: int) -> list[MyPath]:
    """The person's paths: unfinished first, by due date (those without one last), then finished.

    A path assigned twice comes once, with the earlier due date. Four queries.
    """
    assigned = session.execute(
        select(LearningPath, AssignmentMember.due_on)
        .join(Assignment, Assignment.path_id == LearningPath.id)
        .join(AssignmentMember, AssignmentMember.assignment_id == Assignment.id)
        .where(
            AssignmentMember.person_id == person_id,
            AssignmentMember.left_at.is_(None),
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
        )
    ).all()
    paths: dict[int, LearningPath] = {}
    due: dict[int, date | None] = {}
    for path, due_on in assigned:
        known = due.get(path.id)
        paths[path.id] = path
        due[path.id] = min(known, due_on) if known and due_on else known or due_on
    if not paths:
        return []

    steps: dict[int, list[PathStep]] = defaultdict(list)
    for step in session.scalars(
        select(PathStep)
        .options(joinedload(PathStep.course, innerjoin=True).joinedload(Course.current_version))
        .where(PathStep.path_id.in_(paths))
        .order_by(PathStep.place)
    ):
        steps[step.path_id].append(step)
    course_ids = {step.course_id for listed in steps.values() for step in listed}
    completed: dict[int, datetime] = {}
    for course_id, at in session.execute(
        select(Completion.course_id, Completion.completed_at)
        .where(Completion.person_id == person_id, Completion.course_id.in_(course_ids))
        .order_by(Completion.completed_at.desc())
    ):
        completed[course_id] = at
    enrolled: dict[int, int] = dict(
        iter(
            session.execute(
                select(Enrolment.course_id, func.max(Enrolment.id))
                .where(Enrolment.person_id == person_id, Enrolment.course_id.in_(course_ids))
                .group_by(Enrolment.course_id)
            )
        )
    )
    today = clock.today()
    mine = [_my_path(path, due[path.id], steps[path.id], completed, enrolled, today) for path in paths.values()]
    mine.sort(key=lambda each: (each.due_on or date.max, each.title.casefold(), each.path_id))
    mine.sort(key=lambda each: each.status is Status.DONE)
    return mine


def _my_path(
    path: LearningPath,
    due_on: date | None,
    steps: list[PathStep],
    completed: dict[int, datetime],
    enrolled: dict[int, int],
    today: date,
) -> MyPath:
    mandatory = [step.course_id for step in steps if step.mandatory]
    if mandatory:
        needed, taken = len(mandatory), sum(course_id in completed for course_id in mandatory)
    else:
        needed, taken = min(1, len(steps)), int(any(step.course_id in completed for step in steps))
    return MyPath(
        path_id=path.id,
        title=path.title,
        description=path.description,
        agency_id=path.agency_id,
        due_on=due_on,
        status=due_dates.status(
            due_on,
            done=needed > 0 and taken >= needed,
            begun=any(step.course_id in enrolled for step in steps),
            today=today,
        ),
        taken=taken,
        needed=needed,
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
            for step in steps
        ],
    )
