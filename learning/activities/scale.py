"""Statements rated on a scale. Unscored and private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from learning.activities import bodies
from learning.activities.registry import (
    ActivityType,
    Answer,
    Data,
    InvalidAnswer,
    RawBlock,
    Renderer,
    Reporter,
    register,
)


@register
class Scale(ActivityType):
    name = "scale"
    known_options = frozenset({"anchors", "steps", "aggregate", "dontknow"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        stem, statements = bodies.split_keyed_list(block.body, report)
        bodies.check_unique(((each.key, each.line) for each in statements), report)
        if not statements:
            report.error(block.line, "The scale has no statements.", "Write lines such as - `key` statement.")
        anchors = (block.options.get("anchors") or "").split("|")
        if len(anchors) != 2:
            report.error(block.line, "The two ends have no names.", 'Add anchors="Not at all|Completely".')
            anchors = ["", ""]
        steps = block.option("points") or block.option("steps", "5") or "5"
        if steps not in {"3", "4", "5", "6", "7"}:
            report.error(block.line, f"The scale has {steps} steps.", "Choose 3 to 7.")
            steps = "5"
        return {
            "stem": render.block(stem),
            "statements": [{"key": each.key, "html": render.inline(each.text, each.line)} for each in statements],
            "anchors": anchors,
            "steps": int(steps),
            "words": bodies.count_words(block.body),
        }

    def shape(self, data: Data) -> Any:
        return [[each["key"] for each in data["statements"]], data["steps"]]

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        ratings = {}
        for each in data["statements"]:
            value = bodies.first(form, f"statement-{each['key']}")
            if value not in {str(step) for step in range(1, data["steps"] + 1)}:
                raise InvalidAnswer(gettext("Rate every statement."))
            ratings[each["key"]] = int(value)
        return {"ratings": ratings}

    def words(self, data: Data) -> int:
        return int(data["words"])
