"""The three side by side: how the person sees themselves, how their manager does, and what the evidence says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from learning.catalogue.frameworks import CompetencePlan

STEP = 40  # the units of the SVG's viewBox between two levels
EDGE = 20
WIDTH = 4 * STEP + 2 * EDGE
HEIGHTS = {"person": 10, "manager": 24, "evidence": 38}  # each has a line of its own, so that no mark hides another


@dataclass(frozen=True)
class Line:
    """One competence. ``person`` and ``manager`` are None when skipped; 0 is "not yet", for ``evidence`` no level."""

    competence: CompetencePlan
    person: int | None
    manager: int | None
    evidence: int

    @property
    def difference(self) -> int | None:
        """How many levels the two are apart; None when one of them skipped it."""
        if self.person is None or self.manager is None:
            return None
        return abs(self.person - self.manager)

    @property
    def spread(self) -> int:
        """How many levels there are between the highest and the lowest of the three."""
        known = [each for each in (self.person, self.manager, self.evidence) if each is not None]
        return max(known) - min(known)

    @property
    def marks(self) -> dict[str, tuple[int, int]]:
        """Where each mark stands in the chart, from the left and from the top; what was skipped has none."""
        levels = {"person": self.person, "manager": self.manager, "evidence": self.evidence}
        return {name: (EDGE + STEP * level, HEIGHTS[name]) for name, level in levels.items() if level is not None}


def side_by_side(
    competences: Iterable[CompetencePlan],
    person: Mapping[str, int],
    manager: Mapping[str, int],
    evidence: Mapping[str, int],
) -> list[Line]:
    """A line for each competence that one of the two has answered, the biggest differences first.

    What one of them skipped comes last; among equals the one that is further from the evidence goes first.
    """
    lines = [
        Line(each, person.get(each.code), manager.get(each.code), evidence.get(each.code, 0))
        for each in competences
        if each.code in person or each.code in manager
    ]
    return sorted(
        lines, key=lambda each: (-1 if each.difference is None else each.difference, each.spread), reverse=True
    )
