"""Building learning paths: courses in an order, each mandatory, one of a choice or voluntary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.access import audit
from learning.catalogue.models import Course
from learning.paths import renewals, versions
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep, PathVersion
from learning.paths.signals import members_left, steps_changed

LONGEST_TITLE = 200


class TitleTaken(Exception):
    """The agency has another path with this title."""


class InvalidPath(ValueError):
    """The path has no title, no steps, a course twice, a course that takes no new learners, a choice that needs more
    than it offers, or a path before it that is not the agency's or leads back to it.
    """


@dataclass(frozen=True)
class StepDraft:
    """``choice`` is the number of the choice that an elective belongs to."""

    course_id: int
    mandatory: bool = True
    choice: int | None = None


@dataclass(frozen=True)
class PathDraft:
    """What a path should be; ``steps`` in the order they are taken.

    ``needed`` says how many of each choice it takes, by the choice's number; one where it says nothing. A path with
    neither a mandatory step nor a choice is a choice of one.
    """

    title: str
    description: str
    steps: tuple[StepDraft, ...]
    needed: Mapping[int, int] = field(default_factory=dict)
    in_order: bool = False
    requires_id: int | None = None

    @property
    def choices(self) -> dict[int, int]:
        """How many of each choice it takes, by number."""
        numbers = sorted({step.choice for step in self.steps if step.choice is not None})
        return {number: self.needed.get(number, 1) for number in numbers}

    def asking(self) -> PathDraft:
        """The same draft; a choice of one when it would otherwise ask for nothing."""
        if self.choices or any(step.mandatory for step in self.steps):
            return self
        return replace(self, steps=tuple(replace(step, choice=1) for step in self.steps), needed={1: 1})


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
    """The agency's path with its current steps and their courses, or None."""
    current = selectinload(LearningPath.current)
    return session.scalar(
        select(LearningPath)
        .options(
            current.selectinload(PathVersion.steps).options(
                joinedload(PathStep.course).joinedload(Course.current_version), joinedload(PathStep.choice)
            ),
            selectinload(LearningPath.requires),
        )
        .where(LearningPath.agency_id == agency_id, LearningPath.id == path_id)
    )


def in_use(session: Session, agency_id: int, *, but: int | None = None) -> list[LearningPath]:
    """The agency's paths that are not archived, by title, without the one with the id ``but``."""
    return list(
        session.scalars(
            select(LearningPath)
            .where(
                LearningPath.agency_id == agency_id,
                LearningPath.archived_at.is_(None),
                LearningPath.id != (but or 0),
                select(PathVersion.id).where(PathVersion.path_id == LearningPath.id, PathVersion.is_current).exists(),
            )
            .order_by(func.lower(LearningPath.title), LearningPath.id)
        )
    )


def summaries(session: Session, agency_id: int) -> list[PathSummary]:
    """The agency's paths, those in use first, by title. One query."""
    steps = (
        select(func.count())
        .select_from(PathStep)
        .join(PathVersion, PathVersion.id == PathStep.version_id)
        .where(PathVersion.path_id == LearningPath.id, PathVersion.is_current)
        .scalar_subquery()
    )
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
    current = path.current
    steps = tuple(
        StepDraft(step.course_id, step.mandatory, step.choice.number if step.choice else None) for step in current.steps
    )
    needed = {step.choice.number: step.choice.needed for step in current.steps if step.choice}
    return PathDraft(path.title, path.description, steps, needed, current.in_order, path.requires_id)


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


def _check(
    session: Session, agency_id: int, draft: PathDraft, already: Collection[int] = (), path_id: int | None = None
) -> None:
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        raise InvalidPath("title")
    ids = [step.course_id for step in draft.steps]
    if not ids or len(ids) != len(set(ids)):
        raise InvalidPath("steps")
    if not set(ids) <= {course.id for course in courses_to_choose(session, already)}:
        raise InvalidPath("unknown course")
    if any(step.mandatory and step.choice is not None for step in draft.steps):
        raise InvalidPath("mandatory and of a choice")
    for number, needed in draft.choices.items():
        if not 1 <= needed <= sum(step.choice == number for step in draft.steps):
            raise InvalidPath("choice")
    if draft.requires_id is not None and _leads_to(session, agency_id, draft.requires_id, path_id):
        raise InvalidPath("requires")


def _leads_to(session: Session, agency_id: int, from_id: int, path_id: int | None) -> bool:
    """Whether the chain of paths to take first is another agency's or comes to ``path_id``."""
    after: dict[int, int | None] = dict(
        iter(
            session.execute(
                select(LearningPath.id, LearningPath.requires_id).where(LearningPath.agency_id == agency_id)
            )
        )
    )
    here: int | None = from_id
    seen: set[int | None] = set()
    while here is not None and here not in seen:
        if here not in after or here == path_id:
            return True
        seen.add(here)
        here = after[here]
    return False


def create_path(session: Session, agency_id: int, draft: PathDraft, *, actor_id: int | None) -> LearningPath:
    """A new path. Raises InvalidPath, or TitleTaken when the agency has one with this title."""
    _check(session, agency_id, draft)
    path = LearningPath(
        agency_id=agency_id,
        title=draft.title.strip(),
        description=draft.description.strip(),
        requires_id=draft.requires_id,
        created_by_id=actor_id,
    )
    try:
        with session.begin_nested():
            session.add(path)
    except IntegrityError as error:
        raise TitleTaken from error
    versions.add(session, path, draft.asking())
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


def change_path(
    session: Session, path: LearningPath, draft: PathDraft, *, actor_id: int | None, for_everybody: bool = False
) -> None:
    """Give the path a new title, text and steps. Other steps are a new version of it.

    Whoever has begun keeps the version they began, unless the change is ``for_everybody``. Statuses follow at once,
    since they are derived. Raises InvalidPath or TitleTaken; then nothing has changed.
    """
    session.refresh(path, ["title", "description", "requires_id", "current"], with_for_update=True)
    before, wanted = draft_of(path), draft.asking()
    _check(session, path.agency_id, draft, [step.course_id for step in before.steps], path.id)
    try:
        with session.begin_nested():
            path.title = draft.title.strip()
            path.description = draft.description.strip()
            path.requires_id = draft.requires_id
            session.flush()
    except IntegrityError as error:
        raise TitleTaken from error
    changed = (before.steps, before.choices, before.in_order) != (wanted.steps, wanted.choices, wanted.in_order)
    version = versions.add(session, path, wanted) if changed else path.current
    followed = versions.follow(session, path, version, everybody=for_everybody)
    if followed:
        renewals.settle(session, agency_id=path.agency_id)
    audit.record(
        session,
        "path.changed",
        subject_type="learning-path",
        subject_id=path.id,
        actor_id=actor_id,
        agency_id=path.agency_id,
        title=path.title,
        steps=len(draft.steps),
        version=version.number,
    )
    session.flush()
    other_steps = (set(before.steps), before.choices) != (set(wanted.steps), wanted.choices)
    if followed and (other_steps or for_everybody):
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
