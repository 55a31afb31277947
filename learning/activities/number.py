"""A number within a tolerance."""

from __future__ import annotations

import re
from decimal import Decimal
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, value
from learning.activities.block_options import decimal_number
from learning.activities.marking import share_of
from learning.activities.prose_pieces import count_words, without_closing_quote
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register

_TYPED = re.compile(r"([+-]?)([0-9]{1,15})(?:[.,]([0-9]{1,10}))?\Z", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009\t\n")


def typed_number(text: str, unit: str = "") -> str | None:
    """A number as people type it: comma or point, spaces between thousands, the unit or % after it.

    Returns it with a point and no spaces, or None when it is no number.
    """
    text = text.strip().replace("\u2212", "-")
    for ending in (unit, "%"):
        if ending and text.casefold().endswith(ending.casefold()):
            text = text[: -len(ending)]
            break
    found = _TYPED.match(text.translate(_SPACES))
    if found is None:
        return None
    sign = "-" if found[1] == "-" else ""
    whole = found[2].lstrip("0") or "0"
    return f"{sign}{whole}.{found[3]}" if found[3] else f"{sign}{whole}"


@register
class Number(ActivityType):
    """Answer: ``{"number": "1.5"}``. Solution: ``{"number", "tolerance", "unit"}``."""

    name = "number"
    title = _l("Numeric answer")
    summary = "A number to work out, right within a tolerance."
    example = """::: number kc-limit {answer=1 tolerance=0 unit="late alarms" outcome=o1}

At most 1 of 100 alarms may be late. The week has 150. How many late ones are within the limit?

> One. 1 of 100 is 1.5 of 150, and the second would be over.

:::"""
    scored = True
    known_options = frozenset({"answer", "tolerance", "unit"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        stem, explanation = without_closing_quote(block.body)
        if not stem:
            report.error(block.line, f"The block {block.id} has no question.", "Write the question first.")
        if not explanation:
            report.error(
                block.line,
                f"The block {block.id} has no explanation.",
                "End the block with a line > that shows how it is worked out.",
            )
        answer = self._decimal(block, "answer", None, report)
        tolerance = self._decimal(block, "tolerance", "0", report)
        if tolerance < 0:
            report.error(
                block.line, f"The tolerance of {block.id} is negative.", "Write tolerance=0 or a positive number."
            )
        return {
            "stem": render.block(stem) if stem else "",
            "answer": str(answer),
            "tolerance": str(abs(tolerance)),
            "unit": block.option("unit") or "",
            "explanation": render.block(explanation) if explanation else "",
        }

    @staticmethod
    def _decimal(block: RawBlock, name: str, default: str | None, report: Reporter) -> Decimal:
        text = block.option(name, default)
        number = decimal_number(text) if text is not None else None
        if number is None:
            what = f"The option {name} of {block.id} is {text!r}, no decimal number."
            report.error(
                block.line,
                what if text is not None else f"The block {block.id} has no {name}.",
                f"Write a decimal number with a point, such as {name}=1.5.",
            )
            return Decimal(0)
        return number

    def shape(self, data: Data) -> Any:
        return [Decimal(data["answer"]), Decimal(data["tolerance"])]

    def public(self, data: Data, rng: Random) -> Data:
        return {"stem": data["stem"], "unit": data["unit"]}

    def read(self, data: Data, form: Form) -> Answer:
        sent = value(form, "number")[:100]
        number = typed_number(sent, data["unit"])
        if number is None:
            raise FaultyAnswer(gettext("Write a number, such as 12 or 1.5."), {"number": sent})
        return {"number": number}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        number = decimal_number(str(answer.get("number", "")))
        correct = number is not None and abs(number - Decimal(data["answer"])) <= Decimal(data["tolerance"])
        return Mark(
            points=share_of(max_points, int(correct), 1),
            max_points=Decimal(max_points),
            correct=correct,
            right={"number": correct},
            explanation=data["explanation"],
            solution={"number": data["answer"], "tolerance": data["tolerance"], "unit": data["unit"]},
        )

    def words(self, data: Data) -> int:
        return count_words(data["stem"], data["explanation"])

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {"number": [data["answer"]]}

    def in_words(self, data: Data, answer: Answer) -> str:
        return f"{answer.get('number', '')} {data['unit']}".strip()
