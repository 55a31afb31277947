"""One or more right options among several."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_list, values
from learning.activities.marking import share_of
from learning.activities.option_lists import options_shape, parse_options, right_keys
from learning.activities.prose_pieces import count_words
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register


@register
class Multiple(ActivityType):
    """Answer: ``{"choices": [key, ...]}`` in the order of the course. Solution: the same for the right ones."""

    name = "multiple"
    title = _l("Multiple choice")
    summary = "A question with several right answers, scored option by option."
    example = """::: multiple kc-who {outcome=o1}

Who should take part before the decision? Choose two.

- [x] `staff` The night nurses who know the routine
  > Yes. They are closest to the problem.
- [x] `safety` The safety representative
  > Yes. She sees risks that neither you nor the supplier looks for.
- [ ] `vendor` The supplier's sales manager
  > Useful for facts later, but no party to how much risk you may carry.

:::"""
    scored = True
    known_options = frozenset({"fixed"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        data = parse_options(block, render, report)
        if data["options"] and not right_keys(data):
            report.error(block.line, f"The block {block.id} has no right option.", "Tick at least one option with [x].")
        return data

    def shape(self, data: Data) -> Any:
        return options_shape(data)

    def public(self, data: Data, rng: Random) -> Data:
        options = [{"key": option["key"], "html": option["html"]} for option in data["options"]]
        if not data["fixed"]:
            rng.shuffle(options)
        return {"stem": data["stem"], "options": options}

    def read(self, data: Data, form: Form) -> Answer:
        sent = set(values(form, "choices"))
        choices = [option["key"] for option in data["options"] if option["key"] in sent]
        if not choices:
            raise FaultyAnswer(gettext("Choose at least one of the options."))
        return {"choices": choices}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        """Points x (right ticks - wrong ticks) / number of right options, never below nought."""
        right = right_keys(data)
        known = {option["key"] for option in data["options"]}
        chosen = {choice for choice in text_list(answer, "choices") if isinstance(choice, str)} & known
        return Mark(
            points=share_of(max_points, len(chosen & right) - len(chosen - right), len(right)),
            max_points=Decimal(max_points),
            correct=bool(right) and chosen == right,
            feedback={option["key"]: option["feedback"] for option in data["options"]},
            # Leaving a wrong option alone is right too.
            right={key: (key in chosen) == (key in right) for key in known},
            explanation=data["explanation"],
            solution={"choices": [option["key"] for option in data["options"] if option["right"]]},
        )

    def words(self, data: Data) -> int:
        return count_words(
            data["stem"],
            data["explanation"],
            *(option["html"] + " " + option["feedback"] for option in data["options"]),
        )

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {"choices": sorted(right_keys(data))}

    def in_words(self, data: Data, answer: Answer) -> str:
        return "; ".join(option["text"] for option in data["options"] if option["key"] in text_list(answer, "choices"))
