"""What a plan consists of: what each row comes to, and the steps that carry it out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from learning.organisation.models import Level
from learning.people_files.columns import Column
from learning.people_files.faults import Fault

Ref = int | str  # a person: the id of somebody known, or the address of somebody whom the file adds


class Outcome(StrEnum):
    NEW = "new"
    MOVED = "moved"
    ENDED = "ended"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Missing(StrEnum):
    """What happens to people who are not in the file."""

    LEAVE = "leave"
    END = "end"


@dataclass(frozen=True)
class Options:
    """What was chosen at the upload. ``end_on`` is the last day of those who are not in the file."""

    missing: Missing = Missing.LEAVE
    end_on: date | None = None
    invite: bool = True


@dataclass(frozen=True)
class Rights:
    """What the one who applies the file may do besides managing people."""

    actor_id: int | None
    may_join: bool = False  # give positions to people of other agencies, and change what is not the agency's alone
    may_grant_roles: bool = False


@dataclass(frozen=True)
class Change:
    """A value before and after: days as yyyy-mm-dd, levels as in ``Level``, other values as they are read."""

    column: Column
    before: str
    after: str


@dataclass(frozen=True)
class RowPlan:
    """What a row comes to. ``row`` is None for somebody who is not in the file; ``is_past``: over, so not taken in."""

    row: int | None
    name: str
    email: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    is_past: bool = False


@dataclass(frozen=True)
class Facts:
    given_name: str
    family_name: str
    email: str
    language: str


@dataclass(frozen=True)
class AddPerson:
    facts: Facts


@dataclass(frozen=True)
class ChangePerson:
    person_id: int
    before: Facts
    after: Facts


@dataclass(frozen=True)
class SetMembership:
    """``number`` is the number from now on; ``is_new`` when the agency did not know the person."""

    who: Ref
    number: str | None
    is_new: bool


@dataclass(frozen=True)
class SetTags:
    who: Ref
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class PositionFacts:
    unit_id: int
    title: str
    level: Level
    starts_on: date
    ends_on: date | None
    manager: Ref | None


@dataclass(frozen=True)
class AddPosition:
    who: Ref
    facts: PositionFacts
    replaces: int | None = None


@dataclass(frozen=True)
class ChangePosition:
    position_id: int
    person_id: int
    before: PositionFacts
    after: PositionFacts


@dataclass
class Plan:
    """All that a file comes to. With faults, nothing of it may be carried out."""

    options: Options
    rows: list[RowPlan] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown_columns: Sequence[str] = ()
    labels: dict[Column, str] = field(default_factory=dict)
    new_people: list[AddPerson] = field(default_factory=list)
    changed_people: list[ChangePerson] = field(default_factory=list)
    memberships: list[SetMembership] = field(default_factory=list)
    tags: list[SetTags] = field(default_factory=list)
    new_positions: list[AddPosition] = field(default_factory=list)
    changed_positions: list[ChangePosition] = field(default_factory=list)
    headcount: int = 0  # people with a current or coming position before the file
    leavers: int = 0  # people who are not in the file and whose positions end

    @property
    def counts(self) -> dict[Outcome, int]:
        """Rows of each outcome, those of people who are not in the file among the ended."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}

    @property
    def changes_something(self) -> bool:
        return any(self._steps())

    @property
    def ends_more_than_half(self) -> bool:
        return self.leavers * 2 > self.headcount

    def _steps(self) -> tuple[Sequence[object], ...]:
        return (
            self.new_people, self.changed_people, self.memberships, self.tags, self.new_positions,
            self.changed_positions,
        )  # fmt: skip

    @property
    def digest(self) -> str:
        """The same for two plans that show and do the same."""
        return hashlib.sha256(repr((self.options, self.rows, self._steps())).encode()).hexdigest()
