"""Versions of a path: what it asked for at each time, and who is asked for which.

Versions are never changed: whoever has begun keeps what they began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathChoice, PathStep, PathVersion
from learning.progress.models import Enrolment


class _Step(Protocol):
    @property
    def course_id(self) -> int: ...
    @property
    def mandatory(self) -> bool: ...
    @property
    def choice(self) -> int | None: ...


class _Draft(Protocol):
    @property
    def steps(self) -> Sequence[_Step]: ...
    @property
    def choices(self) -> Mapping[int, int]: ...
    @property
    def in_order(self) -> bool: ...


def add(session: Session, path: LearningPath, draft: _Draft) -> PathVersion:
    """A new current version of the path. The caller holds the path's row."""
    session.execute(
        update(PathVersion).where(PathVersion.path_id == path.id, PathVersion.is_current).values(is_current=False)
    )
    last = session.scalar(select(func.max(PathVersion.number)).where(PathVersion.path_id == path.id))
    version = PathVersion(path_id=path.id, number=(last or 0) + 1, in_order=draft.in_order)
    session.add(version)
    session.flush()
    choices = {
        number: PathChoice(version_id=version.id, number=number, needed=needed)
        for number, needed in draft.choices.items()
    }
    session.add_all(choices.values())
    session.flush()
    session.add_all(
        PathStep(
            version_id=version.id,
            course_id=step.course_id,
            place=place,
            mandatory=step.mandatory,
            choice_id=choices[step.choice].id if step.choice is not None else None,
        )
        for place, step in enumerate(draft.steps, start=1)
    )
    session.flush()
    session.expire(path, ["versions", "current"])
    return version


def follow(session: Session, path: LearningPath, version: PathVersion, *, everybody: bool = False) -> int:
    """Ask the members of the path for this version: those who have not begun, or all of them; how many.

    Until when it is valid is to be worked out anew for them: ``renewals.settle``.
    """
    began = (
        select(Enrolment.id)
        .join(PathStep, PathStep.course_id == Enrolment.course_id)
        .where(
            PathStep.version_id == AssignmentMember.version_id,
            Enrolment.person_id == AssignmentMember.person_id,
            or_(AssignmentMember.counts_from.is_(None), Enrolment.started_at >= AssignmentMember.counts_from),
        )
        .exists()
    )
    statement = (
        update(AssignmentMember)
        .where(
            AssignmentMember.agency_id == path.agency_id,
            AssignmentMember.version_id != version.id,
            AssignmentMember.assignment_id.in_(select(Assignment.id).where(Assignment.path_id == path.id)),
        )
        .values(version_id=version.id, valid_until=None)
        .execution_options(synchronize_session=False)
    )
    if not everybody:
        statement = statement.where(~began)
    moved = session.execute(statement)
    session.expire_all()
    return int(moved.rowcount)  # type: ignore[attr-defined]


def current_id(session: Session, path_id: int) -> int:
    """The id of the version that whoever begins now is asked for."""
    return session.scalars(select(PathVersion.id).where(PathVersion.path_id == path_id, PathVersion.is_current)).one()
