"""A short answer in the learner's own word, held against accepted ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, value
from learning.activities.block_options import whole_number
from learning.activities.marking import share_of
from learning.activities.option_lists import TASKS, read_list
from learning.activities.prose_pieces import count_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register

LONGEST = 100  # characters
SHORTEST_FOR_TYPOS = 5  # letters; in shorter words one letter makes another word


def folded(text: str) -> str:
    """A word as it is compared: composed, small letters, without punctuation, one space between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]|_", " ", plain).split())


def within_one_letter(one: str, other: str) -> bool:
    """Whether one becomes the other by adding, leaving out, changing or swapping at most one letter."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    place = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    swapped = short[:place] + short[place + 1 : place + 2] + short[place : place + 1] + short[place + 2 :]
    return short[place + 1 :] == long[place + 1 :] or swapped == long


@register
class Text(ActivityType):
    """Answer: ``{"text": "risikovilje"}``. Solution: ``{"text": the first accepted answer}``."""

    name = "text"
    title = _l("Short answer")
    summary = "A word the learner writes; accepted answers and foreseen wrong ones have their own feedback."
    example = """::: text t-limit {outcome=o1 typos=1}

What do we call something you can count, that tells when a test must stop?

- [x] `limit` a limit
- [x] `stop-limit` stop limit
- [ ] `goal` goal
  > The goal is what you want. Ask what tells you that you must stop.

> A limit. It works when everybody can see that it is passed.

:::"""
    scored = True
    known_options = frozenset({"typos"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        parts = read_list(block.body, TASKS, report)
        if not parts.before:
            report.error(block.line, f"The block {block.id} has no question.", "Write the question first.")
        if not any(item.is_ticked for item in parts.items):
            report.error(block.line, f"The block {block.id} accepts no answer.", "Write a line - [x] `key` answer.")
        if not parts.explanation:
            report.error(
                block.line, f"The block {block.id} has no explanation.", "End it with a line > that says why, for all."
            )
        seen: dict[str, int] = {}
        answers = []
        for item in parts.items:
            word = folded(item.text)
            if item.text and not word:
                report.error(
                    item.line, "An answer of signs alone cannot be compared.", "Write it in letters or digits."
                )
            elif word in seen:
                report.error(
                    item.line,
                    f"The answer is on line {seen[word]} already.",
                    "Take one away; case and signs do not count.",
                )
            seen.setdefault(word, item.line)
            if not item.is_ticked and not item.feedback:
                report.error(
                    item.line,
                    f"The wrong answer {item.key!r} has no feedback.",
                    "Add a line under it that begins with two spaces and >.",
                )
            answers.append(
                {
                    "key": item.key,
                    "text": item.text,
                    "folded": word,
                    "right": item.is_ticked,
                    "feedback": render_block(item.feedback, render),
                }
            )
        return {
            "stem": render_block(parts.before, render),
            "answers": answers,
            "typos": whole_number(block, "typos", 0, 0, 1, report),
            "explanation": render_block(parts.explanation, render),
        }

    def shape(self, data: Data) -> Any:
        # Each language has its own words; how many there are is its own matter too.
        return {"typos": data["typos"]}

    def public(self, data: Data, rng: Random) -> Data:
        return {"stem": data["stem"]}

    def read(self, data: Data, form: Form) -> Answer:
        text = value(form, "text")
        if not folded(text):
            raise FaultyAnswer(gettext("Write a word first."), {"text": text[:LONGEST]})
        if len(text) > LONGEST:
            raise FaultyAnswer(
                gettext("The answer can have at most %(longest)d characters.", longest=LONGEST),
                {"text": text[:LONGEST]},
            )
        return {"text": text}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        found = _match(data["answers"], folded(str(answer.get("text", ""))), data["typos"])
        correct = found is not None and found["right"]
        first = next((each["text"] for each in data["answers"] if each["right"]), "")
        return Mark(
            points=share_of(max_points, int(correct), 1),
            max_points=Decimal(max_points),
            correct=correct,
            feedback={"text": found["feedback"]} if found else {},
            right={"text": correct},
            explanation=data["explanation"],
            solution={"text": first},
        )

    def words(self, data: Data) -> int:
        return count_words(data["stem"], data["explanation"])

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {"text": [next(each["text"] for each in data["answers"] if each["right"])]}

    def in_words(self, data: Data, answer: Answer) -> str:
        return str(answer.get("text", ""))


def _match(answers: Sequence[Data], word: str, typos: int) -> Data | None:
    """The listed answer that was given: word for word first, then with a letter wrong."""
    exact = next((each for each in answers if each["folded"] == word), None)
    if exact is not None or not typos:
        return exact
    return next(
        (
            each
            for each in answers
            if len(each["folded"]) >= SHORTEST_FOR_TYPOS and each["right"] and within_one_letter(each["folded"], word)
        ),
        None,
    )
