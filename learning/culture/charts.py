"""Bars and shades for scores, worked out on the server."""

from __future__ import annotations

WIDTH = 200  # the units of the SVG's viewBox
SHADES = 5


def bar(tenths: int) -> float:
    """How long a score's bar is: nothing at 1.0, the full width at 5.0."""
    return round(WIDTH * (tenths - 10) / 40, 2)


def shade(tenths: int) -> int:
    """The shade of a cell, from 0 (1.0) to 5 (5.0)."""
    return min(SHADES, SHADES * (tenths - 10) // 40)
