"""A promise to oneself, which comes back by mail and is answered with one click."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, value
from learning.activities.option_lists import BULLETS, read_list
from learning.activities.prose_pieces import count_words, plain_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register

FOLLOW_UP_DAYS = (30, 60, 90)  # after the promise was made
LONGEST = 300  # characters
OWN = "own-words"


@register
class Commitment(ActivityType):
    """Answer: ``{"choice": key}`` or ``{"choice": "own-words", "text": ...}``."""

    name = "commitment"
    title = _l("Promise")
    summary = "A promise that the learner picks or writes; mail asks after 30, 60 and 90 days how it went."
    example = """::: commitment c-first {outcome=o1}

Which of these will you do in the next four weeks?

- `ask` I will ask two colleagues what they would have tried if they were me.
- `stop` I will end one routine that nobody uses.

:::"""
    is_private = True

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        parts = read_list(block.body, BULLETS, report)
        if not parts.before:
            report.error(block.line, f"The block {block.id} asks nothing.", "Write what to choose among first.")
        if len(parts.items) < 2:
            report.error(
                block.line,
                f"The block {block.id} has {'one suggestion' if parts.items else 'no suggestions'}.",
                "Write at least two, each on a line such as - `key` I will ...",
            )
        for item in parts.items:
            if item.feedback:
                report.error(item.line, "A suggestion has no feedback.", "Take the quoted lines away.")
            if item.key == OWN:
                report.error(item.line, f"The key {OWN!r} is taken by the learner's own words.", "Choose another key.")
        suggestions = [(item.key, render.inline(item.text, item.line)) for item in parts.items]
        return {
            "prompt": render_block(parts.before, render),
            "suggestions": [{"key": key, "html": html, "text": plain_words(html)} for key, html in suggestions],
            "closing": render_block(parts.explanation, render),
        }

    def shape(self, data: Data) -> Any:
        return [suggestion["key"] for suggestion in data["suggestions"]]

    def read(self, data: Data, form: Form) -> Answer:
        choice, text = value(form, "choice"), value(form, "text")
        draft = {"choice": choice, "text": text[: 2 * LONGEST]}
        if choice in self.shape(data):
            return {"choice": choice}
        if choice != OWN:
            raise FaultyAnswer(gettext("Choose a promise, or write your own."), draft)
        if not text:
            raise FaultyAnswer(gettext("Write your own promise, or choose one above."), draft)
        if len(text) > LONGEST:
            raise FaultyAnswer(gettext("A promise can have at most %(longest)d characters.", longest=LONGEST), draft)
        return draft

    def words(self, data: Data) -> int:
        return count_words(data["prompt"], data["closing"], *(each["html"] for each in data["suggestions"]))

    def doing_minutes(self, data: Data) -> float:
        return 1.0

    def in_words(self, data: Data, answer: Answer) -> str:
        if answer.get("choice") == OWN:
            return str(answer.get("text", ""))
        return next((each["text"] for each in data["suggestions"] if each["key"] == answer.get("choice")), "")
