"""The figures that are read: scores, spread, maturity, changes. Pure, made of safe pieces or of one another only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from learning.culture.anonymity import Bound, Safe

LEVEL_STARTS = (20, 28, 35, 42)  # tenths at which levels 2, 3, 4 and 5 begin
CHANGES = 3  # tenths: a smaller change is not spoken of


@dataclass(frozen=True)
class Figure:
    """What is shown of a group on a scale. ``tenths`` is the mean, from 10 to 50.

    Of the pieces it is made of, so many have a third or more who disagree (``apart``), fewer (``together``), or may
    not tell (``untold``).
    """

    tenths: int
    bound: Bound
    apart: int
    together: int
    untold: int

    @property
    def pieces(self) -> int:
        return self.apart + self.together + self.untold

    def as_json(self) -> dict[str, Any]:
        return {
            "tenths": self.tenths, "bound": self.bound.value, "apart": self.apart, "together": self.together,
            "untold": self.untold,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Figure:
        return cls(**{**values, "bound": Bound(values["bound"])})


@dataclass(frozen=True)
class Maturity:
    """A level from 1 to 5 with the steps to it: the mean of the scales, its level, the weakest scale and its level."""

    level: int
    mean_tenths: int
    level_of_mean: int
    weakest: str
    weakest_tenths: int
    level_of_weakest: int


def tenths(total: int, answers: int) -> int:
    """The mean in tenths, halves upwards."""
    return (20 * total + answers) // (2 * answers)


def figure(pieces: Sequence[Safe]) -> Figure:
    """The figure of a group that is made of these pieces, at least one."""
    bounds = {piece.bound for piece in pieces} - {Bound.EXACT}
    return Figure(
        tenths(sum(piece.total for piece in pieces), sum(piece.answers for piece in pieces)),
        bounds.pop() if len(bounds) == 1 else Bound.EXACT,
        sum(piece.apart is True for piece in pieces),
        sum(piece.apart is False for piece in pieces),
        sum(piece.apart is None for piece in pieces),
    )


def level(score: int) -> int:
    """The level from 1 to 5 of a score in tenths."""
    return 1 + sum(score >= start for start in LEVEL_STARTS)


def maturity(scores: Mapping[str, int]) -> Maturity | None:
    """The level of the mean, yet at most one above that of the weakest scale. None without scores."""
    if not scores:
        return None
    mean = middle(scores.values())
    weakest = min(scores, key=lambda code: scores[code])
    lowest = level(scores[weakest])
    return Maturity(min(level(mean), lowest + 1), mean, level(mean), weakest, scores[weakest], lowest)


def change(now: Figure, before: Figure) -> int | None:
    """The change in tenths; None where either number is only a limit, so that nothing can be said of it."""
    return now.tenths - before.tenths if now.bound is before.bound is Bound.EXACT else None


def middle(scores: Iterable[int]) -> int:
    """The mean of displayed scores in tenths: each agency counts once."""
    known = list(scores)
    return (2 * sum(known) + len(known)) // (2 * len(known))
