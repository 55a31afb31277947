"""How hard each question is, as bars for SVG, worked out on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from learning.progress.item_statistics import ItemStatistics

WIDTH = 240  # of a full bar, in the units of the SVG's viewBox
ROW = 22
LEFT = 34  # for the question's number
STEPS = (0, 25, 50, 75, 100)  # per cent, drawn as lines


@dataclass(frozen=True)
class Bar:
    """``number`` is the question's in the table beside; ``has_sign`` where an author should look."""

    number: int
    y: int
    width: float
    percent: int
    has_sign: bool


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    lines: tuple[tuple[int, int], ...]  # per cent and x
    width: int
    height: int


def chart_of(numbered: Iterable[tuple[int, ItemStatistics]]) -> Chart:
    """A bar for each question by its number, as long as the mean share of its points."""
    bars = tuple(
        Bar(number, place * ROW, round(WIDTH * item.difficulty, 1), round(100 * item.difficulty), bool(item.signs))
        for place, (number, item) in enumerate(numbered)
    )
    lines = tuple((step, LEFT + WIDTH * step // 100) for step in STEPS)
    return Chart(bars, lines, LEFT + WIDTH + 46, len(bars) * ROW + 20)
