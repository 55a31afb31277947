"""Statements on which learners place themselves, unscored and private."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_map, value
from learning.activities.block_options import whole_number
from learning.activities.option_lists import BULLETS, read_list
from learning.activities.prose_pieces import count_words, plain_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

FEWEST_STEPS, MOST_STEPS = 2, 10


@register
class Scale(ActivityType):
    """Answer: ``{"statements": {key: step}}``, steps from 1. The option ``points`` (or ``steps``) is their number."""

    name = "scale"
    title = _l("Self-assessment")
    summary = "Statements on which learners place themselves; private, never marked."
    example = """::: scale s-after {anchors="Not at all|Completely"}

- `explain` I can explain to a new colleague which risk we accept.
- `lift` I know which risks I take to my own manager.

:::"""
    known_options = frozenset({"anchors", "steps", "aggregate", "dontknow"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        parts = read_list(block.body, BULLETS, report)
        if not parts.items:
            report.error(
                block.line,
                f"The block {block.id} has no statements.",
                "Write each on a line such as - `key` Statement.",
            )
        for item in parts.items:
            if item.feedback:
                report.error(item.line, "A statement has no feedback.", "Take the quoted lines away.")
        anchors = [anchor.strip() for anchor in (block.option("anchors") or "").split("|")]
        if len(anchors) != 2 or not all(anchors):
            report.error(
                block.line,
                f"The block {block.id} does not say what the ends of the scale mean.",
                'Write anchors="Not at all|Completely", the lowest end first.',
            )
            anchors = ["", ""]
        elif block.source is not None and "anchors" not in block.options:
            report.warning(
                block.line,
                f"The block {block.id} shows the anchors of the source language.",
                'Translate them: anchors="Not at all|Completely".',
            )
        name = "points" if block.option("points") is not None else "steps"
        return {
            "intro": render_block(parts.before, render),
            "statements": [{"key": item.key, "html": render.inline(item.text, item.line)} for item in parts.items],
            "closing": render_block(parts.explanation, render),
            "steps": whole_number(block, name, 5, FEWEST_STEPS, MOST_STEPS, report),
            "anchors": anchors,
        }

    def shape(self, data: Data) -> Any:
        return {"statements": [statement["key"] for statement in data["statements"]], "steps": data["steps"]}

    def read(self, data: Data, form: Form) -> Answer:
        steps = {str(step): step for step in range(1, data["steps"] + 1)}
        placed = {}
        for statement in data["statements"]:
            sent = value(form, f"statement-{statement['key']}")
            if sent in steps:
                placed[statement["key"]] = steps[sent]
        if not placed or len(placed) < len(data["statements"]):
            raise FaultyAnswer(gettext("Choose a step for every statement."), {"statements": placed})
        return {"statements": placed}

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        placed = text_map(answer or {}, "statements")
        return bool(placed) and all(statement["key"] in placed for statement in data["statements"])

    def words(self, data: Data) -> int:
        return count_words(data["intro"], data["closing"], *(statement["html"] for statement in data["statements"]))

    def doing_minutes(self, data: Data) -> float:
        return 0.15 * len(data["statements"])

    def in_words(self, data: Data, answer: Answer) -> str:
        placed = text_map(answer, "statements")
        return "\n".join(
            f"{plain_words(statement['html'])} {placed[statement['key']]}/{data['steps']}"
            for statement in data["statements"]
            if statement["key"] in placed
        )
