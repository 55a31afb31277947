"""Checks that look at a course as a whole: evidence, the pool, ids that must not vanish, load, giveaways."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from learning.activities.registry import Reporter, activity_type, all_types
from learning.catalogue.document import Activity, CourseText, Lesson
from learning.catalogue.faults import Faults
from learning.catalogue.prose import plain_words
from learning.catalogue.structure import CoursePlan, line_of

MOST_WORDS_BETWEEN = 350
WORDS_A_MINUTE = 180
HARDEST_LIX = 50
FARTHEST_OFF = 0.2  # of the minutes claimed; half a minute more is rounding


def lix(text: str) -> float:
    """LIX: words a sentence plus the per cent of words with more than six letters (Björnsson 1968)."""
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return 0.0
    sentences = max(len(re.findall(r"[.!?:]+(?:\s|$)", text)), 1)
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def check_lesson(lesson: Lesson, lines: Sequence[int], report: Reporter, language: str) -> None:
    """Load: words between activities, reading time against what is claimed, LIX. ``lines`` are where parts begin."""
    run = total = 0
    minutes = 0.0
    texts = []
    for part, line in zip(lesson.parts, lines, strict=True):
        if part.activity is None:
            text = plain_words(part.html or "")
            texts.append(text)
            run += len(text.split())
            total += len(text.split())
            if run > MOST_WORDS_BETWEEN:
                report.warning(
                    line, f"There are {run} words without an activity.", f"Use {MOST_WORDS_BETWEEN} at most."
                )
            continue
        run = 0
        total += activity_type(part.activity.type).words(part.activity.data)
        minutes += activity_type(part.activity.type).doing_minutes(part.activity.data)
    estimate = total / WORDS_A_MINUTE + minutes
    if lesson.parts and abs(estimate - lesson.minutes) > FARTHEST_OFF * lesson.minutes + 0.5:
        report.warning(
            1,
            f"The lesson claims {lesson.minutes} minutes; reading and doing take about {estimate:.0f}.",
            "Adjust one of them.",
        )
    hardness = lix(" ".join(texts))
    if language in ("nb", "nn") and total > 100 and hardness > HARDEST_LIX:
        report.warning(1, f"The text has LIX {hardness:.0f}.", "Use shorter sentences and words; 45 is a guide.")


def check_pool(plan: CoursePlan, items: Sequence[Activity], report: Reporter) -> None:
    """The pool is at least twice what is drawn, and measures every outcome."""
    assert plan.assessment is not None
    if len(items) < 2 * plan.assessment.draw:
        report.error(
            1,
            f"The pool has {len(items)} items and {plan.assessment.draw} are drawn.",
            "Write at least twice as many as are drawn.",
        )
    measured = {item.outcome for item in items}
    if plan.pretest is not None:
        for asked_for in sorted({each for asked in plan.pretest.lessons.values() for each in asked}):
            count = sum(item.outcome == asked_for for item in items)
            if count < 2 * plan.pretest.per_outcome + 1:
                report.error(
                    1,
                    f"The pre-test draws {plan.pretest.per_outcome} items of {asked_for}, and the pool has {count}.",
                    f"Write at least {2 * plan.pretest.per_outcome + 1}, so that the assessment asks other ones.",
                )
    for outcome in plan.outcomes:
        if outcome.id not in measured:
            report.error(1, f"No item measures the outcome {outcome.id}.", "Write at least one.")


def check_course(plan: CoursePlan, node: yaml.Node | None, text: CourseText, is_whole: bool, report: Reporter) -> None:
    """Evidence exists (when every file could be read); the right answer is not given away by place or length."""
    known = {f"{lesson.id}/{activity.id}" for lesson in text.lessons for activity in lesson.activities}
    if text.assessment is not None:
        known.add("assessment")
        known |= {f"assessment/{item.id}" for item in text.assessment.items}
    for place, outcome in enumerate(plan.outcomes):
        for at, evidence in enumerate(outcome.evidence):
            if is_whole and evidence not in known:
                report.error(
                    line_of(node, ("outcomes", place, "evidence", at)),
                    f"The evidence {evidence} of {outcome.id} does not exist.",
                    "Name lesson/block, or assessment.",
                )
    pool = list(text.assessment.items) if text.assessment else []
    singles = [
        activity
        for activity in [*(each for lesson in text.lessons for each in lesson.activities), *pool]
        if activity.type == "single" and activity.data["options"]
    ]
    if len(singles) < 8:
        return
    places: Counter[int] = Counter()
    longest = 0
    for activity in singles:
        options = activity.data["options"]
        right = next((place for place, option in enumerate(options) if option["right"]), 0)
        places[right] += 1
        lengths = [option["length"] for option in options]
        longest += lengths[right] == max(lengths) and lengths.count(max(lengths)) == 1
    place, count = places.most_common(1)[0]
    # With three options each, a third is expected in each place; half as many more is no chance.
    expected = sum(1 / len(activity.data["options"]) for activity in singles)
    if count > 1.5 * expected:
        report.warning(
            1, f"The right option is number {place + 1} in {count} of {len(singles)} questions.", "Spread it."
        )
    if longest > 0.55 * len(singles):
        report.warning(
            1, f"The right option is the longest in {longest} of {len(singles)} questions.", "Even the lengths."
        )


def check_used_sources(plan: CoursePlan, node: yaml.Node | None, used: set[str], report: Reporter) -> None:
    for key in plan.sources:
        if key not in used:
            report.warning(
                line_of(node, ("sources", key)), f"The source {key} is never cited.", f"Cite it as [@{key}]."
            )


def check_strays(
    folder: Path, plan: CoursePlan, used_media: set[str], media: Mapping[str, Path], faults: Faults
) -> None:
    """Warn of files that no learner will ever see."""
    known = {"index.md", "glossary.md", "manager.md", *(lesson.file for lesson in plan.lessons)}
    known |= {plan.assessment.file} if plan.assessment else set()
    for path in sorted(folder.glob("*/*.md")):
        if path.parent.name not in plan.languages:
            message, mend = (
                "The language of this file is not in course.yaml.",
                "Add it to languages or remove the file.",
            )
        elif path.name not in known:
            message, mend = "The file is no part of the course.", "Name it in course.yaml or remove it."
        else:
            continue
        faults.for_file(path).warning(1, message, mend)
    for name in sorted(set(media) - used_media):
        faults.for_file(media[name]).warning(1, "The file is never shown.", "Use it in a figure or remove it.")


def check_ids(folder: Path, plan: CoursePlan, blocks: Mapping[str, tuple[Path, int, str]], faults: Faults) -> None:
    """An id that was published once is still there with its type, or listed as retired.

    ``blocks`` are the source language's: id -> (file, line, type).
    """
    path = folder / "ids.lock.json"
    if not path.exists():
        return
    report = faults.for_file(path)
    try:
        locked = json.loads(path.read_text("utf-8"))["ids"]
        pairs = {str(key): str(kind) for key, kind in locked.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        report.error(1, "The lock file cannot be read.", "Take it from version control again.")
        return
    for key in sorted(set(pairs) - set(blocks) - set(plan.retired)):
        report.error(1, f"The published id {key} is gone.", f"Bring it back, or add {key} to retired in course.yaml.")
    for key, (where, line, kind) in blocks.items():
        if key in plan.retired:
            faults.for_file(where).error(line, f"The id {key} is retired and used again.", "Take a new id.")
        elif kind in all_types() and pairs.get(key, kind) != kind:
            faults.for_file(where).error(
                line, f"The id {key} was published as a {pairs[key]}.", "Take a new id, and list the old as retired."
            )
