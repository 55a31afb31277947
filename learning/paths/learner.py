"""What a learner has been assigned, for their own front page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.database import UtcDateTime
from learning.organisation.models import Agency
from learning.paths import due_dates, overlap
from learning.paths.due_dates import Status
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep, PathVersion, Recognition
from learning.paths.overlap import Obligation, Resolved
from learning.paths.standing import in_force, live_members, standing
from learning.progress.models import Completion, Enrolment


@dataclass(frozen=True)
class MyStep:
    """A course of the path. ``titles`` is language -> title; ``status`` is done, under way or not begun.

    ``enrolment_id`` is the newest round that counts, ``completed_at`` the first completion that counts, each None
    before there is one. ``is_open`` says whether the course takes learners; ``waits`` that steps before it come first.
    ``is_recognised``: it need not be taken. ``claims`` are what all assignments ask about the course.
    """

    course_slug: str
    titles: dict[str, Any]
    minutes: int
    mandatory: bool
    status: Status
    enrolment_id: int | None
    completed_at: datetime | None
    is_open: bool
    choice: int | None = None
    waits: bool = False
    is_recognised: bool = False
    claims: Resolved | None = None


@dataclass(frozen=True)
class MyPath:
    """A path that the person has been assigned; ``taken`` of the ``needed`` steps are taken.

    ``choices`` says how many of each choice are needed, by its number. ``first`` is the title of a path to take
    first, as long as it is not done. ``valid_until`` is the last day that a finished path is valid;
    ``is_renewal`` says that it is being taken again, ``is_extended`` that they have been given more time.
    """

    path_id: int
    title: str
    description: str
    agency_id: int
    agency: str
    member_id: int
    due_on: date | None
    status: Status
    taken: int
    needed: int
    steps: list[MyStep]
    choices: dict[int, int] = field(default_factory=dict)
    first: str | None = None
    valid_until: date | None = None
    is_renewal: bool = False
    is_extended: bool = False

    @property
    def next_step(self) -> MyStep | None:
        """The first step still to take: mandatory ones first, in their order; None when the path is done."""
        if self.status is Status.DONE:
            return None
        left = [step for step in self.steps if step.status is not Status.DONE and not step.waits]
        return next((step for step in left if step.mandatory), left[0] if left else None)


@dataclass
class _Facts:
    """What is known of one person, by course: when completed, which enrolments began when, what is recognised."""

    completed: dict[int, list[datetime]]
    enrolled: dict[int, list[tuple[datetime, int]]]
    recognised: set[tuple[int, int]]  # agency and course


def _claimed(session: Session, person_id: int) -> list[tuple[AssignmentMember, LearningPath, str]]:
    """The person's memberships that count, each with its path and the name of its agency; the one that holds first."""
    rows = session.execute(
        select(AssignmentMember, LearningPath, Agency.name)
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .join(Agency, Agency.id == LearningPath.agency_id)
        .where(
            AssignmentMember.person_id == person_id,
            AssignmentMember.left_at.is_(None),
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    found = [(member, path, agency) for member, path, agency in rows]
    return sorted(found, key=lambda each: (each[0].due_on or date.max, each[0].id))


def my_paths(session: Session, person_id: int) -> list[MyPath]:
    """The person's paths: unfinished first, by due date (those without one last), then finished.

    A path assigned twice comes once, with the earlier due date. A constant number of queries.
    """
    claimed = _claimed(session, person_id)
    if not claimed:
        return []
    steps = _steps_of(session, {member.version_id for member, _, _ in claimed})
    facts = _facts(session, person_id, {step.course_id for listed in steps.values() for step in listed})
    claims: dict[int, list[Obligation]] = defaultdict(list)
    for member, path, agency in claimed:
        for step in steps[member.version_id]:
            claims[step.course_id].append(Obligation(member.id, path.title, agency, step.mandatory, member.due_on))
    held: dict[int, tuple[AssignmentMember, LearningPath, str]] = {}
    for each in claimed:
        held.setdefault(each[1].id, each)
    today = clock.today()
    before = _titles_to_take_first(session, person_id, [path for _, path, _ in held.values()])
    mine = [
        _my_path(member, path, agency, steps[member.version_id], facts, claims, before, today)
        for member, path, agency in held.values()
    ]
    mine.sort(key=lambda each: (each.due_on or date.max, each.title.casefold(), each.path_id))
    mine.sort(key=lambda each: each.status is Status.DONE)
    return mine


def taken_without_assignment(
    session: Session, person_id: int, path: LearningPath, version_id: int, *, agency: str, title: str
) -> MyPath:
    """A path that the person takes in another way, as with a cohort: without due date, renewal or other claims."""
    member = AssignmentMember(id=0, agency_id=path.agency_id, version_id=version_id, person_id=person_id, round=1)
    steps = _steps_of(session, {version_id})[version_id]
    facts = _facts(session, person_id, {step.course_id for step in steps})
    before = _titles_to_take_first(session, person_id, [path])
    mine = _my_path(member, path, agency, steps, facts, {}, before, clock.today())
    return replace(mine, title=title)


def _steps_of(session: Session, version_ids: set[int]) -> dict[int, list[PathStep]]:
    """The steps of each version, in their order, with courses and choices. One query."""
    steps: dict[int, list[PathStep]] = defaultdict(list)
    for step in session.scalars(
        select(PathStep)
        .options(
            joinedload(PathStep.course, innerjoin=True).joinedload(Course.current_version),
            joinedload(PathStep.choice),
            joinedload(PathStep.version, innerjoin=True),
        )
        .where(PathStep.version_id.in_(version_ids))
        .order_by(PathStep.place)
    ):
        steps[step.version_id].append(step)
    return steps


def _facts(session: Session, person_id: int, course_ids: set[int]) -> _Facts:
    completed: dict[int, list[datetime]] = defaultdict(list)
    for course_id, at in session.execute(
        select(Completion.course_id, Completion.completed_at)
        .where(Completion.person_id == person_id, Completion.course_id.in_(course_ids))
        .order_by(Completion.completed_at)
    ):
        completed[course_id].append(at)
    enrolled: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for course_id, started, enrolment_id in session.execute(
        select(Enrolment.course_id, Enrolment.started_at, Enrolment.id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id.in_(course_ids))
        .order_by(Enrolment.round)
    ):
        enrolled[course_id].append((started, enrolment_id))
    recognised = {
        (agency_id, course_id)
        for agency_id, course_id in session.execute(
            select(Recognition.agency_id, Recognition.course_id).where(
                Recognition.person_id == person_id, in_force(Recognition.agency_id, clock.today())
            )
        )
    }
    return _Facts(completed, enrolled, recognised)


def _titles_to_take_first(session: Session, person_id: int, paths: list[LearningPath]) -> dict[int, str]:
    """The title of the path to take first, by the id of the path that asks for it, where it is not done.

    Done as ``standing`` says: by what the person is asked for, in the renewal they are in, else by its current version.
    """
    wanted = {path.requires_id for path in paths if path.requires_id is not None}
    if not wanted:
        return {}
    mine = live_members(None, person_id=person_id)
    asked = union_all(
        select(mine.c.path_id, mine.c.agency_id, mine.c.person_id, mine.c.version_id, mine.c.counts_from).where(
            mine.c.path_id.in_(wanted)
        ),
        select(
            LearningPath.id, LearningPath.agency_id, literal(person_id), PathVersion.id, literal(None, UtcDateTime())
        )
        .join(PathVersion, PathVersion.path_id == LearningPath.id)
        .where(LearningPath.id.in_(wanted), PathVersion.is_current, LearningPath.id.not_in(select(mine.c.path_id))),
    ).subquery("asked")
    found = standing(asked, clock.today())
    undone = wanted - set(session.scalars(select(found.c.path_id).where(found.c.done)))
    titles = dict(iter(session.execute(select(LearningPath.id, LearningPath.title).where(LearningPath.id.in_(undone)))))
    return {path.id: titles[path.requires_id] for path in paths if path.requires_id in undone}


def _count(steps: list[PathStep], taken: set[int]) -> tuple[int, int]:
    """How many steps it takes, and how many of those are taken (ids of steps)."""
    mandatory = [step.id for step in steps if step.mandatory]
    needed, got = len(mandatory), len(taken.intersection(mandatory))
    choices: dict[int, list[PathStep]] = defaultdict(list)
    for step in steps:
        if step.choice is not None:
            choices[step.choice.number].append(step)
    for offered in choices.values():
        first = offered[0].choice
        asked = min(first.needed, len(offered)) if first is not None else 0
        needed += asked
        got += min(asked, sum(step.id in taken for step in offered))
    return needed, got


def _my_path(
    member: AssignmentMember,
    path: LearningPath,
    agency: str,
    steps: list[PathStep],
    facts: _Facts,
    claims: dict[int, list[Obligation]],
    before: dict[int, str],
    today: date,
) -> MyPath:
    since = member.counts_from
    listed: list[MyStep] = []
    taken: set[int] = set()
    blocked = path.id in before
    for step in steps:
        mine = [at for at in facts.completed.get(step.course_id, ()) if since is None or at >= since]
        rounds = [each for each in facts.enrolled.get(step.course_id, ()) if since is None or each[0] >= since]
        recognised = (member.agency_id, step.course_id) in facts.recognised
        if mine or recognised:
            taken.add(step.id)
        version = step.course.current_version
        listed.append(
            MyStep(
                course_slug=step.course.slug,
                titles=version.titles if version else {},
                minutes=version.minutes if version else 0,
                mandatory=step.mandatory,
                choice=step.choice.number if step.choice else None,
                status=due_dates.status(None, done=step.id in taken, begun=bool(rounds), today=today),
                enrolment_id=rounds[-1][1] if rounds else None,
                completed_at=mine[0] if mine else None,
                is_open=step.course.current_version_id is not None and step.course.withdrawn_at is None,
                waits=blocked and step.id not in taken,
                is_recognised=recognised and not mine,
                claims=overlap.resolve(claims.get(step.course_id, ())),
            )
        )
        if step.version.in_order and step.mandatory and step.id not in taken:
            blocked = True
    needed, got = _count(steps, taken)
    return MyPath(
        path_id=path.id,
        title=path.title,
        description=path.description,
        agency_id=path.agency_id,
        agency=agency,
        member_id=member.id,
        due_on=member.due_on,
        status=due_dates.status(
            member.due_on,
            done=needed > 0 and got >= needed,
            begun=any(step.enrolment_id is not None for step in listed),
            today=today,
        ),
        taken=got,
        needed=needed,
        steps=listed,
        choices={step.choice.number: step.choice.needed for step in steps if step.choice is not None},
        first=before.get(path.id),
        valid_until=member.valid_until,
        is_renewal=member.round > 1,
        is_extended=member.extended_to is not None and member.extended_to == member.due_on,
    )
