"""A film of the course itself, with captions and the words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from learning.activities.block_options import whole_number
from learning.activities.prose_pieces import count_words, in_code, render_block, trimmed
from learning.activities.registry import ActivityType, Answer, Data, Line, RawBlock, Renderer, Reporter, register

_LINK = re.compile(r"\s*\[(.+)\]\(\.\./media/([^()\s]+\.(?:mp4|webm))\)\s*\Z")
_CAPTIONS = re.compile(r"(?:\.\./media/)?([A-Za-z0-9][A-Za-z0-9._/-]*\.vtt)\Z")
_HEADING = re.compile(r"####(?!#)\s*\S")


@register
class Video(ActivityType):
    """Only seen. ``data``: ``title``, ``film`` and ``captions`` (``course:media/`` links), ``transcript`` HTML."""

    name = "video"
    title = _l("Film")
    summary = "A short film that lies in the course's media folder, with captions and a transcript."
    example = """::: video v-meeting {captions=meeting.en.vtt minutes=2}

[A meeting that looks for what can go wrong](../media/meeting.mp4)

#### Transcript

**Ingrid:** It is next June, and the project has failed. Write down why.

:::"""
    known_options = frozenset({"captions", "minutes"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        link, transcript = _split(block.body)
        found = next((match for line in link if (match := _LINK.match(line.text))), None)
        if found is None:
            report.error(
                block.line, f"The block {block.id} has no film.", "Begin with [Title](../media/film.mp4), mp4 or webm."
            )
        for line in link:
            if line.text.strip() and not _LINK.match(line.text):
                report.error(line.number, "This line is no film.", "Keep one link; the words go under #### Transcript.")
        if not any(line.text.strip() for line in transcript):
            report.error(
                block.line,
                f"The film of {block.id} has no transcript.",
                "Write #### Transcript and the words under it.",
            )
        captions = _CAPTIONS.match(block.option("captions") or "")
        if captions is None:
            report.error(block.line, f"The film of {block.id} has no captions.", "Write captions=film.nb.vtt.")
        title = render.inline(found[1], link[0].number) if found else ""
        at = link[0].number if link else block.line
        return {
            "title": title,
            "film": _address(render.inline(f"[x](../media/{found[2]})", at)) if found else "",
            "kind": "video/webm" if found and found[2].endswith(".webm") else "video/mp4",
            "captions": _address(render.inline(f"[x](../media/{captions[1]})", block.line)) if captions else "",
            "minutes": whole_number(block, "minutes", 2, 1, 15, report),
            "transcript": render_block(transcript, render),
        }

    def shape(self, data: Data) -> Any:
        return data["minutes"]

    def needs_answer(self, data: Data) -> bool:
        return False

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        return {}

    def words(self, data: Data) -> int:
        # Either seen or read: the film's minutes stand for both.
        return count_words(data["title"])

    def doing_minutes(self, data: Data) -> float:
        return float(data["minutes"])


def _split(body: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines before the transcript's heading, and those after it."""
    code = in_code(body)
    for place, line in enumerate(body):
        if not code[place] and _HEADING.match(line.text):
            return trimmed(body[:place]), list(body[place + 1 :])
    return trimmed(body), []


def _address(link: str) -> str:
    """The address of a rendered link."""
    found = re.search(r'href="([^"]*)"', link)
    return found[1] if found else ""
