"""What a person's rows do to their positions: nothing, a change, a move, an end, or a further position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from learning.people_files.checking import LEVELS, Wish
from learning.people_files.columns import Column
from learning.people_files.faults import Fault, Kind
from learning.people_files.identity import Somebody
from learning.people_files.known import Known, KnownPosition
from learning.people_files.managers import Managers
from learning.people_files.matching import How, Wanted, match
from learning.people_files.steps import AddPosition, Change, ChangePosition, Outcome, PositionFacts, Ref


@dataclass(frozen=True)
class Draft:
    """What one row does. ``facts`` are the position's after it, for the overlap with others."""

    row: int
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    added: tuple[AddPosition, ...] = ()
    changed: tuple[ChangePosition, ...] = ()
    is_past: bool = False


@dataclass(frozen=True)
class Setting:
    """What all rows of a file share."""

    known: Known
    managers: Managers
    columns: frozenset[Column]
    today: date
    units: Mapping[int, int]  # by row
    resolved: Mapping[int, Ref | None]  # the managers that rows name, by row


def facts_of(position: KnownPosition) -> PositionFacts:
    return PositionFacts(
        position.unit_id, position.title, position.level, position.starts_on, position.ends_on, position.reports_to_id
    )


def draft(setting: Setting, somebody: Somebody, faults: list[Fault]) -> list[Draft] | None:
    """What each of a person's rows does; None, with faults, when they do not fit together."""
    count = len(faults)
    positions = somebody.known.positions if somebody.known else []
    wanted = [Wanted(setting.units[wish.row], wish.starts_on, wish.ends_on) for wish in somebody.wishes]
    matched = match(wanted, positions, setting.today)
    _check_twice(setting, somebody, matched, faults)
    drafts = []
    for wish, (how, position) in zip(somebody.wishes, matched, strict=True):
        if how is How.UNCLEAR:
            current = [each for each in positions if not each.is_over(setting.today)]
            units = "; ".join(setting.known.units.name(each.unit_id) for each in current[:5])
            values = {"name": somebody.name, "units": units}
            faults.append(Fault(wish.row, Column.UNIT, Kind.UNCLEAR_MOVE, values))
        elif how is How.PAST:
            drafts.append(Draft(wish.row, Outcome.UNCHANGED, is_past=True))
        else:
            drafts.append(_draft_row(setting, somebody, wish, position, faults))
    if len(faults) == count:
        _check_overlaps(setting, drafts, positions, faults)
    return drafts if len(faults) == count else None


def _check_twice(
    setting: Setting,
    somebody: Somebody,
    matched: Sequence[tuple[How, KnownPosition | None]],
    faults: list[Fault],
) -> None:
    """Two rows in the same unit must be one after the other, unless both are positions as they stand."""
    by_unit: dict[int, list[tuple[Wish, bool]]] = defaultdict(list)
    for wish, (how, position) in zip(somebody.wishes, matched, strict=True):
        stands = how is How.SAME and position is not None and position.starts_on == wish.starts_on
        by_unit[setting.units[wish.row]].append((wish, stands))
    for unit_id, rows in by_unit.items():
        rows.sort(key=lambda each: (each[0].starts_on or date.min, each[0].row))
        for (first, one_stands), (second, other_stands) in pairwise(rows):
            late, early = (first, second) if first.row > second.row else (second, first)
            values = {"row": str(early.row), "unit": setting.known.units.name(unit_id), "name": somebody.name}
            if first.starts_on is None or second.starts_on is None or first.starts_on == second.starts_on:
                faults.append(Fault(late.row, Column.UNIT, Kind.UNIT_TWICE, values))
            elif (first.ends_on is None or first.ends_on >= second.starts_on) and not (one_stands and other_stands):
                values["start"], values["end"] = early.starts_on.isoformat() if early.starts_on else "", ""
                if early.ends_on:
                    values["end"] = early.ends_on.isoformat()
                faults.append(Fault(late.row, Column.STARTS_ON, Kind.POSITION_OVERLAPS, values))


def _draft_row(
    setting: Setting, somebody: Somebody, wish: Wish, position: KnownPosition | None, faults: list[Fault]
) -> Draft:
    unit_id, level = setting.units[wish.row], wish.level
    assert level is not None  # rows without a level are refused before
    if position is None:
        title = wish.title or LEVELS[level].get(setting.known.language, LEVELS[level]["nb"])[0]
        starts_on = wish.starts_on or setting.today
        facts = PositionFacts(unit_id, title, level, starts_on, wish.ends_on, setting.resolved.get(wish.row))
        _check_order(wish, facts, faults)
        changes = _changes(setting, None, facts)
        return Draft(wish.row, Outcome.MOVED, changes, added=(AddPosition(somebody.ref, facts),))
    before = facts_of(position)
    starts_on = wish.starts_on or position.starts_on
    after = PositionFacts(
        unit_id, wish.title or position.title, level, starts_on, _end(setting, wish, position),
        _manager(setting, wish, position),
    )  # fmt: skip
    begins = wish.starts_on or setting.today
    is_over = wish.ends_on is not None and wish.ends_on < setting.today
    if (unit_id, level) != (position.unit_id, position.level) and begins > position.starts_on and not is_over:
        return _succeed(setting, somebody, wish, position, replace(after, starts_on=begins), faults)
    _check_order(wish, after, faults)
    if before == after:
        return Draft(wish.row, Outcome.UNCHANGED)
    step = ChangePosition(position.id, position.person_id, before, after)
    return Draft(wish.row, _outcome(before, after), _changes(setting, before, after), changed=(step,))


