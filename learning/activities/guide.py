"""A guide that a learner prints or runs with colleagues."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form
from learning.activities.block_options import whole_number
from learning.activities.prose_pieces import count_words, render_block, trimmed
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

LONGEST_MEETING = 480  # minutes


@register
class Guide(ActivityType):
    """Only read. ``minutes`` is how long it takes to run, None when unsaid."""

    name = "guide"
    title = _l("Guide")
    summary = "A guide for a meeting, which the leader prints and runs without the author."
    example = """::: guide g-team {minutes=30}

#### With the unit: what can we live with?

1. Read the goal aloud. Do we agree on it? (3 min)
2. Everybody writes two risks in silence. (5 min)
3. Agree on one limit, one owner and one day. (5 min)

:::"""
    known_options = frozenset({"minutes"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        if not trimmed(block.body):
            report.error(block.line, f"The block {block.id} is empty.", "Write how to run it, or remove the block.")
        minutes = whole_number(block, "minutes", 30, 1, LONGEST_MEETING, report)
        return {
            "html": render_block(block.body, render),
            "minutes": minutes if block.option("minutes") is not None else None,
        }

    def shape(self, data: Data) -> Any:
        return {"minutes": data["minutes"]}

    def read(self, data: Data, form: Form) -> Answer:
        raise FaultyAnswer(gettext("There is nothing to answer here."))

    def needs_answer(self, data: Data) -> bool:
        return False

    def words(self, data: Data) -> int:
        return count_words(data["html"])

    def doing_minutes(self, data: Data) -> float:
        return 0.0
