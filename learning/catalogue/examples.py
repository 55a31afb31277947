"""The example of each activity type, as an author would write it and as learners see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from learning.activities.registry import ActivityType, RawBlock, Unreported, all_types
from learning.catalogue.document import Activity
from learning.catalogue.presenting import best_answer, marked, rendered
from learning.catalogue.prose import Links, Prose
from learning.catalogue.splitter import split

_QUIET = Unreported()
LANGUAGE = "en"  # the examples are written in


@dataclass(frozen=True)
class Example:
    """``after`` is how it looks with the right answer; None for types that have none."""

    name: str
    summary: str
    source: str
    is_scored: bool
    is_private: bool
    before: Markup
    after: Markup | None


def all_examples() -> list[Example]:
    """Every type's example by name, rendered by the type's own template. Needs a request, as templates do."""
    return [_example(kind) for _, kind in sorted(all_types().items())]


def _example(kind: ActivityType) -> Example:
    activity = example_activity(kind)
    answer = best_answer(activity)
    before = rendered(activity, None, None, field_id=f"{kind.name}-before", readonly=False)
    after = None
    if answer is not None:
        after = rendered(
            activity, answer, marked(activity, answer), field_id=f"{kind.name}-after", readonly=True, recalled=None
        )
    return Example(kind.name, kind.summary, kind.example, kind.scored, kind.is_private, before, after)


def example_activity(kind: ActivityType) -> Activity:
    """The example compiled. A file that it names is taken to be there."""
    block = _block(kind.example)
    links = Links(lessons={}, media=frozenset(), terms=frozenset(), sources=())
    return Activity(
        id=block.id,
        type=kind.name,
        outcome=block.option("outcome"),
        points=Decimal(1) if kind.scored else None,
        data=kind.parse(block, Prose(links, _QUIET, LANGUAGE), _QUIET),
    )


def _block(source: str) -> RawBlock:
    parts: Sequence[object] = split(f"---\ntitle: x\n---\n\n{source}\n", _QUIET).parts
    return next(part for part in parts if isinstance(part, RawBlock))
