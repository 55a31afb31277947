"""What takes somebody on to the next level, and by how much: pure, by the same rule that counts the level."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from learning.competences.levels import WEIGHTS, EvidenceKind, Level, Piece, last_day, level_of


@dataclass(frozen=True)
class Offer:
    """A course as the rule sees it: what it gives whoever completes it."""

    course_id: int
    slug: str
    has_assessment: bool
    has_promise: bool


@dataclass(frozen=True)
class Way:
    """``points`` towards the next level; ``reached`` is the level after it. ``course`` is empty for other ways."""

    kind: EvidenceKind
    points: int
    reached: int
    course: Offer | None = None


def _after(now: Level, more: Iterable[Piece], today: date) -> Level:
    return level_of([*now.counted, *now.replaced, *now.expired, *more], today)


def _pieces_of(offer: Offer, today: date) -> list[Piece]:
    kinds = [
        (EvidenceKind.COMPLETION, f"course:{offer.course_id}", True),
        (EvidenceKind.ASSESSMENT, f"assessment:{offer.course_id}", offer.has_assessment),
        (EvidenceKind.COMMITMENT, f"commitment:{offer.course_id}:any", offer.has_promise),
    ]
    return [
        Piece(-number, kind, WEIGHTS[kind].level or 1, WEIGHTS[kind].points, today, last_day(kind, today), origin)
        for number, (kind, origin, is_given) in enumerate(kinds, start=1)
        if is_given
    ]


def _promised_already(now: Level, offer: Offer) -> bool:
    return any(each.origin.startswith(f"commitment:{offer.course_id}:") for each in now.counted)


def ways(now: Level, offers: Collection[Offer], today: date) -> list[Way]:
    """What would add points towards the next level, what reaches it first. Nothing at the top."""
    wanted = now.next
    if wanted is None:
        return []
    found = []
    for offer in offers:
        pieces = [
            each
            for each in _pieces_of(offer, today)
            if each.kind is not EvidenceKind.COMMITMENT or not _promised_already(now, offer)
        ]
        found += _way(now, EvidenceKind.COMPLETION, pieces, today, offer)
    for kind in (EvidenceKind.COLLEAGUE, EvidenceKind.MANAGER, EvidenceKind.MOBILITY):
        level = WEIGHTS[kind].level or wanted.level
        if level >= wanted.level:
            piece = Piece(-9, kind, level, WEIGHTS[kind].points, today, last_day(kind, today), f"new:{kind}")
            found += _way(now, kind, [piece], today)
    return sorted(found, key=lambda each: (-each.reached, -each.points, each.course is None))


def _way(now: Level, kind: EvidenceKind, pieces: list[Piece], today: date, offer: Offer | None = None) -> list[Way]:
    assert now.next is not None
    after = _after(now, pieces, today)
    gained = after.rungs[now.level].points - now.next.points
    return [Way(kind, gained, after.level, offer)] if gained > 0 or after.level > now.level else []
