"""Building learning paths: ordered courses, each mandatory or elective."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.access import audit
from learning.catalogue.models import Course
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep
from learning.paths.signals import members_left, steps_changed

LONGEST_TITLE = 200


class TitleTaken(Exception):
    """The agency has another path with this title."""


class InvalidPath(ValueError):
    """The path has no title, no steps, a course twice, or a course that takes no new learners."""


@dataclass(frozen=True)
class StepDraft:
    course_id: int
    mandatory: bool = True


@dataclass(frozen=True)
class PathDraft:
    """What a path should be; ``steps`` in the order they are taken."""

    title: str
    description: str
    steps: tuple[StepDraft, ...]


@dataclass(frozen=True)
class PathSummary:
    """``assignments`` counts those that are not withdrawn."""

    path: LearningPath
    steps: int
    assignments: int


def courses_to_choose(session: Session, also: Collection[int] = ()) -> list[Course]:
    """Courses that take learners, and those in ``also`` (ids) that a path already has; by slug. One query."""
    return list(
        session.scalars(
            select(Course)
            .options(joinedload(Course.current_version))
            .where(
                and_(Course.current_version_id.is_not(None), Course.withdrawn_at.is_(None)) | Course.id.in_(also),
            )
            .order_by(Course.slug)
        )
    )


def path_of(session: Session, agency_id: int, path_id: int) -> LearningPath | None:
    """The agency's path with its steps and their courses, or None."""
    return session.scalar(
        select(LearningPath)
        .options(selectinload(LearningPath.steps).joinedload(PathStep.course).joinedload(Course.current_version))
        .where(LearningPath.agency_id == agency_id, LearningPath.id == path_id)
    )


def summaries(session: Session, agency_id: int) -> list[PathSummary]:
    """The agency's paths, those in use first, by title. One query."""
    steps = select(func.count()).select_from(PathStep).where(PathStep.path_id == LearningPath.id).scalar_subquery()
    assignments = (
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.path_id == LearningPath.id, Assignment.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(LearningPath, steps, assignments)
        .where(LearningPath.agency_id == agency_id)
        .order_by(LearningPath.archived_at.is_not(None), func.lower(LearningPath.title), LearningPath.id)
    )
    return [PathSummary(*row) for row in rows]


def draft_of(path: LearningPath) -> PathDraft:
    """The path as it is now, in the shape it is changed in."""
    steps = tuple(StepDraft(step.course_id, step.mandatory) for step in path.steps)
    return PathDraft(path.title, path.description, steps)


def live_assignment_count(session: Session, path: LearningPath) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Assignment)
            .where(
                Assignment.agency_id == path.agency_id,
                Assignment.path_id == path.id,
                Assignment.withdrawn_at.is_(None),
            )
        )
        or 0
    )


def _check(session: Session, draft: PathDraft, already: Collection[int] = ()) -> None:
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        raise InvalidPath("title")
    ids = [step.course_id for step in draft.steps]
    if not ids or len(ids) != len(set(ids)):
        raise InvalidPath("steps")
    if not set(ids) <= {course.id for course in courses_to_choose(session, already)}:
        raise InvalidPath("unknown course")


def _steps(draft: PathDraft) -> list[PathStep]:
    return [
        PathStep(course_id=step.course_id, place=place, mandatory=step.mandatory)
        for place, step in enumerate(draft.steps, start=1)
    ]


def create_path(session: Session, agency_id: int, draft: PathDraft, *, actor_id: int | None) -> LearningPath:
    """A new path. Raises InvalidPath, or TitleTaken when the agency has one with this title."""
    _check(session, draft)
    path = LearningPath(
        agency_id=agency_id,
        title=draft.title.strip(),
        description=draft.description.strip(),
        created_by_id=actor_id,
        steps=_steps(draft),
    )
    try:
        with session.begin_nested():
            session.add(path)
    except IntegrityError as error:
        raise TitleTaken from error
    audit.record(
        session,
        "path.created",
        subject_type="learning-path",
        subject_id=path.id,
        actor_id=actor_id,
        agency_id=agency_id,
        title=path.title,
        steps=len(draft.steps),
    )
    return path


def change_path(session: Session, path: LearningPath, draft: PathDraft, *, actor_id: int | None) -> None:
    """Give the path a new title, text and steps. Statuses follow at once, since they are derived.

    Raises InvalidPath or TitleTaken; then nothing has changed.
    """
    session.refresh(path, ["title", "description"], with_for_update=True)
    session.expire(path, ["steps"])
    before = [(step.course_id, step.mandatory) for step in path.steps]
    wanted = [(step.course_id, step.mandatory) for step in draft.steps]
    _check(session, draft, [course_id for course_id, _ in before])
    try:
        with session.begin_nested():
            path.title = draft.title.strip()
            path.description = draft.description.strip()
            session.flush()
            if before != wanted:
                # Removed first and then added: two steps that change places would meet on the way.
                session.execute(delete(PathStep).where(PathStep.path_id == path.id))
                session.expire(path, ["steps"])
                path.steps.extend(_steps(draft))
    except IntegrityError as error:
        raise TitleTaken from error
    audit.record(
        session,
        "path.changed",
        subject_type="learning-path",
        subject_id=path.id,
        actor_id=actor_id,
        agency_id=path.agency_id,
        title=path.title,
        steps=len(draft.steps),
    )
    if set(before) != set(wanted):
        session.flush()
        for assignment in _live_assignments(session, path):
            steps_changed.send(session, assignment=assignment)


def _live_assignments(session: Session, path: LearningPath) -> Sequence[Assignment]:
    return session.scalars(
        select(Assignment)
        .where(Assignment.agency_id == path.agency_id, Assignment.path_id == path.id, Assignment.withdrawn_at.is_(None))
        .order_by(Assignment.id)
    ).all()


def archive_path(session: Session, path: LearningPath, *, actor_id: int | None) -> None:
    """Take the path out of use: its assignments leave the board and its members get no more mail.

    Completions stay. ``restoring.restore`` brings it back. Archiving it again changes nothing.
    """
    session.refresh(path, ["archived_at"], with_for_update=True)
    if path.archived_at is not None:
        return
    path.archived_at = clock.now()
    members = list(
        session.scalars(
            select(AssignmentMember.id)
            .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
            .where(
                Assignment.agency_id == path.agency_id,
                Assignment.path_id == path.id,
                Assignment.withdrawn_at.is_(None),
                AssignmentMember.left_at.is_(None),
            )
        )
    )
    audit.record(
        session,
        "path.archived",
        subject_type="learning-path",
        subject_id=path.id,
        actor_id=actor_id,
        agency_id=path.agency_id,
        title=path.title,
        members=len(members),
    )
    session.flush()
    if members:
        members_left.send(session, member_ids=members)
