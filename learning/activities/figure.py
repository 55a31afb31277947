"""A picture with a caption and, where the picture says much, a longer description."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form
from learning.activities.prose_pieces import count_words, paragraphs, render_block, without_closing_quote
from learning.activities.registry import ActivityType, Answer, Data, RawBlock, Renderer, Reporter, register


@register
class Figure(ActivityType):
    """Only looked at. The picture's file may differ between languages. Its alternative text is checked as prose."""

    name = "figure"
    title = _l("Figure")
    summary = "A picture that teaches, with the text that says what it shows."
    example = """::: figure fig-scale

![Five steps from very low to very high. Life and health stand at very low.](../media/scale.svg)

One unit, two goals, two levels.

:::"""
    known_options = frozenset({"src"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        body, description = without_closing_quote(block.body)
        pieces = paragraphs(body)
        pictures = [piece for piece in pieces if piece[0].text.lstrip().startswith("![")]
        if len(pictures) != 1 or pieces[0] is not pictures[0]:
            report.error(
                pictures[1][0].number if len(pictures) > 1 else block.line,
                f"The block {block.id} must begin with its picture and have only one.",
                "Write ![a text that says what the picture says](../media/name.svg), a blank line, then the caption.",
            )
        picture = pictures[0] if pictures else []
        caption = [line for line in body if line not in picture]
        html = render.inline(" ".join(line.text.strip() for line in picture), picture[0].number) if picture else ""
        return {
            "picture": html,
            "caption": render_block(caption, render),
            "description": render_block(description, render),
        }

    def shape(self, data: Data) -> Any:
        return {"has_description": bool(data["description"])}

    def read(self, data: Data, form: Form) -> Answer:
        raise FaultyAnswer(gettext("There is nothing to answer here."))

    def needs_answer(self, data: Data) -> bool:
        return False

    def words(self, data: Data) -> int:
        return count_words(data["caption"], data["description"])

    def doing_minutes(self, data: Data) -> float:
        return 0.3
