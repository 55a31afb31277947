"""A guide that a learner prints or runs with colleagues."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from learning.activities.answer_forms import FaultyAnswer, Form
from learning.activities.block_options import whole_number
from learning.activities.prose_pieces import count_words, render_block, trimmed
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

LONGEST_MEETING = 480  # minutes


@register
class Guide(ActivityType):
    """Only read. ``minutes`` is how long it takes to run, None when unsaid."""

    name = "guide"
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
