"""From what the rows wish and what the database holds to a plan: what each row comes to, and every fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from learning.people_files.checking import Checked, Wish
from learning.people_files.columns import Column
from learning.people_files.faults import Fault, Kind
from learning.people_files.identity import Somebody, identify
from learning.people_files.known import Known, KnownPerson, KnownPosition
from learning.people_files.managers import Managers, find_circles
from learning.people_files.positions import Draft, Setting, draft, facts_of
from learning.people_files.steps import (
    AddPerson,
    Change,
    ChangePerson,
    ChangePosition,
    Facts,
    Missing,
    Options,
    Outcome,
    Plan,
    PositionFacts,
    Ref,
    Rights,
    RowPlan,
    SetMembership,
    SetTags,
)

LONGEST_AHEAD = timedelta(days=2 * 366)  # a position that begins later is taken for a slip


def plan(
    checked: Checked, people: Mapping[str, Sequence[Wish]], known: Known, options: Options, rights: Rights, today: date
) -> Plan:
    """Compare the file with the database. ``people`` are the wishes by person, from ``checking.check_beside``."""
    made = Plan(options, unknown_columns=checked.unknown, labels=dict(checked.labels))
    made.headcount = sum(each.works_here(today) for each in known.people.values())
    faults = list(checked.faults)
    units = {wish.row: found for wish in checked.wishes if (found := _unit(wish, known, faults)) is not None}
    somebodies = identify(people, known, rights, today, faults)
    others_end = options.missing is Missing.END
    managers = Managers(somebodies, known, today, others_end=others_end)
    resolved: dict[int, Ref | None] = {}
    for somebody in somebodies:
        for wish in somebody.wishes:
            _check_start(wish, somebody.known, today, faults)
            if wish.manager:
                resolved[wish.row] = managers.resolve(wish, somebody, faults)
    setting = Setting(known, managers, checked.columns, today, units, resolved)
    refused = {fault.row for fault in faults}
    rows: dict[int, RowPlan] = {}
    named: dict[tuple[Ref, Ref], int] = {}
    for somebody in somebodies:
        if any(wish.row in refused for wish in somebody.wishes):
            continue
        drafts = draft(setting, somebody, faults)
        if drafts is not None:
            _add_positions(made, somebody, drafts, rows, named)
            _add_person(made, somebody, checked.columns, rows)
    faults += _circles(made, known, somebodies, named, today)
    if others_end and options.end_on and not faults:
        _add_leavers(made, known, somebodies, options.end_on, today)
    _finish(made, checked, faults, rows)
    return made


def _unit(wish: Wish, known: Known, faults: list[Fault]) -> int | None:
    if wish.unit is None:
        return None
    found = known.units.find(wish.unit)
    if len(found) == 1:
        return found[0]
    wish.broken.add(Column.UNIT)
    values = {"written": wish.unit[:100]}
    if found:
        values["ways"] = "; ".join(known.units.written(each) for each in found[:5])
        faults.append(Fault(wish.row, Column.UNIT, Kind.AMBIGUOUS_UNIT, values))
    else:
        values["nearest"] = known.units.nearest(wish.unit)
        faults.append(Fault(wish.row, Column.UNIT, Kind.UNKNOWN_UNIT, values))
    return None


def _check_start(wish: Wish, person: KnownPerson | None, today: date, faults: list[Fault]) -> None:
    if wish.starts_on is None or wish.starts_on <= today + LONGEST_AHEAD:
        return
    if person is None or all(each.starts_on != wish.starts_on for each in person.positions):
        wish.broken.add(Column.STARTS_ON)
        faults.append(Fault(wish.row, Column.STARTS_ON, Kind.START_TOO_FAR, {"day": wish.starts_on.isoformat()}))


def _add_positions(
    made: Plan,
    somebody: Somebody,
    drafts: Sequence[Draft],
    rows: dict[int, RowPlan],
    named: dict[tuple[Ref, Ref], int],
) -> None:
    """The steps for a person's positions, what each of their rows comes to, and which managers are named where."""
    for each in drafts:
        made.new_positions += each.added
        made.changed_positions += each.changed
        outcome = Outcome.NEW if somebody.known is None and not each.is_past else each.outcome
        rows[each.row] = RowPlan(each.row, somebody.name, somebody.facts.email, outcome, each.changes, each.is_past)
        for facts in [step.facts for step in each.added] + [step.after for step in each.changed]:
            if facts.manager is not None:
                named[somebody.ref, facts.manager] = each.row


