"""What a template gets to show an activity: never the answer key."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from learning.activities.registry import Answer, Data, activity_type
from learning.catalogue.document import Activity


@dataclass(frozen=True)
class Shown:
    """An activity as a page shows it. ``public`` is free of keys and feedback."""

    id: str
    type: str
    template: str
    public: Data
    answer: Answer | None
    optional: bool
    scored: bool
    needs_answer: bool
    is_finished: bool
    is_private: bool  # the learner's own words: kept as a draft until they are saved


def present(activity: Activity, seed: str, answer: Answer | None) -> Shown:
    """``seed`` decides the order of shuffled options: the same for one learner each time."""
    kind = activity_type(activity.type)
    return Shown(
        id=activity.id,
        type=activity.type,
        template=kind.template,
        public=kind.public(activity.data, Random(seed)),
        answer=kind.shown_answer(activity.data, answer) if answer is not None else None,
        optional=activity.optional,
        scored=kind.scored,
        needs_answer=kind.needs_answer(activity.data),
        is_finished=kind.is_finished(activity.data, answer),
        is_private=kind.is_private,
    )
