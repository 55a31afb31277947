"""Whom a campaign asks: the groups it makes of the unit tree, and the people in them on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.culture import anonymity
from learning.culture.models import CultureCampaign, CultureInvitation
from learning.organisation import units
from learning.organisation.holding import held_on
from learning.organisation.models import Person, Position

BETWEEN = timedelta(days=90)  # nobody is asked again before: two rounds with nearly the same people could be compared


@dataclass(frozen=True)
class PlannedGroup:
    """A group as ``models.CultureGroup`` keeps it."""

    number: int
    parent: int | None
    depth: int
    unit_id: int | None
    name: str


@dataclass(frozen=True)
class Asked:
    """Groups, who is in which (person id -> group's number), and how many were asked too lately to be asked again."""

    groups: list[PlannedGroup]
    people: dict[int, int]
    asked_lately: int

    def invited(self) -> dict[int, int]:
        """How many are in each group, without those below."""
        numbers = list(self.people.values())
        return {group.number: numbers.count(group.number) for group in self.groups}

    def too_small(self) -> list[PlannedGroup]:
        """Groups that will not be shown alone, even if everybody in them answers."""
        shown = anonymity.shown_counts(
            [anonymity.Group(each.number, each.parent) for each in self.groups], self.invited()
        )
        return [group for group in self.groups if group.number not in shown]


def groups(session: Session, agency_id: int, unit_ids: Sequence[int], everybody: str) -> list[PlannedGroup]:
    """The chosen units with all below them, as a tree with one top: that unit, or one called ``everybody``."""
    chosen, numbers, inside = set(unit_ids), dict[int, int](), list[PlannedGroup]()
    rows = units.tree(session, agency_id)
    is_in = set[int]()
    tops = 0
    for row in rows:
        if row.unit.parent_id in is_in:
            is_in.add(row.unit.id)
        elif row.unit.id in chosen:
            is_in.add(row.unit.id)
            tops += 1
    start = 0 if tops == 1 else 1
    if start:
        inside.append(PlannedGroup(0, None, 0, None, everybody))
    depths: dict[int, int] = {}
    for row in rows:
        if row.unit.id not in is_in:
            continue
        above = row.unit.parent_id if row.unit.parent_id in numbers else None
        parent = numbers[above] if above is not None else (0 if start else None)
        number = len(inside)
        depth = depths[parent] + 1 if parent in depths else start
        numbers[row.unit.id], depths[number] = number, depth
        inside.append(PlannedGroup(number, parent, depth, row.unit.id, row.unit.name))
    return inside


def ask(session: Session, agency_id: int, unit_ids: Sequence[int], day: date, everybody: str) -> Asked:
    """Who would be asked on that day. Who holds several positions counts in the one that began first."""
    planned = groups(session, agency_id, unit_ids, everybody)
    numbers = {group.unit_id: group.number for group in planned if group.unit_id is not None}
    found = session.execute(
        select(Position.person_id, Position.unit_id)
        .join(Person, Person.id == Position.person_id)
        .where(
            Position.agency_id == agency_id, Position.unit_id.in_(numbers), held_on(day),
            Person.deactivated_at.is_(None), Person.merged_into_id.is_(None),
        )
        .order_by(Position.starts_on, Position.id)
    ).all()  # fmt: skip
    lately = set(
        session.scalars(
            select(CultureInvitation.person_id)
            .join(CultureCampaign, CultureCampaign.id == CultureInvitation.campaign_id)
            .where(
                CultureCampaign.agency_id == agency_id,
                or_(CultureCampaign.closed_on.is_(None), CultureCampaign.closed_on > day - BETWEEN),
            )
        )
    )
    people: dict[int, int] = {}
    for person_id, unit_id in found:
        people.setdefault(person_id, numbers[unit_id])
    again = people.keys() & lately
    return Asked(planned, {key: number for key, number in people.items() if key not in again}, len(again))
