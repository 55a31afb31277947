"""What a template gets to show an activity: never the answer key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from flask import render_template
from markupsafe import Markup

from learning.activities.registry import Answer, Data, Mark, activity_type
from learning.catalogue.document import Activity


@dataclass(frozen=True)
class Shown:
    """An activity as a page shows it. ``public`` is free of keys and feedback."""

    id: str
    type: str
    title: Any  # the type's name for learners, lazily translated
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
        title=kind.title,
        template=kind.template,
        public=kind.public(activity.data, Random(seed)),  # noqa: S311  (an order to show, no secret)
        answer=kind.shown_answer(activity.data, answer) if answer is not None else None,
        optional=activity.optional,
        scored=kind.scored,
        needs_answer=kind.needs_answer(activity.data),
        is_finished=kind.is_finished(activity.data, answer),
        is_private=kind.is_private,
    )


def best_answer(activity: Activity) -> Answer | None:
    """An answer with everything right; None for activities that have none."""
    kind = activity_type(activity.type)
    form = kind.best_form(activity.data)
    return kind.read(activity.data, form) if form is not None else None


def marked(activity: Activity, answer: Answer | None) -> Mark | None:
    """The mark of an answer by the activity's own rule; None without an answer."""
    if answer is None:
        return None
    return activity_type(activity.type).mark(activity.data, answer, activity.points or Decimal(0))


def rendered(
    activity: Activity, answer: Answer | None, mark: Mark | None, *, field_id: str, readonly: bool, **more: Any
) -> Markup:
    """The activity by its own template, as learners see it; for pages that show it without a learner."""
    shown = present(activity, field_id, answer)
    html = render_template(
        shown.template,
        activity=activity,
        public=shown.public,
        answer=shown.answer,
        mark=mark,
        field_id=field_id,
        readonly=readonly,
        **more,
    )
    return Markup(html)  # noqa: S704  (autoescaped by the template)
