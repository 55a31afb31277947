"""One right option among several."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, value
from learning.activities.marking import share_of
from learning.activities.option_lists import options_shape, parse_options, right_keys
from learning.activities.prose_pieces import count_words
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register


@register
class Single(ActivityType):
    """Answer: ``{"choice": key}``. Solution: ``{"choice": key}``."""

    name = "single"
    title = _l("Single choice")
    summary = "A question with one best answer; every option has feedback of its own."
    example = """::: single kc-residual {outcome=o1}

The rest risk is low likelihood, serious consequence, and the limit for safety is very low. What now?

- [ ] `accept` Accept it, since it is not likely to happen
  > Low likelihood alone does not bring a serious consequence inside the limit.
- [x] `treat` Add a measure before the test starts
  > Yes. What is left is still outside the limit.
- [ ] `stop` Turn down the test, since the limit is low
  > Too early. Nobody has looked for a measure yet.

:::"""
    scored = True
    known_options = frozenset({"fixed"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        data = parse_options(block, render, report)
        right = len(right_keys(data))
        if right != 1 and data["options"]:
            report.error(
                block.line,
                f"The block {block.id} has {right or 'no'} right options.",
                "Tick exactly one option with [x], or make the block a multiple.",
            )
        return data

    def shape(self, data: Data) -> Any:
        return options_shape(data)

    def public(self, data: Data, rng: Random) -> Data:
        options = [{"key": option["key"], "html": option["html"]} for option in data["options"]]
        if not data["fixed"]:
            rng.shuffle(options)
        return {"stem": data["stem"], "options": options}

    def read(self, data: Data, form: Form) -> Answer:
        choice = value(form, "choice")
        if choice not in {option["key"] for option in data["options"]}:
            raise FaultyAnswer(gettext("Choose one of the options."))
        return {"choice": choice}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        right = right_keys(data)
        correct = answer.get("choice") in right
        return Mark(
            points=share_of(max_points, int(correct), 1),
            max_points=Decimal(max_points),
            correct=correct,
            feedback={option["key"]: option["feedback"] for option in data["options"]},
            right={option["key"]: option["right"] for option in data["options"]},
            explanation=data["explanation"],
            solution={"choice": next(iter(right), None)},
        )

    def words(self, data: Data) -> int:
        return count_words(
            data["stem"],
            data["explanation"],
            *(option["html"] + " " + option["feedback"] for option in data["options"]),
        )

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {"choice": sorted(right_keys(data))}

    def in_words(self, data: Data, answer: Answer) -> str:
        return next((option["text"] for option in data["options"] if option["key"] == answer.get("choice")), "")
