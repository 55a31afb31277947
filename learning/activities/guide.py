"""A guide to print or to run with colleagues: nothing to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learning.activities import bodies
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register


@register
class Guide(ActivityType):
    name = "guide"
    known_options = frozenset({"minutes"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        bodies.require_text(block.body, block.line, "The guide's text", report)
        minutes = block.option("minutes", "0") or "0"
        if not minutes.isdigit():
            report.error(block.line, f"minutes={minutes} is not a whole number.", "Write minutes=30.")
            minutes = "0"
        return {"html": render.block(block.body), "minutes": int(minutes), "words": bodies.count_words(block.body)}

    def shape(self, data: Data) -> Any:
        return data["minutes"]

    def needs_answer(self, data: Data) -> bool:
        return False

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        return {}

    def words(self, data: Data) -> int:
        return int(data["words"])
