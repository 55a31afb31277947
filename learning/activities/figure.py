"""A picture with a text alternative, a caption and, when needed, a longer description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from learning.activities import bodies
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<source>[^)\s]+)\)")


@register
class Figure(ActivityType):
    name = "figure"
    known_options = frozenset({"src"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        body, description = bodies.split_closing_quote(block.body)
        text = "\n".join(line.text for line in body)
        found = _IMAGE.search(text)
        if found is None:
            report.error(block.line, "The figure has no picture.", "Write ![what it says](../media/name.svg).")
            return {"image": "", "caption": "", "description": "", "words": 0}
        if len(found["alt"].split()) < 3:
            report.error(block.line, "The picture has no text that says what it says.", "Write it between ![ and ].")
        last = block_line = text[: found.end()].count("\n")
        picture = " ".join(line.text for line in body[: last + 1]).strip()
        return {
            "image": render.inline(picture, body[block_line].number),
            "caption": render.block(body[last + 1 :]),
            "description": render.block(description),
            "words": bodies.count_words(body[last + 1 :]),
        }

    def shape(self, data: Data) -> Any:
        return "figure"

    def needs_answer(self, data: Data) -> bool:
        return False

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        return {}

    def words(self, data: Data) -> int:
        return int(data["words"])
