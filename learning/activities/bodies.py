"""Reading the bodies of blocks: keyed options with feedback, tables, closing explanations, YAML fences.

Everything keeps the file's line numbers, reports faults and goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from learning.activities.registry import InvalidAnswer, Line, Renderer, Reporter

KEY = re.compile(r"[a-z][a-z0-9-]*\Z")
_OPTION = re.compile(r"- \[(?P<tick>[ xX])\] (?P<rest>.*)")
_KEYED = re.compile(r"`(?P<key>[^`]*)`\s+(?P<text>.*)")
_NUMBERED = re.compile(r"\d+\. (?P<rest>.*)")
ALL_OR_NONE = ("all of the above", "none of the above", "alle de ovennevnte", "alle alternativene", "ingen av de",
               "alle dei ovannemnde", "ingen av dei")  # fmt: skip


@dataclass
class Option:
    """A keyed line with its nested feedback."""

    key: str
    text: str
    line: int
    right: bool = False
    feedback: list[Line] = field(default_factory=list)


def keyed(text: str, line: int, report: Reporter) -> tuple[str, str] | None:
    """Split ``\\`key\\` text``, or report why not."""
    found = _KEYED.match(text.strip())
    if found is None:
        report.error(line, "There is no key here.", "Begin the text with a key in backticks, such as `accept`.")
        return None
    if not KEY.match(found["key"]):
        report.error(
            line, f"The key {found['key']!r} is not allowed.", "Use small letters, digits and hyphens; begin with a letter."
        )
        return None
    return found["key"], found["text"].strip()


def check_unique(keys: Iterable[tuple[str, int]], report: Reporter) -> None:
    """Report keys that stand twice in a block."""
    seen: set[str] = set()
    for key, line in keys:
        if key in seen:
            report.error(line, f"The key `{key}` is used twice here.", "Give each its own key.")
        seen.add(key)


def split_closing_quote(body: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Separate the explanation, a quote that ends the body, from what stands before it."""
    end = len(body)
    while end and not body[end - 1].text.strip():
        end -= 1
    start = end
    while start and body[start - 1].text.startswith(">"):
        start -= 1
    return list(body[:start]), unquote(body[start:end])


def unquote(lines: Iterable[Line]) -> list[Line]:
    """Take the ``>`` away."""
    return [Line(line.number, line.text.strip().removeprefix(">").removeprefix(" ")) for line in lines]


def split_options(body: Sequence[Line], report: Reporter) -> tuple[list[Line], list[Option]]:
    """The stem, and the task-list options with their feedback."""
    stem: list[Line] = []
    options: list[Option] = []
    for line in body:
        found = _OPTION.match(line.text)
        if found:
            parts = keyed(found["rest"], line.number, report) or ("", found["rest"])
            options.append(Option(parts[0], parts[1], line.number, found["tick"] in "xX"))
        elif not options:
            stem.append(line)
        elif line.text.startswith((" ", "\t")) and line.text.strip().startswith(">"):
            options[-1].feedback += unquote([line])
        elif line.text.startswith(" ") and line.text.strip() and not options[-1].feedback:
            options[-1].text += " " + line.text.strip()
        elif line.text.strip():
            report.error(
                line.number,
                "This line belongs to no option.",
                "Indent feedback by two spaces and begin it with >, or move the text above the options.",
            )
    return stem, options


def split_numbered(body: Sequence[Line], report: Reporter) -> tuple[list[Line], list[Option]]:
    """The stem, and keyed numbered steps."""
    stem: list[Line] = []
    steps: list[Option] = []
    for line in body:
        found = _NUMBERED.match(line.text)
        if found:
            parts = keyed(found["rest"], line.number, report)
            if parts:
                steps.append(Option(parts[0], parts[1], line.number))
        elif not steps:
            stem.append(line)
        elif line.text.startswith(" ") and line.text.strip():
            steps[-1].text += " " + line.text.strip()
        elif line.text.strip():
            report.error(line.number, "This line belongs to no step.", "Move the text above the steps.")
    return stem, steps


