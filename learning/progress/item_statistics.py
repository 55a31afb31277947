"""What the answers to a question say about the question. Pure functions; who answered is only counted.

Shown to authors after a pilot, to find questions that are too easy, options that nobody chooses, and questions that
those who know the subject get wrong (rules 21 and 22 for items; see docs/quality-sheet.md, D1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, sqrt

FEWEST = 5  # people who have answered; of fewer nothing is told
EASY = 0.95  # of the answers fully right
RARE = 0.05  # of the answers choose an option
_NO_SPREAD = 1e-12  # a variance below this is rounding


class Sign(StrEnum):
    """What an author should look at."""

    TOO_EASY = "too-easy"
    NEGATIVE = "negative"  # those who do well otherwise do worse here
    RARE_OPTION = "rare-option"


@dataclass(frozen=True)
class Answered:
    """One question in one attempt that was handed in.

    ``share`` is what it earned of its points, ``rest`` what the attempt's other questions earned of theirs, both from
    0 to 1; ``rest`` is None where there were no others. ``chosen`` are keys of options, for questions that have them.
    """

    person: int
    share: float
    rest: float | None
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class OptionStatistics:
    """``share`` of the answers chose it; ``rest`` is the mean of theirs, None when fewer than ``FEWEST`` chose it."""

    key: str
    chosen: int
    share: float
    rest: float | None

    @property
    def is_rare(self) -> bool:
        return self.share < RARE


@dataclass(frozen=True)
class ItemStatistics:
    """``difficulty`` is the mean share of the points (so a high one is easy), ``right`` the share fully right."""

    answers: int
    difficulty: float
    right: float
    discrimination: float | None
    options: tuple[OptionStatistics, ...]

    @property
    def signs(self) -> tuple[Sign, ...]:
        found = []
        if self.right > EASY:
            found.append(Sign.TOO_EASY)
        if self.discrimination is not None and self.discrimination < 0:
            found.append(Sign.NEGATIVE)
        if any(option.is_rare for option in self.options):
            found.append(Sign.RARE_OPTION)
        return tuple(found)


def item_statistics(answers: Sequence[Answered], options: Sequence[str] = ()) -> ItemStatistics | None:
    """The numbers of one question, whatever the order of its answers; None when too few people have answered.

    ``options`` are the keys of its options, in the order of the course.
    """
    if len({answer.person for answer in answers}) < FEWEST:
        return None
    return ItemStatistics(
        answers=len(answers),
        difficulty=_mean([answer.share for answer in answers]),
        right=sum(answer.share >= 1 for answer in answers) / len(answers),
        discrimination=discrimination([(each.share, each.rest) for each in answers if each.rest is not None]),
        options=tuple(_option(key, answers) for key in options),
    )


def all_statistics(
    answers: Mapping[str, Sequence[Answered]], options: Mapping[str, Sequence[str]]
) -> dict[str, ItemStatistics | None]:
    """``item_statistics`` of every question in ``options``, in its order."""
    return {item: item_statistics(answers.get(item, ()), keys) for item, keys in options.items()}


def discrimination(pairs: Sequence[tuple[float, float]]) -> float | None:
    """How well the question tells those who know from those who do not: item and rest score, from -1 to 1.

    ``pairs`` are the share of the question and the share of the rest of the same attempt. For questions that are
    right or wrong this is the point-biserial correlation

        r = (M1 - M0) / s * sqrt(p * q)

    where M1 and M0 are the mean rest scores of those who had it right and wrong, s the standard deviation of all rest
    scores (divided by n), p the share who had it right, and q = 1 - p. That is Pearson's r with the question counted
    as 1 or 0, so the same formula takes questions that can be partly right. The question itself is left out of the
    score: otherwise it correlates with itself (Henrysson, S. (1963). Correction of item-total correlations in item
    analysis. Psychometrika 28, 211-218). None when all answers, or all rest scores, are alike.
    """
    count = len(pairs)
    if not count:
        return None
    mean_item, mean_rest = _mean([item for item, _ in pairs]), _mean([rest for _, rest in pairs])
    spread_item = fsum((item - mean_item) ** 2 for item, _ in pairs) / count
    spread_rest = fsum((rest - mean_rest) ** 2 for _, rest in pairs) / count
    if spread_item < _NO_SPREAD or spread_rest < _NO_SPREAD:
        return None
    together = fsum((item - mean_item) * (rest - mean_rest) for item, rest in pairs) / count
    return max(-1.0, min(1.0, together / sqrt(spread_item * spread_rest)))


def _option(key: str, answers: Sequence[Answered]) -> OptionStatistics:
    takers = [answer for answer in answers if key in answer.chosen]
    rests = [answer.rest for answer in takers if answer.rest is not None]
    told = len({answer.person for answer in takers}) >= FEWEST and bool(rests)
    return OptionStatistics(key, len(takers), len(takers) / len(answers), _mean(rests) if told else None)


def _mean(values: Sequence[float]) -> float:
    """The same to the last digit whatever the order: ``fsum`` rounds once, at the end."""
    return fsum(values) / len(values)
