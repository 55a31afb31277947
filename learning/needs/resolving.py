"""Which need counts where: the nearest unit's wins, then the nearest day, then the need of the level. Pure.

In a unit, a need for a later day goes before one for an earlier day, which goes on until something else is said; and a
need for the managers of one level goes before one for all. Only when the unit says nothing does the unit above it
count. A need of level 0 is an answer too: not needed here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from learning.needs.models import Consequence, Horizon, NeedRole
from learning.organisation.models import Level
from learning.paths.unit_tree import UnitNode

MANAGERS = (Level.FIRST_LINE, Level.MIDDLE, Level.TOP)  # whose competences are counted
ROLES = (NeedRole.FIRST_LINE, NeedRole.MIDDLE, NeedRole.TOP)
HORIZONS = (Horizon.NOW, Horizon.ONE_YEAR, Horizon.THREE_YEARS)


@dataclass(frozen=True)
class Need:
    """A need that counts today, as plain values; ``share`` in per cent, or else ``number`` of people."""

    id: int
    unit_id: int
    role: NeedRole
    competence_id: int
    horizon: Horizon
    level: int
    share: int | None = 100
    number: int | None = None
    consequence: Consequence = Consequence.MEDIUM


Counts = dict[tuple[NeedRole, int], Need]  # by role (never "all") and competence


@dataclass(frozen=True)
class Zone:
    """Units in which the same needs count: one that says something of its own, with those below that do not."""

    number: int
    needs: Counts


def until(horizon: Horizon) -> tuple[Horizon, ...]:
    """The days whose needs count on ``horizon``, the nearest to it first."""
    return HORIZONS[HORIZONS.index(horizon) :: -1]


def said_here(needs: Iterable[Need], horizon: Horizon) -> Counts:
    """What the needs of one unit say about ``horizon``."""
    order = until(horizon)
    counts: Counts = {}
    for role in ROLES:
        best: dict[int, tuple[tuple[int, bool], Need]] = {}
        for need in needs:
            if need.horizon not in order or need.role not in (role, NeedRole.ALL):
                continue
            rank = (order.index(need.horizon), need.role is NeedRole.ALL)
            if need.competence_id not in best or rank < best[need.competence_id][0]:
                best[need.competence_id] = (rank, need)
        counts.update({(role, competence): need for competence, (_, need) in best.items()})
    return counts


def zones(roots: Iterable[UnitNode], needs: Iterable[Need], horizon: Horizon) -> dict[int, Zone]:
    """The zone of every unit. One copy of the needs for each unit that says something of its own."""
    by_unit: dict[int, list[Need]] = {}
    for need in needs:
        by_unit.setdefault(need.unit_id, []).append(need)
    found: dict[int, Zone] = {}
    number = 0
    waiting = [(root, Zone(0, {})) for root in roots]
    while waiting:
        node, above = waiting.pop()
        own = said_here(by_unit.get(node.id, ()), horizon)
        if own:
            number += 1
            above = Zone(number, {**above.needs, **own})
        found[node.id] = above
        waiting.extend((below, above) for below in node.below)
    return found


def roles_of(wanted: NeedRole) -> Collection[NeedRole]:
    return ROLES if wanted is NeedRole.ALL else (wanted,)


def inherited(zone_of: Mapping[int, Zone], unit_id: int | None, role: NeedRole, competence_id: int) -> Need | None:
    """The need that counts for a level in a unit, for example the one above; None when nothing is said."""
    zone = zone_of.get(unit_id) if unit_id is not None else None
    return zone.needs.get((role, competence_id)) if zone is not None else None
