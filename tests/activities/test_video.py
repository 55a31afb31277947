"""A film has captions and a transcript, always."""

from __future__ import annotations

import pytest

from tests.activities.blocks import FIRST_LINE, block, parse

SOUND = "[A meeting](../media/meeting.mp4)\n\n#### Transcript\n\n**Ingrid:** Write down why."


@pytest.mark.parametrize(
    ("text", "options", "line", "words"),
    [
        (SOUND, {}, 0, "no captions"),
        (SOUND.split("\n\n####")[0], {"captions": "m.vtt"}, 0, "no transcript"),
        (SOUND.replace(".mp4", ".avi"), {"captions": "m.vtt"}, 0, "no film"),
        (SOUND.replace("#### Transcript", "More words.\n\n#### Transcript"), {"captions": "m.vtt"}, 3, "no film"),
        (SOUND, {"captions": "m.vtt", "minutes": "40"}, 0, "whole number"),
    ],
)
def test_faults_are_told_with_their_line(text: str, options: dict[str, str], line: int, words: str) -> None:
    _, report = parse(block("video", text, **options))
    told = [(at, message) for at, message, _ in report.errors]
    assert any(at == FIRST_LINE - 1 + line and words in message for at, message in told), told