def _add_person(made: Plan, somebody: Somebody, columns: frozenset[Column], rows: dict[int, RowPlan]) -> None:
    """The steps for a person's facts, number and tags; told on their first row."""
    first = rows[somebody.wishes[0].row]
    person, facts = somebody.known, somebody.facts
    if person is None and all(rows[wish.row].is_past for wish in somebody.wishes):
        return  # somebody who has left already, and was never here
    changes: list[Change] = []
    if person is None:
        made.new_people.append(AddPerson(facts))
        changes.append(Change(Column.LANGUAGE, "", facts.language))  # name and address stand beside it
    else:
        before = Facts(person.given_name, person.family_name, person.email, person.language)
        if before != facts:
            made.changed_people.append(ChangePerson(person.id, before, facts))
            after = _columns_of(facts)
            changes += [Change(c, value, after[c]) for c, value in _columns_of(before).items() if value != after[c]]
    number_before = person.number if person else None
    number = somebody.number or number_before
    if number != number_before:
        changes.append(Change(Column.EMPLOYEE_NUMBER, number_before or "", number or ""))
    if number != number_before or person is None or not person.has_membership:
        is_member = person is not None and person.has_membership
        made.memberships.append(SetMembership(somebody.ref, number, not is_member))
    if Column.TAGS in columns:
        had = person.tags if person else frozenset()
        wanted = frozenset(tag for wish in somebody.wishes for tag in wish.tags or ())
        if had != wanted:
            added, removed = tuple(sorted(wanted - had)), tuple(sorted(had - wanted))
            made.tags.append(SetTags(somebody.ref, added, removed))
            changes.append(Change(Column.TAGS, ", ".join(sorted(had)), ", ".join(sorted(wanted))))
    if changes:
        outcome = Outcome.CHANGED if first.outcome is Outcome.UNCHANGED else first.outcome
        rows[first.row or 0] = replace(first, outcome=outcome, changes=(*changes, *first.changes))


def _columns_of(facts: Facts) -> dict[Column, str]:
    return {
        Column.GIVEN_NAME: facts.given_name,
        Column.FAMILY_NAME: facts.family_name,
        Column.EMAIL: facts.email,
        Column.LANGUAGE: facts.language,
    }


def _circles(
    made: Plan,
    known: Known,
    somebodies: Sequence[Somebody],
    named: Mapping[tuple[Ref, Ref], int],
    today: date,
) -> list[Fault]:
    """Faults for the rows that would make a circle of managers."""
    before: dict[Ref, set[Ref]] = defaultdict(set)
    after: dict[Ref, set[Ref]] = defaultdict(set)
    changed = {step.position_id for step in made.changed_positions}
    for person in known.people.values():
        for position in person.positions:
            if position.reports_to_id is not None and not position.is_over(today):
                before[person.id].add(position.reports_to_id)
                if position.id not in changed:
                    after[person.id].add(position.reports_to_id)
    steps: list[tuple[Ref, PositionFacts]] = [(step.who, step.facts) for step in made.new_positions]
    steps += [(step.person_id, step.after) for step in made.changed_positions]
    for who, facts in steps:
        if facts.manager is not None and (facts.ends_on is None or facts.ends_on >= today):
            after[who].add(facts.manager)
    names: dict[Ref, str] = {each.id: each.name for each in (*known.people.values(), *known.managers.values())}
    return find_circles(before, after, named, names | {each.ref: each.name for each in somebodies})


def _add_leavers(made: Plan, known: Known, somebodies: Sequence[Somebody], end_on: date, today: date) -> None:
    """End the positions of people who are not in the file; what begins later than ``end_on`` stays."""
    in_file = {each.known.id for each in somebodies if each.known}
    for person in sorted(known.people.values(), key=lambda each: (each.family_name, each.given_name, each.id)):
        if person.id in in_file:
            continue
        ending = [each for each in person.positions if not each.is_over(today) and _ends(each, end_on)]
        if not ending:
            continue
        changes = []
        for position in ending:
            facts = facts_of(position)
            made.changed_positions.append(ChangePosition(position.id, person.id, facts, replace(facts, ends_on=end_on)))
            unit = known.units.way(position.unit_id)
            changes.append(Change(Column.UNIT, unit, unit))
            before = position.ends_on.isoformat() if position.ends_on else ""
            changes.append(Change(Column.ENDS_ON, before, end_on.isoformat()))
        made.leavers += 1
        made.rows.append(RowPlan(None, person.name, person.email, Outcome.ENDED, tuple(changes)))


def _ends(position: KnownPosition, end_on: date) -> bool:
    return position.starts_on <= end_on and (position.ends_on is None or position.ends_on > end_on)


def _finish(made: Plan, checked: Checked, faults: list[Fault], rows: Mapping[int, RowPlan]) -> None:
    """Put rows and faults in the order of the file; a row with a fault, or whose person has one, is refused."""
    refused = {fault.row for fault in faults}
    places = {column: place for place, column in enumerate(Column)}
    made.faults = sorted(faults, key=lambda each: (each.row, places.get(each.column, -1), each.kind))  # type: ignore[call-overload]
    in_order = []
    for wish in checked.wishes:
        row = rows.get(wish.row)
        if row is None or wish.row in refused:
            name = " ".join(each for each in (wish.given_name, wish.family_name) if each)
            row = RowPlan(wish.row, row.name if row else name, wish.email, Outcome.REFUSED)
        in_order.append(row)
    made.rows = in_order + made.rows
