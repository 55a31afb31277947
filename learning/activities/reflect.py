"""A question to think about; only the learner sees the text."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, value
from learning.activities.prose_pieces import KEY, count_words, render_block, trimmed
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

LONGEST_TEXT = 10_000  # characters


@register
class Reflect(ActivityType):
    """Answer: ``{"text": words}``. ``recall`` is the id of an earlier reflection to show again."""

    name = "reflect"
    title = _l("Reflection")
    summary = "A private thought in the learner's own words, which a later one may show again."
    example = """::: reflect r-before

What would you need to know before you said yes? Write no names.

:::"""
    is_private = True
    known_options = frozenset({"recall", "visibility"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        if not trimmed(block.body):
            report.error(block.line, f"The block {block.id} has no prompt.", "Write the question to reflect on.")
        recall = block.option("recall")
        if recall is not None and not KEY.match(recall):
            report.error(
                block.line, f"The option recall={recall} names no id.", "Name an earlier reflect block of this lesson."
            )
        if block.option("visibility", "private") != "private":
            report.error(block.line, "A reflection is always private.", "Take visibility= away.")
        return {"prompt": render_block(block.body, render), "recall": recall}

    def shape(self, data: Data) -> Any:
        return {"recall": data["recall"]}

    def read(self, data: Data, form: Form) -> Answer:
        text = value(form, "text")
        if not text:
            raise FaultyAnswer(gettext("Write a few words first."))
        if len(text) > LONGEST_TEXT:
            raise FaultyAnswer(
                gettext(
                    "The text has %(length)d characters. It can have at most %(longest)d.",
                    length=len(text),
                    longest=LONGEST_TEXT,
                ),
                {"text": text},
            )
        return {"text": text}

    def words(self, data: Data) -> int:
        return count_words(data["prompt"])

    def doing_minutes(self, data: Data) -> float:
        return 1.5

    def in_words(self, data: Data, answer: Answer) -> str:
        return str(answer.get("text", ""))
