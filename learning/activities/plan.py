"""An if-then plan with slots to fill, and the questions mailed 30, 60 and 90 days after completion.

If-then plans raise goal attainment (Gollwitzer and Sheeran 2006, 94 tests).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from learning.activities import bodies
from learning.activities.registry import (
    ActivityType,
    Answer,
    Data,
    InvalidAnswer,
    Line,
    RawBlock,
    Renderer,
    Reporter,
    register,
)

_SLOT = re.compile(r"\{(?P<key>[a-z][a-z0-9-]*):\s*(?P<label>[^{}]+)\}")
FOLLOW_UP_DAYS = ("30", "60", "90")


@register
class Plan(ActivityType):
    name = "plan"
    known_options = frozenset({"followup", "share"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        body: list[Line] = []
        questions: dict[str, str] = {}
        for line in block.body:
            found = re.match(r"- `(30|60|90)` (.+)", line.text)
            if found:
                questions[found[1]] = found[2].strip()
            elif questions and line.text.startswith("  ") and line.text.strip():
                questions[list(questions)[-1]] += " " + line.text.strip()
            else:
                body.append(line)
        if tuple(questions) != FOLLOW_UP_DAYS:
            report.error(
                block.line, "The three follow-up questions are not there.", "End with - `30` ..., - `60` ... and - `90` ..."
            )
        with_slot = [place for place, line in enumerate(body) if "{" in line.text]
        start = with_slot[0] if with_slot else len(body)
        while start and body[start - 1].text.strip():
            start -= 1
        sentence = " ".join(line.text.strip() for line in body[start:] if line.text.strip())
        pieces: list[dict[str, str]] = []
        end = 0
        keys: list[tuple[str, int]] = []
        for found in _SLOT.finditer(sentence):
            pieces.append({"text": sentence[end : found.start()]})
            pieces.append({"slot": found["key"], "label": found["label"].strip()})
            keys.append((found["key"], body[start].number))
            end = found.end()
        pieces.append({"text": sentence[end:]})
        if len(keys) < 2:
            report.error(block.line, "The plan has fewer than two slots.", "Write slots such as {situation: this happens}.")
        bodies.check_unique(keys, report)
        return {
            "intro": render.block(body[:start]),
            "pieces": pieces,
            "questions": questions,
            "words": bodies.count_words(body),
        }

    def shape(self, data: Data) -> Any:
        return sorted(piece["slot"] for piece in data["pieces"] if "slot" in piece)

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        slots = {}
        for piece in data["pieces"]:
            if "slot" in piece:
                text = bodies.first(form, f"slot-{piece['slot']}")
                slots[piece["slot"]] = bodies.limited(text, 500, gettext("Use at most 500 characters in each field."))
        if not all(slots.values()):
            raise InvalidAnswer(gettext("Fill every field of the plan."))
        return {"slots": slots}

    def words(self, data: Data) -> int:
        return int(data["words"])
