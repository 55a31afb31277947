"""A radar of levels, worked out on the server as points for SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from learning.catalogue.frameworks import LEVELS

SIZE = 400  # both ways, in the units of the SVG's viewBox, which is wider: labels stand at the sides
RADIUS = 150
_CENTRE = SIZE / 2
_LABEL = RADIUS + 22
FEWEST = 3  # axes; fewer make no area


@dataclass(frozen=True)
class Axis:
    """A line from the middle to ``x``, ``y``, with its label and the point of the level on it."""

    label: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str  # SVG's text-anchor
    point_x: float
    point_y: float


@dataclass(frozen=True)
class Radar:
    """``rings`` are one polygon a level, the highest last; ``area`` is the polygon of the levels."""

    axes: Sequence[Axis]
    rings: Sequence[str]
    area: str


def radar(levels: Sequence[tuple[str, int]]) -> Radar | None:
    """Labels with levels from 0 to 4, clockwise from the top; None for fewer than three."""
    if len(levels) < FEWEST:
        return None
    turns = [-pi / 2 + 2 * pi * place / len(levels) for place in range(len(levels))]
    axes = [_axis(label, level, turn) for (label, level), turn in zip(levels, turns, strict=True)]
    rings = [_polygon([_at(turn, RADIUS * level / LEVELS[-1]) for turn in turns]) for level in LEVELS]
    return Radar(axes, rings, _polygon([(axis.point_x, axis.point_y) for axis in axes]))


def _at(turn: float, distance: float) -> tuple[float, float]:
    return round(_CENTRE + distance * cos(turn), 1), round(_CENTRE + distance * sin(turn), 1)


def _polygon(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _axis(label: str, level: int, turn: float) -> Axis:
    anchor = "middle" if abs(cos(turn)) < 0.2 else "start" if cos(turn) > 0 else "end"
    label_x, label_y = _at(turn, _LABEL)
    return Axis(label, *_at(turn, RADIUS), label_x, label_y, anchor, *_at(turn, RADIUS * level / LEVELS[-1]))
