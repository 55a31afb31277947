"""The start page's words for fixed values, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext


def line_sentence(line: str) -> str:
    """What a line of courses is for, in one sentence; empty for a line without one."""
    sentences: dict[str, str] = {
        "innovation": gettext("Make room for ideas, trials and learning from what did not work."),
        "risk-management": gettext("See what may go wrong, decide what to do about it, and follow it up."),
        "change-competence": gettext("Lead people through change, with those it concerns."),
    }
    return sentences.get(line, "")