def split_keyed_list(body: Sequence[Line], report: Reporter) -> tuple[list[Line], list[Option]]:
    """The text before, and ``- `key` text`` lines."""
    before: list[Line] = []
    items: list[Option] = []
    for line in body:
        if line.text.startswith("- `"):
            parts = keyed(line.text[2:], line.number, report)
            if parts:
                items.append(Option(parts[0], parts[1], line.number))
        elif not items:
            before.append(line)
        elif line.text.startswith(" ") and line.text.strip():
            items[-1].text += " " + line.text.strip()
        elif line.text.strip():
            report.error(line.number, "This line belongs to no item of the list.", "Move the text above the list.")
    return before, items


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[tuple[int, list[str]]]  # line number and cells
    line: int


def _cells(text: str) -> list[str]:
    inner = text.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in inner.split("|")]


def split_table(body: Sequence[Line], report: Reporter) -> tuple[list[Line], Table | None]:
    """The text before, and the first table. Text after the table is a fault."""
    before = [line for line in body if not line.text.startswith("|")]
    lines = [line for line in body if line.text.startswith("|")]
    if not lines:
        return before, None
    if len(lines) < 2 or set(lines[1].text) - set("|-: "):
        report.error(lines[0].number, "The table has no line of dashes below its header.", "Add | --- | --- | below it.")
        return before, None
    header = _cells(lines[0].text)
    rows = []
    for line in lines[2:]:
        cells = _cells(line.text)
        if len(cells) != len(header):
            report.error(
                line.number, f"This row has {len(cells)} cells; the header has {len(header)}.", "Give it as many cells."
            )
        else:
            rows.append((line.number, cells))
    return before, Table(header, rows, lines[0].number)


def split_yaml(body: Sequence[Line], report: Reporter) -> tuple[list[Line], Any, int]:
    """Take out the first ```yaml fence: the other lines, the parsed content (None if absent), its line."""
    outside: list[Line] = []
    inside: list[Line] = []
    state, line_number = "before", 0
    for line in body:
        if state == "before" and line.text.strip() == "```yaml":
            state, line_number = "in", line.number
        elif state == "in" and line.text.strip() == "```":
            state = "after"
        elif state == "in":
            inside.append(line)
        else:
            outside.append(line)
    if not line_number:
        return outside, None, body[0].number if body else 0
    try:
        return outside, yaml.safe_load("\n".join(line.text for line in inside)), line_number
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        number = line_number + 1 + (mark.line if mark else 0)
        report.error(number, f"This YAML cannot be read: {getattr(fault, 'problem', fault)}.", "Mend the YAML.")
        return outside, None, line_number


def require_text(lines: Sequence[Line], line: int, what: str, report: Reporter) -> None:
    if not any(each.text.strip() for each in lines):
        report.error(line, f"{what} is missing.", f"Write it: {what[0].lower() + what[1:]}.")


def option_data(options: Sequence[Option], render: Renderer, report: Reporter) -> list[dict[str, Any]]:
    """Options as JSON-safe data. Reports missing feedback, lengths that give the answer away, all-of-the-above."""
    check_unique(((option.key, option.line) for option in options if option.key), report)
    lengths = [len(option.text) for option in options if option.text]
    if lengths and max(lengths) > 2 * min(lengths) and max(lengths) > 40:
        report.warning(
            options[0].line,
            f"The longest option has {max(lengths)} characters and the shortest {min(lengths)}.",
            "Make the options of like length; at most twice.",
        )
    data = []
    for option in options:
        if not any(line.text.strip() for line in option.feedback):
            report.error(
                option.line, f"The option `{option.key}` has no feedback.", "Add a line below it: two spaces, >, and why."
            )
        if any(phrase in option.text.lower() for phrase in ALL_OR_NONE):
            report.warning(option.line, "The option says all or none of the above.", "Write a real alternative.")
        data.append(
            {
                "key": option.key,
                "html": render.inline(option.text, option.line),
                "words": len(option.text.split()),
                "length": len(option.text),
                "right": option.right,
                "feedback": render.block(option.feedback),
            }
        )
    return data


def first(form: Mapping[str, Sequence[str]], name: str) -> str:
    """The first value of a field, stripped; "" when absent. NUL characters, which no database takes, are dropped."""
    values = form.get(name) or [""]
    return values[0].replace("\x00", "").strip()


def limited(text: str, most: int, message: str) -> str:
    """The text, or InvalidAnswer with ``message`` when it has more than ``most`` characters."""
    if len(text) > most:
        raise InvalidAnswer(message)
    return text


def count_words(lines: Iterable[Line]) -> int:
    return sum(len(line.text.split()) for line in lines)
