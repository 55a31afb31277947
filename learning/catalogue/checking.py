"""Checks that look at a course as a whole: evidence, the pool, ids that must not vanish, load, giveaways."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from learning.activities.registry import Line, Reporter, activity_type
from learning.catalogue.document import Activity, CourseText, Lesson
from learning.catalogue.faults import Faults
from learning.catalogue.prose import plain_words
from learning.catalogue.structure import CoursePlan, line_of

MOST_WORDS_BETWEEN = 350
WORDS_A_MINUTE = 180
HARDEST_LIX = 50


def check_headings(lines: Sequence[Line], level: int, report: Reporter) -> int:
    """Report a skipped heading level; the level reached."""
    code = False
    for line in lines:
        if line.text.strip().startswith("```"):
            code = not code
        found = re.match(r"(#{2,6})\s+\S", line.text)
        if found and not code:
            if len(found[1]) > level + 1:
                report.error(line.number, "A heading level is skipped.", f"Use {'#' * (level + 1)}.")
            level = len(found[1])
    return level


def lix(text: str) -> float:
    """LIX: words a sentence plus the per cent of words with more than six letters (Björnsson 1968)."""
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return 0.0
    sentences = max(len(re.findall(r"[.!?:]+(?:\s|$)", text)), 1)
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def check_lesson(lesson: Lesson, report: Reporter, language: str) -> None:
    """Load: words between activities, reading time against what is claimed, LIX."""
    run = total = 0
    minutes = 0.0
    texts = []
    for part in lesson.parts:
        if part.activity is None:
            words = len(plain_words(part.html or "").split())
            texts.append(plain_words(part.html or ""))
            run += words
            total += words
            if run > MOST_WORDS_BETWEEN:
                report.warning(1, f"There are {run} words without an activity.", f"Use {MOST_WORDS_BETWEEN} at most.")
            continue
        kind = activity_type(part.activity.type)
        run = 0
        total += kind.words(part.activity.data)
        minutes += _minutes_for(part.activity)
    estimate = total / WORDS_A_MINUTE + minutes
    if lesson.parts and abs(estimate - lesson.minutes) > max(0.4 * lesson.minutes, 2):
        report.warning(
            1,
            f"The lesson claims {lesson.minutes} minutes; reading and doing take about {estimate:.0f}.",
            "Adjust one of them.",
        )
    if language in ("nb", "nn") and total > 100 and lix(" ".join(texts)) > HARDEST_LIX:
        report.warning(
            1, f"The text has LIX {lix(' '.join(texts)):.0f}.", "Use shorter sentences and words; 45 is a guide."
        )


def _minutes_for(activity: Activity) -> float:
    """Minutes of doing besides reading; a guide is for later and takes none now."""
    by_type = {"figure": 0.3, "guide": 0.0, "scenario": 2.0, "sheet": 5.0, "plan": 2.5, "reflect": 1.5, "scale": 1.5}
    if activity.type == "scale":
        return 0.15 * len(activity.data["statements"])
    return by_type.get(activity.type, 0.75)


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
    for outcome in plan.outcomes:
        if outcome.id not in measured:
            report.error(1, f"No item measures the outcome {outcome.id}.", "Write at least one.")


def check_course(plan: CoursePlan, node: yaml.Node | None, text: CourseText, report: Reporter) -> None:
    """Evidence exists; the right answer is not given away by place or length."""
    known = {f"{lesson.id}/{activity.id}" for lesson in text.lessons for activity in lesson.activities}
    if text.assessment is not None:
        known.add("assessment")
        known |= {f"assessment/{item.id}" for item in text.assessment.items}
    for place, outcome in enumerate(plan.outcomes):
        for at, evidence in enumerate(outcome.evidence):
            if evidence not in known:
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
    if count > len(singles) / 2:
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


def check_ids(folder: Path, plan: CoursePlan, positions: Mapping[str, tuple[Path, int]], faults: Faults) -> None:
    """An id that was published once is still there, or listed as retired."""
    path = folder / "ids.lock.json"
    if not path.exists():
        return
    report = faults.for_file(path)
    try:
        locked = json.loads(path.read_text("utf-8"))["ids"]
        pairs = {str(key): str(kind) for key, kind in locked.items()}
    except (ValueError, KeyError, AttributeError, TypeError):
        report.error(1, "The lock file cannot be read.", "Take it from version control again.")
        return
    for key in sorted(set(pairs) - set(positions) - set(plan.retired)):
        report.error(1, f"The published id {key} is gone.", f"Bring it back, or add {key} to retired in course.yaml.")
    for key in sorted(set(plan.retired) & set(positions)):
        where, line = positions[key]
        faults.for_file(where).error(line, f"The id {key} is retired and used again.", "Take a new id.")
