"""Texts that a spreadsheet must not take for formulas, and the way back."""

from __future__ import annotations

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text with a ' before it where a spreadsheet could read a formula (OWASP), so that it can be taken away."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text again, without that mark."""
    return text[1:] if _GUARDED.match(text) else text
