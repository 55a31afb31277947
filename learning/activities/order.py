"""Steps to be put in the right order."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_list, value
from learning.activities.block_options import flag
from learning.activities.marking import share_of
from learning.activities.option_lists import STEPS, read_list
from learning.activities.prose_pieces import count_words, plain_words
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register


@register
class Order(ActivityType):
    """Answer: ``{"order": [key, ...]}``, first to last. Solution: the same for the right order."""

    name = "order"
    title = _l("Order")
    summary = "Steps to put in the right order, by numbers, without dragging."
    example = """::: order kc-steps {outcome=o1}

Put the steps so that each builds on the one before.

1. `goal` Say which goal the risk threatens
2. `level` Agree how much risk you can live with
3. `assess` Assess what is left after measures

> Nobody can say that a risk is too high before saying for what.

:::"""
    scored = True
    known_options = frozenset({"partial"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        parts = read_list(block.body, STEPS, report)
        if not parts.before:
            report.error(
                block.line, f"The block {block.id} has no question.", "Write what to put in order before the steps."
            )
        if len(parts.items) < 3:
            report.error(
                block.line,
                f"The block {block.id} has {len(parts.items)} steps.",
                f"Write at least three, in the right order, each on a line such as {STEPS.example}.",
            )
        for item in parts.items:
            if item.feedback:
                report.error(item.line, "A step has no feedback of its own.", "Move it to the closing > explanation.")
        if not parts.explanation:
            report.error(
                block.line, f"The block {block.id} has no explanation.", "End the block with a line > that says why."
            )
        steps = [{"key": item.key, "html": render.inline(item.text, item.line)} for item in parts.items]
        return {
            "stem": render.block(parts.before) if parts.before else "",
            "steps": [{**step, "text": plain_words(step["html"])} for step in steps],
            "explanation": render.block(parts.explanation) if parts.explanation else "",
            "partial": flag(block, "partial"),
        }

    def shape(self, data: Data) -> Any:
        return {"steps": [step["key"] for step in data["steps"]], "partial": data["partial"]}

    def public(self, data: Data, rng: Random) -> Data:
        steps = [dict(step) for step in data["steps"]]
        rng.shuffle(steps)
        if [step["key"] for step in steps] == self._right_order(data):
            steps = steps[1:] + steps[:1]  # the order shown must not be the answer
        return {"stem": data["stem"], "steps": steps}

    def read(self, data: Data, form: Form) -> Answer:
        keys = self._right_order(data)
        places = {key: value(form, f"step-{key}") for key in keys}
        wanted = [str(place) for place in range(1, len(keys) + 1)]
        if sorted(places.values()) != sorted(wanted):
            raise FaultyAnswer(gettext("Give every step its own place."), {"places": places})
        return {"order": sorted(keys, key=lambda key: int(places[key]))}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        """All or nothing; with ``partial``, the share of neighbours that follow each other rightly."""
        keys = self._right_order(data)
        given = text_list(answer, "order")
        correct = bool(keys) and given == keys
        kept = int(correct)
        pairs = 1
        if data["partial"] and sorted(map(str, given)) == sorted(keys):
            follows = list(pairwise(keys))
            kept = sum(pair in follows for pair in pairwise(given))
            pairs = len(follows)
        return Mark(
            points=share_of(max_points, kept, pairs),
            max_points=Decimal(max_points),
            correct=correct,
            right={key: place < len(given) and given[place] == key for place, key in enumerate(keys)},
            explanation=data["explanation"],
            solution={"order": keys},
        )

    def words(self, data: Data) -> int:
        return count_words(data["stem"], data["explanation"], *(step["html"] for step in data["steps"]))

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {f"step-{step['key']}": [str(place)] for place, step in enumerate(data["steps"], start=1)}

    @staticmethod
    def _right_order(data: Data) -> list[str]:
        return [step["key"] for step in data["steps"]]
