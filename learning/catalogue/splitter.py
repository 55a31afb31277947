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
_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<rest>.*)")
ID = re.compile(r"[a-z][a-z0-9-]{0,59}\Z")


class CodeFence:
    """Tells line by line whether a line is code: within a fence of backticks or tildes, the fences included."""

    def __init__(self) -> None:
        self._fence = ""

    @property
    def is_open(self) -> bool:
        return bool(self._fence)

    def holds(self, text: str) -> bool:
        """Feed the next line; whether it is code."""
        found = _FENCE.match(text.strip())
        if self._fence:
            closes = found and found["fence"].startswith(self._fence) and not found["rest"].strip()
            self._fence = "" if closes else self._fence
            return True
        if found and not (found["fence"][0] == "`" and "`" in found["rest"]):
            self._fence = found["fence"]
            return True
        return False


@dataclass
class SplitFile:
    """``front`` are the lines between the two ``---``; ``parts`` prose line lists and blocks in order.

    ``is_usable`` is False when front matter or a fence has no end, so that nothing can be said of the parts;
    ``is_whole`` is False also when a block's header could not be read.
    """

    is_usable: bool = True
    is_whole: bool = True
    has_front: bool = False
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
        name, quoted, bare = found["name"], found["quoted"], found["bare"]
        if name in options:
            report.error(line, f"The option {name} is given twice.", "Take one away.")
        options[name] = quoted if quoted is not None else bare if bare is not None else "true"
        place = found.end()
    return options


def split(text: str, report: Reporter) -> SplitFile:
    """Split a whole file with plain newlines. Reports unclosed front matter, blocks and fences, and goes on."""
    lines = [Line(number, content) for number, content in enumerate(text.split("\n"), start=1)]
    result = SplitFile()
    start = 0
    if lines[0].text.strip() == "---":
        end = next((place for place in range(1, len(lines)) if lines[place].text.strip() == "---"), None)
        if end is None:
            report.error(1, "The front matter is not closed.", "End it with a line of ---.")
            result.is_usable = result.is_whole = False
            return result
        result.has_front, result.front, start = True, lines[1:end], end + 1
    else:
        report.error(1, "There is no front matter.", "Begin the file with ---, title: ..., ---.")
    _BodySplitter(result, report).run(lines[start:])
    return result


@dataclass
class _Opened:
    """A block whose end has not come yet. ``type`` is empty when its header could not be read."""

    header: Line
    type: str
    id: str
    options: dict[str, str]
    colons: int
    body: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"The block {self.id}" if self.id else "The block"


class _BodySplitter:
    """Goes through the lines after the front matter once, with the open block and the open fence in hand."""

    def __init__(self, result: SplitFile, report: Reporter) -> None:
        self._result, self._report = result, report
        self._prose: list[Line] = []
        self._opened: _Opened | None = None
        self._code = CodeFence()
        self._fence_line = 1

    def run(self, lines: Sequence[Line]) -> None:
        for line in lines:
            was_open = self._code.is_open
            if self._code.holds(line.text):
                self._fence_line = self._fence_line if was_open else line.number
                self._keep(line)
            elif _ANY.match(line.text):
                self._marker(line)
            else:
                self._keep(line)
        if self._code.is_open:
            self._report.error(self._fence_line, "This code fence is not closed.", "Close it as it was opened.")
            self._result.is_usable = self._result.is_whole = False
        elif self._opened:
            self._report.error(
                self._opened.header.number,
                f"{self._opened.name} is not closed.",
                f"Close it with {':' * self._opened.colons} on a line of its own.",
            )
        self._end_block()
        self._end_prose()

    def _keep(self, line: Line) -> None:
        (self._opened.body if self._opened else self._prose).append(line)

    def _end_prose(self) -> None:
        if any(line.text.strip() for line in self._prose):
            self._result.parts.append(self._prose)
        self._prose = []

    def _end_block(self) -> None:
        block, self._opened = self._opened, None
        if block and block.type:
            self._result.parts.append(
                RawBlock(block.type, block.id, block.options, tuple(block.body), block.header.number)
            )

    def _marker(self, line: Line) -> None:
        """A line that begins with three colons or more: a block's beginning, its end, or part of its body."""
        close, header = _CLOSE.match(line.text), _OPEN.match(line.text)
        if self._opened:
            colons = self._opened.colons
            if close and len(close["colons"]) == colons:
                self._end_block()
                return
            if not (header and len(header["colons"]) >= colons):
                self._opened.body.append(line)
                return
            self._report.error(
                self._opened.header.number,
                f"{self._opened.name} is not closed before the next begins.",
                f"Close it with {':' * colons} on a line of its own.",
            )
            self._end_block()
        if close:
            self._report.error(line.number, "This ::: closes nothing.", "Take it away, or open a block above it.")
        elif not header:
            self._report.error(line.number, "This block header cannot be read.", "Write ::: type id {options}.")
            self._result.is_whole = False
            self._end_prose()
            colons = len(line.text) - len(line.text.lstrip(":"))
            self._opened = _Opened(line, "", "", {}, colons)  # passed over up to its end
        else:
            if not ID.match(header["id"]):
                self._report.error(
                    line.number,
                    f"The id {header['id']!r} is not allowed.",
                    "Begin with a small letter; then at most 59 small letters, digits and hyphens.",
                )
            self._end_prose()
            options = parse_options(header["options"] or "", line.number, self._report)
            self._opened = _Opened(line, header["type"], header["id"], options, len(header["colons"]))
