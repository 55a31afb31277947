"""What is lacking: how many people reach what is needed, of how many who should. Pure.

Posts are counted as they are today: who leaves is to be replaced, so the need stays and only those who reach it go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from learning.needs.models import Consequence, NeedRole
from learning.needs.resolving import Need, Zone, roles_of

_WEIGHT = {Consequence.LOW: 1, Consequence.MEDIUM: 2, Consequence.HIGH: 3}


class Standing(StrEnum):
    """How a gap stands, in words; a colour never says it alone."""

    NOT_NEEDED = "not-needed"
    NOBODY = "nobody"  # it is needed, but nobody works there
    MET = "met"
    NEARLY = "nearly"  # four of five or more
    HALF = "half"  # half or more
    FAR = "far"


@dataclass(frozen=True)
class Cell:
    """A competence in a unit with all below it.

    ``people`` are those it is needed of, ``reach`` those of them who are at the level, ``needed`` how many must be and
    ``covered`` how many of these places are filled. ``levels`` are the levels that are asked for, and ``apart`` says
    that a number of people is needed of a larger part of the agency, so that it cannot be told for this one alone.
    """

    people: int = 0
    reach: int = 0
    needed: int = 0
    covered: int = 0
    levels: tuple[int, ...] = ()
    consequence: Consequence | None = None
    apart: bool = False
    asked: bool = False

    @property
    def gap(self) -> int:
        return self.needed - self.covered

    @property
    def standing(self) -> Standing:
        if not self.asked:
            return Standing.NOT_NEEDED
        if not self.needed:
            return Standing.NOBODY
        if not self.gap:
            return Standing.MET
        if 5 * self.covered >= 4 * self.needed:
            return Standing.NEARLY
        return Standing.HALF if 2 * self.covered >= self.needed else Standing.FAR


@dataclass(frozen=True)
class Counted:
    """People in one zone: ``heads`` by role, ``reached`` by role, competence and level (who is exactly there)."""

    heads: Mapping[NeedRole, int]
    reached: Mapping[tuple[NeedRole, int, int], int]


def places(need: Need, people: int) -> int:
    """How many of ``people`` must reach the level: a share is rounded up."""
    if need.number is not None:
        return need.number
    return -(-people * (need.share or 0) // 100)


def cells(
    parts: Iterable[tuple[Zone, Counted]],
    competences: Collection[int],
    role: NeedRole,
    inside: Collection[int],
    losing: int = 0,
) -> dict[int, Cell]:
    """A cell for each competence, for people who are spread over zones: people of one need are counted together.

    ``inside`` are the units that the cell is about: a number of people that a unit outside asks for cannot be split.
    ``losing``: so many of them leave, and at worst it is those who reach the level.
    """
    heads: dict[int, int] = {}  # by the need's id, as is ``reach``
    reach: dict[int, int] = {}
    needs: dict[int, Need] = {}
    wanted, roles = set(competences), roles_of(role)
    for zone, counted in parts:
        for (who, competence), need in zone.needs.items():
            if who not in roles or competence not in wanted or not need.level:
                continue
            number = counted.heads.get(who, 0)
            needs[need.id] = need
            heads[need.id] = heads.get(need.id, 0) + number
            if number:
                there = sum(counted.reached.get((who, competence, level), 0) for level in range(need.level, 5))
                reach[need.id] = reach.get(need.id, 0) + there
    by_competence: dict[int, list[Need]] = {}
    for need in needs.values():
        by_competence.setdefault(need.competence_id, []).append(need)
    here = set(inside)
    return {
        competence: _cell(by_competence.get(competence, []), heads, reach, here, losing) for competence in competences
    }


def _cell(needs: list[Need], heads: Mapping[int, int], reach: Mapping[int, int], inside: set[int], losing: int) -> Cell:
    people = reached = needed = covered = 0
    apart = False
    spare: list[int] = []  # people beyond what each need asks for: they can leave without a loss
    for need in needs:
        there = reach.get(need.id, 0)
        people += heads[need.id]
        reached += there
        if need.number is not None and need.unit_id not in inside:
            apart = True
            continue
        wanted = places(need, heads[need.id])
        needed += wanted
        covered += min(there, wanted)
        if there and wanted:
            spare.append(max(0, there - wanted))
    if losing:
        reached = max(0, reached - losing)
        covered -= min(covered, max(0, losing - min(spare, default=0)))
    return Cell(
        people,
        reached,
        needed,
        covered,
        tuple(sorted({need.level for need in needs})),
        max((need.consequence for need in needs), key=_WEIGHT.__getitem__, default=None),
        apart,
        bool(needs),
    )
