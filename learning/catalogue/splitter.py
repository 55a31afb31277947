"""Splitting a lesson file into front matter, prose and ``:::`` blocks, line by line, keeping line numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from learning.activities.registry import Line, RawBlock, Reporter

_OPEN = re.compile(r"(?P<colons>:{3,})\s*(?P<type>[a-z]+)\s+(?P<id>\S+?)\s*(?:\{(?P<options>.*)\})?\s*$")
_CLOSE = re.compile(r"(?P<colons>:{3,})\s*$")
_ANY = re.compile(r":{3,}")
_OPTION = re.compile(r"""\s*(?P<name>[a-z]+)(?:=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)))?""")
ID = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass
class SplitFile:
    """``front`` are the lines between the two ``---``; ``parts`` prose line lists and blocks in order."""

    front: list[Line] = field(default_factory=list)
    parts: list[list[Line] | RawBlock] = field(default_factory=list)

    @property
    def blocks(self) -> list[RawBlock]:
        return [part for part in self.parts if isinstance(part, RawBlock)]


def parse_options(text: str, line: int, report: Reporter) -> dict[str, str]:
    """``a=1 b="two words" flag`` as a mapping; a flag is "true"."""
    options: dict[str, str] = {}
    place = 0
    while text[place:].strip():
        found = _OPTION.match(text, place)
        if not found:
            report.error(
                line,
                f"The options cannot be read from {text[place:].strip()!r}.",
                'Write name=value or name="two words".',
            )
            return options
        quoted, bare = found["quoted"], found["bare"]
        options[found["name"]] = quoted if quoted is not None else bare if bare is not None else "true"
        place = found.end()
    return options


def split(text: str, report: Reporter) -> SplitFile:
    """Split a whole file. Reports unclosed front matter, blocks and fences, and goes on."""
    lines = [Line(number, content) for number, content in enumerate(text.splitlines(), start=1)]
    result = SplitFile()
    start = 0
    if lines and lines[0].text.strip() == "---":
        end = next((place for place in range(1, len(lines)) if lines[place].text.strip() == "---"), None)
        if end is None:
            report.error(1, "The front matter is not closed.", "End it with a line of ---.")
            return result
        result.front, start = lines[1:end], end + 1
    else:
        report.error(1, "There is no front matter.", "Begin the file with ---, title: ..., ---.")
    _split_body(lines[start:], result, report)
    return result


def _split_body(lines: Sequence[Line], result: SplitFile, report: Reporter) -> None:
    prose: list[Line] = []
    code: Line | None = None  # the line that opened a code fence
    opened: tuple[Line, str, str, dict[str, str], int] | None = None
    body: list[Line] = []

    def end_prose() -> None:
        nonlocal prose
        if any(line.text.strip() for line in prose):
            result.parts.append(prose)
        prose = []

    for line in lines:
        stripped = line.text.strip()
        if stripped.startswith("```"):
            code = None if code is not None else line
            (body if opened else prose).append(line)
            continue
        if code is None and _ANY.match(line.text):
            close = _CLOSE.match(line.text)
            if opened:
                if close and len(close["colons"]) == opened[4]:
                    header, kind, name, options, _ = opened
                    result.parts.append(RawBlock(kind, name, options, tuple(body), header.number))
                    opened, body = None, []
                    continue
                if not close and _OPEN.match(line.text) and len(_OPEN.match(line.text)["colons"]) >= opened[4]:  # type: ignore[index]
                    report.error(
                        opened[0].number,
                        f"The block {opened[2]} is not closed before the next begins.",
                        "Close it with :::.",
                    )
                    header, kind, name, options, _ = opened
                    result.parts.append(RawBlock(kind, name, options, tuple(body), header.number))
                    opened, body = None, []
                else:
                    body.append(line)
                    continue
            if close:
                report.error(line.number, "This ::: closes nothing.", "Take it away, or open a block above it.")
                continue
            found = _OPEN.match(line.text)
            if not found:
                report.error(line.number, "This block header cannot be read.", "Write ::: type id {options}.")
                continue
            if not ID.match(found["id"]):
                report.error(
                    line.number, f"The id {found['id']!r} is not allowed.", "Use small letters, digits and hyphens."
                )
            end_prose()
            options = parse_options(found["options"] or "", line.number, report)
            opened = (line, found["type"], found["id"], options, len(found["colons"]))
            continue
        (body if opened else prose).append(line)
    if code is not None:
        report.error(code.number, "This code fence is not closed.", "Close it with ```.")
    if opened:
        report.error(
            opened[0].number, f"The block {opened[2]} is not closed.", "Close it with ::: on a line of its own."
        )
    end_prose()
