"""When a course is complete, what is left, and how an assessment is drawn and scored. Pure functions.

The rule: every lesson of the pinned version is finished, and the final assessment, where there is one,
is passed. A lesson can be finished when each of its activities that asks for an answer and is not
optional has one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from learning.activities.registry import Answer, activity_type
from learning.catalogue.document import Activity, Assessment, CourseText, Lesson


@dataclass(frozen=True)
class Remaining:
    """What stands between a learner and the completion: lessons in order, and the assessment."""

    lessons: tuple[Lesson, ...]
    assessment: bool

    @property
    def is_nothing(self) -> bool:
        return not self.lessons and not self.assessment


@dataclass(frozen=True)
class Score:
    """``percent`` has two decimals, rounded half up; ``passed`` is decided on exact points, not on the rounding."""

    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool


def what_is_left(text: CourseText, finished_lessons: Collection[str], has_passed: bool) -> Remaining:
    """What is left of the course; the course is complete when that is nothing."""
    return Remaining(
        lessons=tuple(lesson for lesson in text.lessons if lesson.id not in finished_lessons),
        assessment=text.assessment is not None and not has_passed,
    )


def unanswered(lesson: Lesson, answers: Mapping[str, Answer]) -> tuple[Activity, ...]:
    """The activities that still keep the lesson from being finished. ``answers``: the latest by activity id."""
    missing = []
    for activity in lesson.activities:
        kind = activity_type(activity.type)
        if activity.optional or not kind.needs_answer(activity.data):
            continue
        if not kind.is_finished(activity.data, answers.get(activity.id)):
            missing.append(activity)
    return tuple(missing)


def draw_items(assessment: Assessment, seed: int, seen: Collection[str] = ()) -> list[str]:
    """Draw ``assessment.draw`` item ids from the pool, the same for the same seed and ``seen``.

    Outcomes take turns, so that each is measured; within an outcome, items not ``seen`` in earlier
    attempts come first.
    """
    rng = Random(seed)
    by_outcome: dict[str, list[str]] = {}
    for item in assessment.items:
        by_outcome.setdefault(item.outcome or "", []).append(item.id)
    for ids in by_outcome.values():
        rng.shuffle(ids)
        ids.sort(key=lambda item_id: item_id in seen)  # stable: the shuffle decides among equals
    drawn: list[str] = []
    while len(drawn) < min(assessment.draw, len(assessment.items)):
        for ids in by_outcome.values():
            if ids and len(drawn) < assessment.draw:
                drawn.append(ids.pop(0))
    rng.shuffle(drawn)
    return drawn


def score(points: Sequence[tuple[Decimal, Decimal]], pass_percent: int) -> Score:
    """Add up (points, maximum) pairs. An assessment without points counts as 0 per cent."""
    got = sum((pair[0] for pair in points), Decimal(0))
    most = sum((pair[1] for pair in points), Decimal(0))
    percent = (got * 100 / most).quantize(Decimal("0.01"), ROUND_HALF_UP) if most else Decimal("0.00")
    return Score(got, most, percent, passed=most > 0 and got * 100 >= pass_percent * most)
