"""Several assignments that meet on one course: one rule says which of them holds.

Of all the assignments that ask the person for the course: one that makes it mandatory goes before one that offers it,
and then the earliest due date holds; an assignment without a due date is the latest of all. Renewing follows the same
order. docs/assignments.md has the rule as a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Obligation:
    """One assignment's claim on a person and a course. ``is_mandatory`` is False for electives and voluntary steps."""

    member_id: int
    path_title: str
    agency: str
    is_mandatory: bool
    due_on: date | None


@dataclass(frozen=True)
class Resolved:
    """The claim that holds, and the others in the order they come after it."""

    holds: Obligation
    others: tuple[Obligation, ...] = ()

    @property
    def differ(self) -> bool:
        """Whether the person should be told: there is another claim with another date or another weight."""
        mine = (self.holds.is_mandatory, self.holds.due_on)
        return any((other.is_mandatory, other.due_on) != mine for other in self.others)


def _order(claim: Obligation) -> tuple[bool, date, str, int]:
    return (not claim.is_mandatory, claim.due_on or date.max, claim.path_title.casefold(), claim.member_id)


def resolve(claims: Iterable[Obligation]) -> Resolved | None:
    """Which claim holds; None when there is none. The order they come in makes no difference."""
    ordered = sorted(claims, key=_order)
    return Resolved(ordered[0], tuple(ordered[1:])) if ordered else None
