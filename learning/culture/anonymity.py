"""What may be shown of a survey so that nobody's answer can be told. Pure; docs/culture-compass.md gives examples.

Two steps. ``merge`` chooses which groups of a tree are shown on a scale, so that the groups shown and every difference
between them hold at least five answers to each statement. ``keep_safe`` then forgets what would give an answer away in
such a piece when people answer alike. All that is shown is added up from these pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5  # answers to each statement in every piece
HIGHEST = 5  # answers go from 1 to 5
DISAGREES = 2  # so much or lower
KNOWN = 3  # answers of a scale that somebody in the piece knows: their own
Tally = tuple[int, ...]  # how many answered 1, 2, 3, 4 and 5
Cell = tuple[Tally, ...]  # one for each statement of a scale


class Bound(StrEnum):
    """Whether a number is what it says, or the least or the most that is told."""

    EXACT = "exact"
    OR_HIGHER = "or-higher"
    OR_LOWER = "or-lower"


@dataclass(frozen=True)
class Group:
    """A group that may be shown, with all below it; exactly one has no parent, and parents come before children."""

    number: int
    parent: int | None


@dataclass(frozen=True)
class Safe:
    """What is known of a piece once it is safe: how many answers, their sum, and whether a third or more disagree.

    ``apart`` is None where that may not be told.
    """

    answers: int
    total: int
    bound: Bound
    apart: bool | None


def nothing(statements: int) -> Cell:
    return ((0,) * HIGHEST,) * statements


def added(cells: Iterable[Cell], statements: int) -> Cell:
    """Cells of the same statements, added up."""
    result = nothing(statements)
    for cell in cells:
        result = tuple(
            tuple(one + other for one, other in zip(mine, theirs, strict=True))
            for mine, theirs in zip(result, cell, strict=True)
        )
    return result


def is_empty(cell: Cell) -> bool:
    return not any(map(any, cell))


def is_enough(cell: Cell) -> bool:
    """Whether every statement has been answered by at least five."""
    return all(sum(tally) >= FEWEST for tally in cell)


def merge(
    groups: Sequence[Group], cells: Mapping[int, Cell], within: Mapping[int, Cell] | None = None
) -> dict[int, Cell]:
    """Which groups are shown, and what each holds that no shown group below it holds: its piece.

    ``cells`` are the answers given in each group itself, without those below. Pieces are empty or enough. What is too
    little moves up to the group above. What is too little at the top takes in the smallest piece shown below it, whose
    group is then shown no more; with too little in all, nothing is shown. Looks only at how many have answered.

    ``within`` is what may be shown of those who took part: nothing else is shown, and none of its pieces may be empty
    that is not so there. Otherwise it could be seen that the few people of a group have skipped all of a scale.
    """
    statements = max((len(cell) for cell in cells.values()), default=1)
    pools = {group.number: cells.get(group.number, nothing(statements)) for group in groups}
    tops: dict[int, list[int]] = {group.number: [] for group in groups}  # shown below, with nothing shown between
    shown: dict[int, Cell] = {}

    def is_fit(number: int) -> bool:
        if within is not None and number not in within:
            return False
        may_be_empty = within is None or is_empty(within[number])
        return is_enough(pools[number]) or (may_be_empty and is_empty(pools[number]) and bool(tops[number]))

    for group in reversed(groups):
        below = tops[group.number]
        while group.parent is None and below and not is_fit(group.number):
            smallest = min(below, key=lambda each: (is_empty(shown[each]), _size(shown[each]), each))
            below.remove(smallest)
            below += tops[smallest]
            pools[group.number] = added((pools[group.number], shown.pop(smallest)), statements)
        if is_fit(group.number):
            shown[group.number] = pools[group.number]
            if group.parent is not None:
                tops[group.parent].append(group.number)
        elif group.parent is not None:
            pools[group.parent] = added((pools[group.parent], pools[group.number]), statements)
            tops[group.parent] += below
    return shown


def _size(cell: Cell) -> int:
    return sum(map(sum, cell))


def keep_safe(cell: Cell) -> Safe:
    """A piece that is enough, without what would tell an answer to somebody who knows one person's in it.

    Whoever knows ``KNOWN`` of the N answers, all but the ends of the sum leaves any value possible for each of the
    others: the rest, N - 4 answers, can make up for it as long as the sum is from N + 16 to 5N - 16. Beyond that only
    "or lower" and "or higher" is said. Whether a third or more disagree narrows what is possible further, so it is
    told only where either would leave every value possible: see ``_apart``.
    """
    answers = _size(cell)
    total = sum(value * number for tally in cell for value, number in enumerate(tally, start=1))
    slack = (KNOWN + 1) * (HIGHEST - 1)
    lowest, highest = answers + slack, HIGHEST * answers - slack
    bound = Bound.OR_LOWER if total <= lowest else Bound.OR_HIGHER if total >= highest else Bound.EXACT
    return Safe(answers, min(max(total, lowest), highest), bound, _apart(cell, answers, total))


def _apart(cell: Cell, answers: int, total: int) -> bool | None:
    """Whether a third or more of the answers disagree; None where telling would leave somebody's answer too few values.

    With fewer than ``third`` who disagree, the least sum around four answers of 5 is 3N - 2 third + 10; with so many,
    the greatest around four answers of 3 is 5N - 3 third - 8. Between them each is possible with any four answers.
    """
    third = -(-answers // 3)
    if not 3 * answers - 2 * third + 10 <= total <= 5 * answers - 3 * third - 8:
        return None
    return sum(sum(tally[:DISAGREES]) for tally in cell) >= third


def pieces_below(groups: Sequence[Group], shown: Mapping[int, Cell]) -> dict[int, list[int]]:
    """For each shown group the shown groups whose pieces it is made of: itself and those below it. Empty ones go."""
    parents = {group.number: group.parent for group in groups}
    found: dict[int, list[int]] = {number: [] for number in shown}
    for number, cell in shown.items():
        at: int | None = number if not is_empty(cell) else None
        while at is not None:
            if at in found:
                found[at].append(number)
            at = parents[at]
    return found


def of_people(groups: Sequence[Group], counts: Mapping[int, int]) -> dict[int, Cell]:
    """What may be shown of people, by how many there are in each group without those below: as cells of one count."""
    return merge(groups, {number: ((count, *(0,) * (HIGHEST - 1)),) for number, count in counts.items()})


def safe_pieces(
    groups: Sequence[Group], cells: Mapping[int, Cell], took_part: Mapping[int, int]
) -> dict[int, list[Safe]]:
    """For each group that is shown the safe pieces it is made of: all that figures may be worked out from.

    ``took_part`` is how many people did in each group, without those below.
    """
    shown = merge(groups, cells, of_people(groups, took_part))
    safe = {number: keep_safe(cell) for number, cell in shown.items() if not is_empty(cell)}
    return {number: [safe[each] for each in inside] for number, inside in pieces_below(groups, shown).items()}


def shown_counts(groups: Sequence[Group], counts: Mapping[int, int]) -> dict[int, int]:
    """How many people there are in each group with all below it, for the groups where that may be told."""
    shown = of_people(groups, counts)
    return {
        number: sum(_size(shown[each]) for each in inside) for number, inside in pieces_below(groups, shown).items()
    }
