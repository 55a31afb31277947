"""One ``:::`` block becomes an Activity: common options, the type's own parsing, likeness to the source language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import learning.activities  # noqa: F401  (registers the types)
from learning.activities.registry import RawBlock, activity_type, all_types
from learning.catalogue.document import Activity
from learning.catalogue.faults import FileReporter
from learning.catalogue.prose import Prose

if TYPE_CHECKING:
    from learning.catalogue.languages import LanguageCompiler

COMMON_OPTIONS = frozenset({"points", "outcome", "rev", "optional"})
KEPT_OPTIONS = ("recall", "minutes")  # those the player asks for
MOST_POINTS = 100


def compile_block(
    course: LanguageCompiler, block: RawBlock, name: str, prose: Prose, report: FileReporter
) -> Activity | None:
    """Compile a block of the file ``name`` and note it in ``course``; None when its type is unknown."""
    if course.source is not None:
        twin = course.source.blocks.get(name, {}).get(block.id)
        block = RawBlock(block.type, block.id, block.options, block.body, block.line, twin)
    if block.id in course.positions:
        path, line = course.positions[block.id]
        report.error(block.line, f"The id {block.id} is used already in {path.name}:{line}.", "Give it its own id.")
    earlier = dict(course.kinds)
    course.positions.setdefault(block.id, (course.folder / name, block.line))
    course.kinds.setdefault(block.id, block.type)
    course.blocks[name].setdefault(block.id, block)
    if block.type not in all_types():
        report.error(
            block.line, f"There is no block type {block.type}.", f"Use one of {', '.join(sorted(all_types()))}."
        )
        return None
    kind = activity_type(block.type)
    for option in sorted(set(block.options) - COMMON_OPTIONS - kind.known_options):
        report.error(block.line, f"The option {option} is not known for {block.type}.", "Take it away.")
    for fault in _common_faults(course, block, earlier):
        report.error(block.line, *fault)
    activity = Activity(
        id=block.id,
        type=block.type,
        rev=_rev(block) or 1,
        outcome=block.option("outcome"),
        points=(_points(block) or Decimal(1)) if kind.scored else None,
        optional=block.option("optional") == "true",
        options={key: value for key in KEPT_OPTIONS if (value := block.option(key)) is not None},
        data=kind.parse(block, prose, report),
    )
    course.activities.setdefault(block.id, activity)
    if course.source is not None:
        _compare(activity, course.source.activities.get(block.id), course.source.language, block.line, report)
    return activity


def _compare(ours: Activity, theirs: Activity | None, source_language: str, line: int, report: FileReporter) -> None:
    """A translated block differs from its twin in words only."""
    if theirs is None or theirs.type != ours.type:
        return
    kind = activity_type(ours.type)
    if kind.shape(theirs.data) != kind.shape(ours.data):
        report.error(
            line,
            f"{ours.id} differs from the {source_language} version in keys, right answers or shape.",
            "Keep the same keys in the same order and the same answers.",
        )
    for name in ("points", "outcome", "rev", "optional", "options"):
        if getattr(ours, name) != getattr(theirs, name):
            report.error(
                line,
                f"{ours.id} has other {name} than the {source_language} version.",
                "Leave the option out; it follows the source language.",
            )


def _common_faults(course: LanguageCompiler, block: RawBlock, earlier: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the options that all types share: message and mend.

    A translation is told only of options it holds itself; the others are told of in the source language.
    ``earlier`` are the types of the blocks before, by id.
    """
    kind = activity_type(block.type)
    own = set(block.options) if course.source is not None else {*COMMON_OPTIONS, *block.options}
    if "outcome" in own:
        outcome = block.option("outcome")
        if outcome is None and kind.scored:
            yield "The block names no outcome.", "Add outcome= with an id from course.yaml."
        elif outcome is not None and outcome not in {each.id for each in course.plan.outcomes}:
            yield f"There is no outcome {outcome}.", "Use an id from course.yaml."
    if "points" in own and kind.scored and _points(block) is None:
        written = block.option("points")
        yield f"points={written} is not a number from 0.01 to {MOST_POINTS} with two decimals.", "Write points=1."
    if "rev" in own and _rev(block) is None:
        yield f"rev={block.option('rev')} is not a whole number from 1.", "Write rev=2."
    recall = block.option("recall")
    if "recall" in own and recall is not None and course.is_whole:
        recalled = earlier.get(recall)
        if recalled is None or (recalled in all_types() and recalled != "reflect"):
            yield f"There is no earlier reflect block {recall} to recall.", "Use the id of one."


def _rev(block: RawBlock) -> int | None:
    written = block.option("rev", "1") or ""
    is_number = written.isascii() and written.isdigit() and len(written) < 6 and int(written) >= 1
    return int(written) if is_number else None


def _points(block: RawBlock) -> Decimal | None:
    try:
        points = Decimal(block.option("points", "1") or "")
    except InvalidOperation:
        return None
    return points if points.is_finite() and 0 < points <= MOST_POINTS and points == round(points, 2) else None
