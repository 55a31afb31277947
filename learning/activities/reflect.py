"""A reflection: private text that only the learner sees. ``recall=id`` shows an earlier one again."""

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

LONGEST = 10_000


@register
class Reflect(ActivityType):
    name = "reflect"
    known_options = frozenset({"recall", "visibility"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        bodies.require_text(block.body, block.line, "The prompt", report)
        if block.option("visibility", "private") != "private":
            report.error(block.line, "A reflection is always private.", "Take visibility= away.")
        return {"prompt": render.block(block.body), "words": bodies.count_words(block.body)}

    def shape(self, data: Data) -> Any:
        return "reflect"

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        text = bodies.first(form, "text")
        if not text:
            raise InvalidAnswer(gettext("Write a few words first."))
        return {"text": bodies.limited(text, LONGEST, gettext("The text is too long; 10,000 characters at most."))}

    def words(self, data: Data) -> int:
        return int(data["words"])
