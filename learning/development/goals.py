"""Goals: a level of a competence by a day, what to do for it, and how one will see that it is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from learning import clock
from learning.competences.evidence_models import CompetenceLevel
from learning.competences.models import Competence, Framework
from learning.database import insert_once
from learning.development.models import Goal, GoalChange, GoalState
from learning.development.signals import goal_changed
from learning.sealing import open_or_empty, seal, seal_text, unseal_or_nothing

LONGEST = 2_000  # characters of each text
MOST_YEARS = 5


class Way(StrEnum):
    """What else than a course one can do."""

    PRACTICE = "practice"
    PAIR = "pair"
    MOBILITY = "mobility"


@dataclass(frozen=True)
class Content:
    """What a goal says in words: ``courses`` by id, ``ways``, what one will do, and how one will see it."""

    courses: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    words: str = ""
    seen: str = ""


@dataclass(frozen=True)
class GoalDraft:
    """A goal as it is to be."""

    level: int
    by_day: date
    content: Content


@dataclass(frozen=True)
class Moment:
    """What a goal said from a moment on. ``reason`` is why it was dropped."""

    change: GoalChange
    content: Content
    reason: str


@dataclass(frozen=True)
class ShownGoal:
    """A goal opened. ``now`` is the level by evidence, 0 for none; ``history`` is newest first."""

    goal: Goal
    content: Content
    now: int
    reason: str
    history: Sequence[Moment]

    @property
    def is_there(self) -> bool:
        """The evidence has got as far as the goal, so it can be said to be reached."""
        return self.goal.state is GoalState.OPEN and self.now >= self.goal.level

    @property
    def is_late(self) -> bool:
        return self.goal.state is GoalState.OPEN and self.goal.by_day < clock.today()


class CannotChange(Exception):
    """The goal stays as it is; ``reason``: "changed" meanwhile, "settled" already, or "no-reason"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _sealed(content: Content) -> dict[str, Any]:
    return seal(asdict(content))


def _opened(stored: dict[str, Any]) -> Content:
    found = unseal_or_nothing(stored) or {}
    known = {each.value for each in Way}
    return Content(
        tuple(found.get("courses", ())),
        tuple(Way(each) for each in found.get("ways", ()) if each in known),
        found.get("words", ""),
        found.get("seen", ""),
    )


def make(session: Session, person_id: int, competence_id: int, draft: GoalDraft, key: str) -> Goal:
    """A new goal of one's own; the same ``key`` twice is one."""
    own_key = f"{person_id}:{key}"
    new = insert_once(
        session,
        Goal,
        person_id=person_id,
        competence_id=competence_id,
        level=draft.level,
        by_day=draft.by_day,
        state=GoalState.OPEN,
        content=_sealed(draft.content),
        revision=1,
        key=own_key,
        made_at=clock.now(),
    )
    goal = session.scalars(select(Goal).where(Goal.key == own_key)).one()
    if new:
        _keep(session, goal)
    return goal


def _keep(session: Session, goal: Goal, reason: str = "") -> None:
    """Write down what the goal says now, and tell those who listen."""
    session.flush()
    session.add(
        GoalChange(
            goal_id=goal.id, revision=goal.revision, state=goal.state, level=goal.level, by_day=goal.by_day,
            content=goal.content, reason=seal_text(reason) if reason else None, at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    goal_changed.send(session, goal=goal)


def change(session: Session, goal: Goal, draft: GoalDraft, revision: int) -> bool:
    """Change an open goal that the reader saw at ``revision``; whether anything is new. Raises CannotChange."""
    if goal.state is not GoalState.OPEN:
        raise CannotChange("settled")
    if (goal.level, goal.by_day, _opened(goal.content)) == (draft.level, draft.by_day, draft.content):
        return False
    if goal.revision != revision:
        raise CannotChange("changed")
    goal.level, goal.by_day, goal.content = draft.level, draft.by_day, _sealed(draft.content)
    goal.revision += 1
    _keep(session, goal)
    return True


def settle(session: Session, goal: Goal, state: GoalState, reason: str = "") -> bool:
    """Say that a goal is reached, drop it for a reason, or take it up again; twice changes nothing.

    Raises CannotChange.
    """
    if goal.state is state:
        return False
    if state is GoalState.DROPPED and not reason.strip():
        raise CannotChange("no-reason")
    goal.state = state
    goal.revision += 1
    _keep(session, goal, reason.strip() if state is GoalState.DROPPED else "")
    return True


def own_goal(session: Session, goal_id: int, person_id: int, *, lock: bool = False) -> Goal | None:
    """One's own goal; None for somebody else's."""
    statement = (
        select(Goal)
        .join(Goal.competence)
        .options(contains_eager(Goal.competence), selectinload(Goal.changes))
        .where(Goal.id == goal_id, Goal.person_id == person_id)
    )
    return session.scalar(statement.with_for_update(of=Goal) if lock else statement)


def goals_of(session: Session, person_id: int, agency_ids: Collection[int] | None = None) -> list[ShownGoal]:
    """A person's goals, the open ones first by their day.

    For their manager, ``agency_ids`` leaves out those of frameworks that belong to other agencies.
    """
    statement = (
        select(Goal)
        .join(Goal.competence)
        .join(Competence.framework)
        .options(contains_eager(Goal.competence).contains_eager(Competence.framework), selectinload(Goal.changes))
        .where(Goal.person_id == person_id)
    )
    if agency_ids is not None:
        statement = statement.where(or_(Framework.agency_id.is_(None), Framework.agency_id.in_(agency_ids)))
    goals = session.scalars(statement).all()
    levels = levels_by_evidence(session, person_id, [each.competence_id for each in goals])
    ordered = sorted(goals, key=lambda each: (each.state is not GoalState.OPEN, each.by_day, each.id))
    return [_shown(each, levels) for each in ordered]


def shown(session: Session, goal: Goal) -> ShownGoal:
    return _shown(goal, levels_by_evidence(session, goal.person_id, [goal.competence_id]))


def _shown(goal: Goal, levels: Mapping[int, int]) -> ShownGoal:
    history = [Moment(each, _opened(each.content), open_or_empty(each.reason)) for each in reversed(goal.changes)]
    reason = history[0].reason if history else ""
    return ShownGoal(goal, _opened(goal.content), levels.get(goal.competence_id, 0), reason, history)


def levels_by_evidence(session: Session, person_id: int, competence_ids: Collection[int]) -> dict[int, int]:
    """The levels that the evidence amounts to, by competence; without a level it is left out."""
    rows = session.execute(
        select(CompetenceLevel.competence_id, CompetenceLevel.level).where(
            CompetenceLevel.person_id == person_id, CompetenceLevel.competence_id.in_(competence_ids)
        )
    )
    return {each.competence_id: each.level for each in rows}