def _succeed(
    setting: Setting, somebody: Somebody, wish: Wish, position: KnownPosition, after: PositionFacts, faults: list[Fault]
) -> Draft:
    """A move: the position ends the day before the new one begins, so that both stay as facts."""
    before = facts_of(position)
    if wish.ends_on is None and after.ends_on is not None and after.ends_on < after.starts_on:
        after = replace(after, ends_on=None)  # the end was of the position before
    _check_order(wish, after, faults)
    day_before = after.starts_on - timedelta(days=1)
    ended = replace(before, ends_on=min(before.ends_on or day_before, day_before))
    changed = () if ended == before else (ChangePosition(position.id, position.person_id, before, ended),)
    added = (AddPosition(somebody.ref, after, replaces=position.id),)
    return Draft(wish.row, Outcome.MOVED, _changes(setting, before, after), added, changed)


def _end(setting: Setting, wish: Wish, position: KnownPosition) -> date | None:
    """The last day: what the row says; without such a column what it was, unless that is past and the row is not."""
    if wish.ends_on is not None or Column.ENDS_ON in setting.columns or position.is_over(setting.today):
        return wish.ends_on
    return position.ends_on


def _manager(setting: Setting, wish: Wish, position: KnownPosition) -> Ref | None:
    """The manager: whom the row names; an empty cell takes away a manager who is still here."""
    if wish.manager:
        return setting.resolved[wish.row]
    if wish.manager is None or position.reports_to_id is None or setting.managers.has_left(position.reports_to_id):
        return position.reports_to_id
    return None


def _check_order(wish: Wish, facts: PositionFacts, faults: list[Fault]) -> None:
    if facts.ends_on is not None and facts.ends_on < facts.starts_on:
        column = Column.ENDS_ON if wish.ends_on else Column.STARTS_ON
        values = {"start": facts.starts_on.isoformat(), "end": facts.ends_on.isoformat()}
        faults.append(Fault(wish.row, column, Kind.END_BEFORE_START, values))


def _outcome(before: PositionFacts, after: PositionFacts) -> Outcome:
    if after.ends_on is not None and (before.ends_on is None or after.ends_on < before.ends_on):
        return Outcome.ENDED
    if replace(before, starts_on=after.starts_on, ends_on=after.ends_on) != after:
        return Outcome.MOVED
    return Outcome.CHANGED


def _changes(setting: Setting, before: PositionFacts | None, after: PositionFacts) -> tuple[Change, ...]:
    new = _columns_of(setting, after)
    old = _columns_of(setting, before) if before else dict.fromkeys(new, "")
    return tuple(Change(column, old[column], value) for column, value in new.items() if old[column] != value)


def _columns_of(setting: Setting, facts: PositionFacts) -> dict[Column, str]:
    return {
        Column.UNIT: setting.known.units.way(facts.unit_id),
        Column.TITLE: facts.title,
        Column.LEVEL: facts.level.value,
        Column.STARTS_ON: facts.starts_on.isoformat(),
        Column.ENDS_ON: facts.ends_on.isoformat() if facts.ends_on else "",
        Column.MANAGER: setting.managers.name(facts.manager),
    }


def _check_overlaps(
    setting: Setting, drafts: Sequence[Draft], positions: Sequence[KnownPosition], faults: list[Fault]
) -> None:
    """New and changed periods must not overlap other positions in the same unit, as far as they did not before."""
    steps = {step.position_id: step for draft in drafts for step in draft.changed}
    for each in drafts:
        for facts, own_id in [(step.facts, None) for step in each.added] + [
            (step.after, step.position_id) for step in each.changed
        ]:
            for position in positions:
                if position.id == own_id or position.unit_id != facts.unit_id:
                    continue
                other = steps[position.id].after if position.id in steps else facts_of(position)
                was = steps[own_id].before if own_id is not None else None
                if (
                    other.unit_id == facts.unit_id
                    and _overlap(facts, other)
                    and not (was and _overlap(was, facts_of(position)) and was.unit_id == position.unit_id)
                ):
                    values = {
                        "unit": setting.known.units.name(facts.unit_id),
                        "start": other.starts_on.isoformat(),
                        "end": other.ends_on.isoformat() if other.ends_on else "",
                    }
                    faults.append(Fault(each.row, Column.STARTS_ON, Kind.POSITION_OVERLAPS, values))
                    break


def _overlap(one: PositionFacts, other: PositionFacts) -> bool:
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)
