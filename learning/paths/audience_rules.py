"""Audiences as rules: what one says, and how it is stored.

All parts of a rule must hold. Within a part any one is enough (a unit, a level, a role, a tag), except for courses:
every course of ``completed`` must be completed, and none of ``not_completed``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from learning.access.models import Role
from learning.organisation.models import Level

MOST_DAYS = 36_525  # a hundred years


@dataclass(frozen=True)
class UnitChoice:
    """A unit of the audience, alone or with every unit below it."""

    unit_id: int
    with_descendants: bool = True


@dataclass(frozen=True)
class AudienceSpec:
    """A rule over people with a current position. A part that is empty or None asks for nothing.

    ``at_least_days`` and ``at_most_days`` are of the time since the position began: 0 on its first day.
    Courses are ids, tags are in lower case.
    """

    units: frozenset[UnitChoice] = frozenset()
    levels: frozenset[Level] = frozenset()
    roles: frozenset[Role] = frozenset()
    tags: frozenset[str] = field(default_factory=frozenset)
    without_tags: frozenset[str] = field(default_factory=frozenset)
    at_least_days: int | None = None
    at_most_days: int | None = None
    completed: frozenset[int] = frozenset()
    not_completed: frozenset[int] = frozenset()


def to_json(spec: AudienceSpec) -> dict[str, Any]:
    """The rule as it is stored: what it does not ask for is left out, and lists are sorted."""
    units = sorted(spec.units, key=lambda choice: choice.unit_id)
    stored: dict[str, Any] = {
        "units": [{"unit": choice.unit_id, "below": choice.with_descendants} for choice in units],
        "levels": sorted(level.value for level in spec.levels),
        "roles": sorted(role.value for role in spec.roles),
        "tags": sorted(spec.tags),
        "without_tags": sorted(spec.without_tags),
        "at_least_days": spec.at_least_days,
        "at_most_days": spec.at_most_days,
        "completed": sorted(spec.completed),
        "not_completed": sorted(spec.not_completed),
    }
    return {name: value for name, value in stored.items() if value not in ([], None)}


def from_json(stored: dict[str, Any]) -> AudienceSpec:
    """The rule that ``to_json`` stored. Raises KeyError or ValueError for anything else."""
    return AudienceSpec(
        units=frozenset(UnitChoice(each["unit"], each["below"]) for each in stored.get("units", [])),
        levels=frozenset(Level(value) for value in stored.get("levels", [])),
        roles=frozenset(Role(value) for value in stored.get("roles", [])),
        tags=frozenset(stored.get("tags", [])),
        without_tags=frozenset(stored.get("without_tags", [])),
        at_least_days=stored.get("at_least_days"),
        at_most_days=stored.get("at_most_days"),
        completed=frozenset(stored.get("completed", [])),
        not_completed=frozenset(stored.get("not_completed", [])),
    )
