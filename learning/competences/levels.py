"""The published rule: which level of a competence the evidence amounts to. Pure.

docs/competence-levels.md says the same in words; people see ``WEIGHTS`` and ``NEEDED`` on a page of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from learning.catalogue.frameworks import LEVELS

NONE = 0  # no level yet
NEEDED = {1: 4, 2: 4, 3: 6, 4: 8}  # points, from evidence that speaks of the level or a higher one
SEVERAL_KINDS_FROM = 3  # from this level on, two kinds of evidence, one of them another person's


class EvidenceKind(StrEnum):
    COMPLETION = "completion"
    ASSESSMENT = "assessment"
    COMMITMENT = "commitment"
    PRIOR_LEARNING = "prior-learning"
    COLLEAGUE = "colleague"
    MANAGER = "manager"
    MOBILITY = "mobility"


@dataclass(frozen=True)
class Weight:
    """``level`` is the one that such evidence speaks of; None: the one that is stated. It counts for ``years``."""

    level: int | None
    points: int
    years: int


WEIGHTS = {
    # A course gives words and practice in a safe place; it says nothing of what is done at work.
    EvidenceKind.COMPLETION: Weight(1, 4, 3),
    # Right answers to cases show judgement, but still on paper: two such are needed.
    EvidenceKind.ASSESSMENT: Weight(2, 2, 3),
    # Done at work, but told by oneself: as much as an assessment, for as long as work stays the same.
    EvidenceKind.COMMITMENT: Weight(2, 2, 2),
    # HR has read what it rests on and says that the course would teach nothing new.
    EvidenceKind.PRIOR_LEARNING: Weight(2, 4, 5),
    # Has seen it, but sees a part; so two are needed for what one manager's word is enough for.
    EvidenceKind.COLLEAGUE: Weight(None, 2, 2),
    # Sees the work over time and answers for it.
    EvidenceKind.MANAGER: Weight(None, 4, 2),
    # Months in another job are the hardest to get and the last to be forgotten.
    EvidenceKind.MOBILITY: Weight(3, 4, 5),
}
ANOTHERS = frozenset({EvidenceKind.COLLEAGUE, EvidenceKind.MANAGER, EvidenceKind.MOBILITY})  # rests on somebody else
STATED = frozenset({EvidenceKind.COLLEAGUE, EvidenceKind.MANAGER})  # a person states a level


@dataclass(frozen=True)
class Piece:
    """Evidence as the rule sees it; it counts from ``happened_on`` to and with ``expires_on``.

    Of several with the same ``origin`` the newest counts: a course is one origin, and so is a person who states.
    """

    id: int
    kind: EvidenceKind
    level: int
    points: int
    happened_on: date
    expires_on: date | None
    origin: str


@dataclass(frozen=True)
class Rung:
    """One level: the evidence that speaks of it or a higher one, and what it adds up to."""

    level: int
    needed: int
    pieces: tuple[Piece, ...]
    points: int
    lacks_kinds: bool  # it takes two kinds
    lacks_another: bool  # it takes somebody else's

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.points)

    @property
    def reached(self) -> bool:
        return not (self.missing or self.lacks_kinds or self.lacks_another)


@dataclass(frozen=True)
class Level:
    """The level, from 0 (none) to 4, with all that explains it.

    ``counted`` is newest first; ``replaced`` gave way to something newer from the same origin, or to the word of
    another manager. ``rungs`` go from 1 to 4.
    """

    level: int
    counted: tuple[Piece, ...]
    replaced: tuple[Piece, ...]
    expired: tuple[Piece, ...]
    rungs: tuple[Rung, ...]

    @property
    def reached(self) -> Rung | None:
        """The level's own rung: its pieces add up to the level."""
        return self.rungs[self.level - 1] if self.level else None

    @property
    def next(self) -> Rung | None:
        """The next level's, which says what is missing; None at the top."""
        return self.rungs[self.level] if self.level < LEVELS[-1] else None

    @property
    def next_expiry(self) -> date | None:
        """The last day on which all that counts still does."""
        return min((each.expires_on for each in self.counted if each.expires_on is not None), default=None)

    def on(self, day: date) -> Level:
        """The level on a later day, if nothing is added until then."""
        return level_of([*self.counted, *self.replaced, *self.expired], day)

    @property
    def falls(self) -> tuple[tuple[date, int], ...]:
        """The days on which the level falls if nothing is added: the last day of what it was, and what it is after."""
        found = []
        level = self.level
        for day in sorted({each.expires_on for each in self.counted if each.expires_on is not None}):
            after = self.on(date.fromordinal(day.toordinal() + 1)).level
            if after < level:
                found.append((day, after))
                level = after
        return tuple(found)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 28 February stands in for 29."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day(kind: EvidenceKind, happened_on: date, until: date | None = None) -> date:
    """The last day on which evidence of the kind counts; ``until`` is a day that was set for it."""
    return until or years_after(happened_on, WEIGHTS[kind].years)


def _order(piece: Piece) -> tuple[date, int]:
    return piece.happened_on, piece.id


def _newest_of_each(pieces: Iterable[Piece]) -> list[Piece]:
    newest: dict[str, Piece] = {}
    for each in sorted(pieces, key=_order):
        newest[each.origin] = each
    return list(newest.values())


def _one_manager(pieces: Iterable[Piece]) -> list[Piece]:
    """Of several managers, who each say what they say last, the one that states the highest level counts."""
    managers = [each for each in pieces if each.kind is EvidenceKind.MANAGER]
    best = max(managers, key=lambda each: (each.level, each.expires_on or date.max, each.id), default=None)
    return [each for each in pieces if each.kind is not EvidenceKind.MANAGER or each is best]


def _rung(level: int, counted: Sequence[Piece]) -> Rung:
    pieces = tuple(each for each in counted if each.level >= level)
    kinds = {each.kind for each in pieces}
    strict = level >= SEVERAL_KINDS_FROM
    return Rung(
        level, NEEDED[level], pieces, sum(each.points for each in pieces),
        lacks_kinds=strict and len(kinds) < 2, lacks_another=strict and not kinds & ANOTHERS,
    )  # fmt: skip


def level_of(evidence: Iterable[Piece], today: date) -> Level:
    """The level that the evidence amounts to on a day, with its explanation. The order makes no difference.

    Evidence that is not withdrawn. What is new from an origin takes the place of what is old, also when the old would
    have counted for longer: that is how somebody takes back what they said.
    """
    begun = [each for each in evidence if each.happened_on <= today]
    newest = _newest_of_each(begun)
    valid = [each for each in newest if each.expires_on is None or each.expires_on >= today]
    counted = sorted(_one_manager(valid), key=_order, reverse=True)
    chosen = {each.id for each in counted}
    over = [each for each in begun if each.expires_on is not None and each.expires_on < today]
    gone = {each.id for each in over}
    replaced = [each for each in begun if each.id not in chosen | gone]
    rungs = tuple(_rung(level, counted) for level in LEVELS)
    reached = max((each.level for each in rungs if each.reached), default=NONE)
    return Level(
        reached, tuple(counted), tuple(sorted(replaced, key=_order, reverse=True)),
        tuple(sorted(over, key=_order, reverse=True)), rungs,
    )  # fmt: skip
