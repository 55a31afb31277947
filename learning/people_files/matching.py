"""Which of a person's positions each of their rows is about. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from learning.people_files.known import KnownPosition


class How(StrEnum):
    SAME = "same"  # the row is about this position
    MOVE = "move"  # the row comes instead of it
    ADD = "add"  # a further position
    PAST = "past"  # over already, and not known: it is not taken in
    UNCLEAR = "unclear"  # it may come instead of one of several, or one of several rows may


@dataclass(frozen=True)
class Wanted:
    """Of a row: its unit and its days, as far as they are told."""

    unit_id: int
    starts_on: date | None
    ends_on: date | None


def match(
    wanted: Sequence[Wanted], positions: Sequence[KnownPosition], today: date
) -> list[tuple[How, KnownPosition | None]]:
    """For each row the position it is about, and how. ``positions`` are in the order of their first days.

    A row is about the position in its unit that began on its day; otherwise about the one in its unit that is
    not over, the current before the coming. What is left over, one row and one position, is a move.
    """
    found: dict[int, tuple[How, KnownPosition | None]] = {}
    free = {position.id: position for position in positions}

    def take(place: int, candidates: Sequence[KnownPosition]) -> None:
        if candidates:
            found[place] = (How.SAME, free.pop(candidates[0].id))

    for place, row in enumerate(wanted):
        if row.starts_on is not None:
            take(place, [p for p in free.values() if (p.unit_id, p.starts_on) == (row.unit_id, row.starts_on)])
    for place, row in enumerate(wanted):
        if place in found:
            continue
        here = [p for p in free.values() if p.unit_id == row.unit_id]
        current = [p for p in here if not p.is_over(today)]
        if row.ends_on is not None and row.ends_on < today:
            take(place, [p for p in here if p.ends_on == row.ends_on] or current)
            found.setdefault(place, (How.PAST, None))
        else:
            take(place, sorted(current, key=lambda p: (p.starts_on > today, p.starts_on)))
    left = [place for place in range(len(wanted)) if place not in found]
    unnamed = [p for p in free.values() if not p.is_over(today)]
    for place in left:
        if not unnamed:
            found[place] = (How.ADD, None)
        elif len(left) == len(unnamed) == 1:
            found[place] = (How.MOVE, unnamed[0])
        else:
            found[place] = (How.UNCLEAR, unnamed[0])
    return [found[place] for place in range(len(wanted))]
