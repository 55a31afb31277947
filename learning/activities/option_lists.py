"""Lists with keys: task lists with feedback, numbered steps, bulleted statements and choices.

One reader serves them all. A list item begins at the left margin, has its key in backticks first, and may
carry lines quoted with ``>`` that are indented two spaces: the feedback. After the list stands at most a
closing ``> explanation`` at the left margin, after a blank line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from learning.activities.prose_pieces import (
    KEY,
    KEY_RULE,
    in_code,
    is_blank,
    is_quote,
    plain_words,
    trimmed,
    unquoted,
)
from learning.activities.registry import Data, Line, RawBlock, Renderer, Reporter

_KEYED = re.compile(r"`([^`]*)`(.*)\Z")
_ALL_OR_NONE = re.compile(
    r"\b(all|none|both) of (the above|these|the options)\b"
    r"|\b(alle|ingen av|begge|alt) (de |dei |det |disse )?"
    r"(over\b|ovenfor|ovanfor|ovenstående|ovanståande|ovennevnte|ovannemnde|nevnte|nemnde|alternativene|alternativa"
    r"|svarene|svara|delene|delane)",
    re.IGNORECASE,
)
SHORT_ENOUGH = 24  # characters; among options this short, length gives nothing away


@dataclass(frozen=True)
class ListStyle:
    """How the items of a list begin, and how to say so."""

    marker: re.Pattern[str]  # group 1: the box or number, group 2: the rest
    name: str
    example: str


TASKS = ListStyle(re.compile(r"[-*+] \[([ xX])\] ?(.*)\Z"), "option", "- [ ] `key` Text of the option")
STEPS = ListStyle(re.compile(r"([0-9]{1,9})[.)] +(.*)\Z"), "step", "1. `key` Text of the step")
# A bullet counts only with its key, so that prose before the list may hold ordinary bullets.
BULLETS = ListStyle(re.compile(r"([-*+]) +(`[^`]*`.*)\Z"), "item", "- `key` Text")
_ANY_ITEM = re.compile(r"([-*+]|[0-9]{1,9}[.)]) ")


@dataclass
class Item:
    """An item as written. ``feedback`` lines are unquoted."""

    line: int
    mark: str
    key: str
    text: str
    feedback: list[Line] = field(default_factory=list)

    @property
    def is_ticked(self) -> bool:
        return self.mark in "xX"


@dataclass(frozen=True)
class KeyedList:
    """A body split at its list. ``explanation`` lines are unquoted."""

    before: list[Line]
    items: list[Item]
    explanation: list[Line]


def read_list(
    lines: Sequence[Line], style: ListStyle, report: Reporter, *, key: re.Pattern[str] = KEY, key_rule: str = KEY_RULE
) -> KeyedList:
    """Split a body at its keyed list and check the keys. Everything that fits nowhere is reported."""
    before: list[Line] = []
    items: list[Item] = []
    closing: list[Line] = []
    previous_blank = True
    for line, code in zip(lines, in_code(lines), strict=True):
        text = line.text.rstrip()
        found = None if code else style.marker.match(text)
        if not items and not found:
            before.append(line)
        elif is_blank(line):
            if closing:
                closing.append(line)
        elif closing:
            if not is_quote(line):
                _report_stray(line, style, report)
            closing.append(line)
        elif found:
            items.append(_item(line, found, style, report))
        elif text[0] in " \t":
            _continue_item(items, line, style, report)
        elif is_quote(line):
            if previous_blank:
                closing.append(line)
            else:
                report.error(
                    line.number,
                    "Feedback must be indented under its option.",
                    "Indent the line with two spaces; an explanation for all comes after a blank line.",
                )
                items[-1].feedback.extend(unquoted([line]))
        else:
            _report_stray(line, style, report)
        previous_blank = is_blank(line)
    _check_keys(items, style, report, key, key_rule)
    return KeyedList(trimmed(before), items, unquoted(trimmed([line for line in closing if is_quote(line)])))


def _report_stray(line: Line, style: ListStyle, report: Reporter) -> None:
    if _ANY_ITEM.match(line.text):
        report.error(
            line.number, f"This line is not written as one {style.name} of the list.", f"Write it as {style.example}."
        )
    else:
        report.error(
            line.number,
            "Text after the list belongs nowhere.",
            "Move it before the list, or begin the line with > to make it the explanation.",
        )


def _item(line: Line, found: re.Match[str], style: ListStyle, report: Reporter) -> Item:
    keyed = _KEYED.match(found[2].strip())
    if keyed is None:
        report.error(
            line.number, f"The {style.name} has no key.", f"Write the key in backticks first: {style.example}."
        )
        return Item(line.number, found[1], "", found[2].strip())
    return Item(line.number, found[1], keyed[1].strip(), keyed[2].strip())


def _continue_item(items: list[Item], line: Line, style: ListStyle, report: Reporter) -> None:
    inner = line.text.strip()
    found = style.marker.match(inner)
    if found:
        report.error(line.number, f"The {style.name} is indented.", "Begin the line at the left margin.")
        items.append(_item(line, found, style, report))
    elif inner.startswith(">"):
        items[-1].feedback.extend(unquoted([line]))
    elif items[-1].feedback:
        report.error(line.number, "A line of feedback does not begin with >.", "Begin the line with two spaces and >.")
        items[-1].feedback.append(Line(line.number, inner))
    else:
        items[-1].text = f"{items[-1].text} {inner}".strip()


def _check_keys(items: Sequence[Item], style: ListStyle, report: Reporter, key: re.Pattern[str], key_rule: str) -> None:
    seen: dict[str, int] = {}
    for item in items:
        if not item.text:
            report.error(item.line, f"The {style.name} has no text.", f"Write it as {style.example}.")
        if not item.key:
            if item.text and "`" in item.text:
                report.error(item.line, f"The key of the {style.name} is empty.", f"Write it as {style.example}.")
            continue
        if not key.match(item.key):
            report.error(item.line, f"{item.key!r} cannot be a key.", key_rule)
        elif item.key in seen:
            report.error(
                item.line,
                f"The key {item.key!r} is used on line {seen[item.key]} already.",
                "Give each its own key, and keep it for ever: answers point at it.",
            )
        seen.setdefault(item.key, item.line)


# The shared part of ``single`` and ``multiple``.


def parse_options(block: RawBlock, render: Renderer, report: Reporter) -> Data:
    """Stem, options with feedback, and explanation of a task list.

    Returns ``stem``, ``options`` (each ``key``, ``html``, ``text``, ``length`` in
    characters, ``right``, ``feedback``) and ``explanation``.
    """
    parts = read_list(block.body, TASKS, report)
    if not parts.before:
        report.error(block.line, f"The block {block.id} has no question.", "Write the question before the options.")
    if len(parts.items) < 2:
        report.error(
            block.line,
            f"The block {block.id} has {'one option' if parts.items else 'no options'}.",
            f"Write at least two, each on a line such as {TASKS.example}.",
        )
    options = []
    for item in parts.items:
        if not any(line.text.strip() for line in item.feedback):
            report.error(
                item.line,
                f"The option {item.key!r} has no feedback.",
                "Add a line under it that begins with two spaces and > and says why it is right or wrong.",
            )
        html = render.inline(item.text, item.line)
        if _ALL_OR_NONE.search(item.text):
            report.warning(
                item.line,
                "An option that means all or none of the others measures test skill, and breaks when shuffled.",
                "Replace it with a concrete option, or use a multiple block.",
            )
        options.append(
            {
                "key": item.key,
                "html": html,
                "text": plain_words(html),
                "length": len(plain_words(html)),
                "right": item.is_ticked,
                "feedback": render.block(trimmed(item.feedback)) if item.feedback else "",
            }
        )
    _warn_of_long_option(parts.items, options, report)
    return {
        "stem": render.block(parts.before) if parts.before else "",
        "options": options,
        "explanation": render.block(parts.explanation) if parts.explanation else "",
        "fixed": block.option("fixed") == "true",
    }


def _warn_of_long_option(items: Sequence[Item], options: Sequence[Data], report: Reporter) -> None:
    lengths = [len(option["text"]) for option in options]
    if len(lengths) < 2 or max(lengths) <= SHORT_ENOUGH or max(lengths) <= 2 * min(lengths):
        return
    longest = items[lengths.index(max(lengths))]
    report.warning(
        longest.line,
        f"The longest option ({max(lengths)} characters) is more than twice the shortest ({min(lengths)}).",
        "Make the options about equally long; length gives the answer away.",
    )


def right_keys(data: Data) -> set[str]:
    """The keys of the right options."""
    return {option["key"] for option in data["options"] if option["right"]}


def options_shape(data: Data) -> Data:
    """What translations share: keys in order, which are right, and whether the order is fixed."""
    return {"options": [[option["key"], option["right"]] for option in data["options"]], "fixed": data["fixed"]}
