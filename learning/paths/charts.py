"""Stacked bars, worked out on the server as rectangles for SVG."""

from __future__ import annotations

from dataclasses import dataclass

from learning.paths.board import Tally
from learning.paths.due_dates import Status

WIDTH = 200  # the units of the SVG's viewBox
_ORDER = (Status.DONE, Status.UNDER_WAY, Status.NOT_BEGUN, Status.OVERDUE)


@dataclass(frozen=True)
class Segment:
    """A rectangle of a bar, from ``x`` and ``width`` wide in the units of the viewBox."""

    status: Status
    x: float
    width: float


def bars(tallies: list[Tally]) -> list[list[Segment]]:
    """For each tally a bar of full width, split by the share of each status; nothing for shares of zero."""
    drawn = []
    for tally in tallies:
        x, bar = 0.0, []
        for status in _ORDER:
            number = tally.of(status)
            if number:
                width = WIDTH * number / tally.total
                bar.append(Segment(status, round(x, 2), round(width, 2)))
                x += width
        drawn.append(bar)
    return drawn
