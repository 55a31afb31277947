"""Pieces of prose in a block: what stands before, the closing explanation, plain words of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from learning.activities.registry import Line, Renderer

KEY = re.compile(r"[a-z][a-z0-9-]*\Z")
KEY_RULE = "A key is small letters a-z, digits and hyphens, and begins with a letter."
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def plain_words(html: str) -> str:
    """The words of a piece of HTML, without tags, white space collapsed."""
    return Markup(html).striptags()  # noqa: S704 - the tags are taken away


def count_words(*html: str) -> int:
    """The number of words in pieces of HTML."""
    return sum(len(plain_words(piece).split()) for piece in html)


def is_blank(line: Line) -> bool:
    return not line.text.strip()


def trimmed(lines: Sequence[Line]) -> list[Line]:
    """The lines without blank ones at the ends."""
    start, end = 0, len(lines)
    while start < end and is_blank(lines[start]):
        start += 1
    while end > start and is_blank(lines[end - 1]):
        end -= 1
    return list(lines[start:end])


def render_block(lines: Sequence[Line], render: Renderer) -> str:
    """HTML of the lines, empty when they hold no words."""
    kept = trimmed(lines)
    return render.block(kept) if kept else ""


def is_quote(line: Line) -> bool:
    return line.text.lstrip().startswith(">")


def unquoted(lines: Iterable[Line]) -> list[Line]:
    """Quoted lines without their ``>`` and one space after it."""
    return [Line(line.number, line.text.lstrip().removeprefix(">").removeprefix(" ")) for line in lines]


def without_closing_quote(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Split into the lines before and a closing ``> quote``, unquoted; callouts are prose, not such a quote."""
    kept = trimmed(lines)
    start = len(kept)
    while start > 0 and kept[start - 1].text.startswith(">"):
        start -= 1
    quote = unquoted(kept[start:])
    if not quote or quote[0].text.startswith("[!") or (start > 0 and not is_blank(kept[start - 1])):
        return kept, []
    return trimmed(kept[:start]), quote


def in_code(lines: Sequence[Line]) -> list[bool]:
    """For each line, whether it belongs to a fenced block of code, fences included."""
    inside: list[bool] = []
    fence = ""
    for line in lines:
        found = _FENCE.match(line.text)
        if fence:
            inside.append(True)
            closes = found and found[1][0] == fence[0] and len(found[1]) >= len(fence)
            if closes and not line.text.strip().strip(fence[0]):
                fence = ""
        elif found:
            fence = found[1]
            inside.append(True)
        else:
            inside.append(False)
    return inside


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines without a blank one between."""
    found: list[list[Line]] = []
    open_paragraph = False
    for line in lines:
        if is_blank(line):
            open_paragraph = False
        elif open_paragraph:
            found[-1].append(line)
        else:
            found.append([line])
            open_paragraph = True
    return found
