"""A plan of the form "if this happens, then I will", with three questions mailed after the course."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_map, value
from learning.activities.option_lists import ListStyle, read_list
from learning.activities.prose_pieces import KEY, KEY_RULE, count_words, paragraphs, plain_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, Line, Mark, RawBlock, Renderer, Reporter, register

FOLLOW_UP_DAYS = (30, 60, 90)
LONGEST_TEXT = 2_000  # characters in a slot
_SLOT = re.compile(r"\{([^{}]*)\}")
_FOLLOW_UPS = ListStyle(re.compile(r"([-*+]) +(`\s*[0-9][^`]*`.*)\Z"), "question", "- `30` The question")


@register
class Plan(ActivityType):
    """Answer: ``{"slots": {key: text}}``; empty slots are left out.

    ``data["sentences"]`` holds the plan as pieces, ``{"text": ...}`` or ``{"slot": key, "label", "lead"}``
    (``lead``: the words before it in the sentence). ``data["follow_ups"]`` is three of ``{"days", "html", "text"}``.
    The mark's ``solution`` tells how far the plan is: ``{"filled": 3, "wanted": 5}``.
    """

    name = "plan"
    title = _l("Plan")
    summary = "An if-then plan with sign, helper and date, asked about by mail after 30, 60 and 90 days."
    example = """::: plan plan-next {outcome=o1}

If {situation: somebody wants to try something new}, then I will {action: the first thing I do}. I see that it works
when {sign: what I can see or count}. I ask {helper: a role} for help, and I begin {date: a day}.

- `30` Have you done it? What happened?
- `60` What have others noticed?
- `90` What is done in another way now?

:::"""
    is_private = True
    known_options = frozenset({"followup", "share"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        parts = read_list(
            block.body,
            _FOLLOW_UPS,
            report,
            key=re.compile(r"30\Z|60\Z|90\Z"),
            key_rule="The keys are `30`, `60` and `90`.",
        )
        days = [item.key for item in parts.items]
        if days != [str(day) for day in FOLLOW_UP_DAYS]:
            report.error(
                parts.items[0].line if parts.items else block.line,
                f"The block {block.id} must ask after 30, 60 and 90 days, in that order.",
                "Write three lines: - `30` Question, - `60` Question, - `90` Question.",
            )
        for item in parts.items:
            if item.feedback:
                report.error(item.line, "A question has no feedback.", "Take the quoted lines away.")
        intro: list[Line] = []
        sentences: list[list[Data]] = []
        for paragraph in paragraphs(parts.before):
            if any("{" in line.text for line in paragraph):
                sentences.append(_pieces(paragraph, report))
            else:
                intro += [*paragraph, Line(paragraph[-1].number + 1, "")]
        self._check_slots(block, sentences, report)
        follow_ups = [(item.key, render.inline(item.text, item.line)) for item in parts.items]
        return {
            "intro": render_block(intro, render),
            "sentences": [[_without_line(piece) for piece in pieces] for pieces in sentences],
            "follow_ups": [
                {"days": int(key), "html": html, "text": plain_words(html)}
                for key, html in follow_ups
                if key in ("30", "60", "90")
            ],
            "closing": render_block(parts.explanation, render),
        }

    @staticmethod
    def _check_slots(block: RawBlock, sentences: Sequence[Sequence[Data]], report: Reporter) -> None:
        seen: dict[str, int] = {}
        for piece in (piece for pieces in sentences for piece in pieces if "slot" in piece):
            if not KEY.match(piece["slot"]):
                report.error(piece["line"], f"{piece['slot']!r} cannot be the key of a slot.", KEY_RULE)
            elif piece["slot"] in seen:
                report.error(
                    piece["line"],
                    f"The slot {piece['slot']!r} is on line {seen[piece['slot']]} already.",
                    "Give each slot its own key.",
                )
            seen.setdefault(piece["slot"], piece["line"])
        if not seen:
            report.error(
                block.line,
                f"The block {block.id} has no slots.",
                "Write If {situation: this happens}, then I will {action: do this}.",
            )

    def shape(self, data: Data) -> Any:
        return {"slots": slot_keys(data), "follow_ups": [follow_up["days"] for follow_up in data["follow_ups"]]}

    def read(self, data: Data, form: Form) -> Answer:
        sent = {key: value(form, f"slot-{key}") for key in slot_keys(data)}
        slots = {key: text for key, text in sent.items() if text}
        if not slots:
            raise FaultyAnswer(gettext("Fill in at least one part of the plan first."))
        if any(len(text) > LONGEST_TEXT for text in slots.values()):
            raise FaultyAnswer(
                gettext("Each part of the plan can have at most %(longest)d characters.", longest=LONGEST_TEXT),
                {"slots": {key: text[: 2 * LONGEST_TEXT] for key, text in slots.items()}},
            )
        return {"slots": slots}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        return Mark(solution={"filled": _filled(data, answer), "wanted": len(slot_keys(data))})

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and _filled(data, answer) == len(slot_keys(data))

    def words(self, data: Data) -> int:
        pieces = (piece for sentence in data["sentences"] for piece in sentence)
        said = sum(len((piece.get("text") or piece.get("label", "")).split()) for piece in pieces)
        asked = (follow_up["html"] for follow_up in data["follow_ups"])
        return said + count_words(data["intro"], data["closing"], *asked)

    def doing_minutes(self, data: Data) -> float:
        return 2.5

    def in_words(self, data: Data, answer: Answer) -> str:
        return written_plan(data, answer)


def slot_keys(data: Data) -> list[str]:
    """The keys of the slots in the order of the sentence, which a translation keeps."""
    return [piece["slot"] for pieces in data["sentences"] for piece in pieces if "slot" in piece]


def written_plan(data: Data, answer: Answer) -> str:
    """The plan as plain text with the learner's own words in it; what is not filled shows as its label in brackets."""
    slots = text_map(answer, "slots")
    sentences = (
        "".join(
            piece["text"] if "text" in piece else str(slots.get(piece["slot"]) or f"[{piece['label']}]")
            for piece in pieces
        )
        for pieces in data["sentences"]
    )
    return "\n\n".join(sentences)


def _filled(data: Data, answer: Answer) -> int:
    slots = text_map(answer, "slots")
    return sum(1 for key in slot_keys(data) if slots.get(key))


def _pieces(paragraph: Sequence[Line], report: Reporter) -> list[Data]:
    """Split a paragraph at its slots."""
    whole = "\n".join(line.text.strip() for line in paragraph)
    pieces: list[Data] = []
    lead, end = "", 0

    def add_text(text: str, at: int) -> str:
        if "{" in text or "}" in text:
            report.error(
                paragraph[0].number + whole.count("\n", 0, at),
                "A brace is left open.",
                "Write each slot as {key: label} on one or two lines.",
            )
        plain = re.sub(r"\s+", " ", text)
        if plain:
            pieces.append({"text": plain})
        return plain.strip(" ,.;:–-")

    for found in _SLOT.finditer(whole):
        line = paragraph[0].number + whole.count("\n", 0, found.start())
        lead = add_text(whole[end : found.start()], end)
        key, colon, label = found[1].partition(":")
        label = " ".join(label.split())
        if not colon or not label:
            report.error(line, f"The slot {{{found[1]}}} has no label.", "Write it as {key: label}.")
        pieces.append({"slot": key.strip(), "label": label or key.strip(), "lead": lead, "line": line})
        end = found.end()
    add_text(whole[end:], end)
    return pieces


def _without_line(piece: Data) -> Data:
    return {name: part for name, part in piece.items() if name != "line"}
