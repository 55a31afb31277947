"""Which need counts where, and what is lacking: the rules, without a database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learning.needs import gaps, resolving
from learning.needs.gaps import Cell, Counted, Standing
from learning.needs.models import Consequence, Horizon, NeedRole
from learning.needs.resolving import Need, Zone
from learning.paths import unit_tree
from learning.paths.unit_tree import UnitNode

FIRST, MIDDLE = NeedRole.FIRST_LINE, NeedRole.MIDDLE


def tree() -> list[UnitNode]:
    """1 -> 2 -> 3; 1 -> 4."""
    return unit_tree.build(UnitNode(id, parent, f"U{id}") for id, parent in ((1, None), (2, 1), (3, 2), (4, 1)))


def need(
    id: int,
    unit: int,
    level: int = 2,
    role: NeedRole = NeedRole.ALL,
    horizon: Horizon = Horizon.NOW,
    **more: int | None,
) -> Need:
    values = {"share": None if more.get("number") else 100, "number": None, **more}
    return Need(id, unit, role, 7, horizon, level, values["share"], values["number"])


def level_in(unit: int, needs: list[Need], role: NeedRole = FIRST, horizon: Horizon = Horizon.NOW) -> int | None:
    zone_of = resolving.zones(tree(), needs, horizon)
    found = resolving.inherited(zone_of, unit, role, 7)
    return found.level if found else None


def test_the_nearest_units_need_wins_and_holds_for_what_is_below() -> None:
    needs = [need(1, 1, 2), need(2, 2, 4)]
    assert [level_in(unit, needs) for unit in (1, 2, 3, 4)] == [2, 4, 4, 2]
    assert level_in(3, [need(1, 2, 3)]) == 3
    assert level_in(4, [need(1, 2, 3)]) is None


def test_a_need_for_a_level_goes_before_one_for_all_but_not_before_a_nearer_unit() -> None:
    needs = [need(1, 1, 2), need(2, 1, 3, MIDDLE)]
    assert level_in(1, needs, MIDDLE) == 3
    assert level_in(1, needs, FIRST) == 2
    assert level_in(3, [*needs, need(3, 2, 1)], MIDDLE) == 1


def test_a_need_goes_on_until_something_is_said_for_a_later_day() -> None:
    needs = [need(1, 1, 1), need(2, 1, 3, horizon=Horizon.ONE_YEAR)]
    assert [level_in(1, needs, horizon=each) for each in resolving.HORIZONS] == [1, 3, 3]
    assert level_in(1, [need(1, 1, 3, horizon=Horizon.THREE_YEARS)]) is None


def test_not_needed_here_is_an_answer_of_its_own() -> None:
    zone_of = resolving.zones(tree(), [need(1, 1, 2), need(2, 2, 0)], Horizon.NOW)
    heads = Counted({FIRST: 5}, {})
    (cell,) = gaps.cells([(zone_of[3], heads)], [7], NeedRole.ALL, {3}).values()
    assert cell == Cell()
    assert cell.standing is Standing.NOT_NEEDED


def one(
    counted: Counted, *needs: Need, role: NeedRole = NeedRole.ALL, inside: set[int] | None = None, losing: int = 0
) -> Cell:
    zone = resolving.zones(tree(), needs, Horizon.NOW)[1]
    return gaps.cells([(zone, counted)], [7], role, inside or {1, 2, 3, 4}, losing)[7]


def test_shares_are_rounded_up_and_numbers_are_asked_for_whoever_works_there() -> None:
    counted = Counted({FIRST: 5, MIDDLE: 2}, {(FIRST, 7, 1): 3, (FIRST, 7, 2): 1, (MIDDLE, 7, 4): 2})
    whole = one(counted, need(1, 1, 2))
    assert (whole.people, whole.reach, whole.needed, whole.covered, whole.gap) == (7, 3, 7, 3, 4)
    half = one(counted, need(1, 1, 2, share=50))
    assert (half.needed, half.covered, half.standing) == (4, 3, Standing.HALF)
    number = one(counted, need(1, 1, 2, number=9))
    assert (number.needed, number.covered, number.standing) == (9, 3, Standing.FAR)
    assert one(counted, need(1, 1, 2), role=MIDDLE).standing is Standing.MET
    assert one(Counted({}, {}), need(1, 1, 2)).standing is Standing.NOBODY


def test_a_number_that_a_larger_part_asks_for_cannot_be_told_for_a_smaller() -> None:
    cell = one(Counted({FIRST: 5}, {(FIRST, 7, 3): 2}), need(1, 1, 2, number=3), inside={2, 3})
    assert (cell.apart, cell.needed, cell.reach) == (True, 0, 2)


def test_surplus_in_one_place_does_not_hide_a_gap_in_another() -> None:
    zones = resolving.zones(tree(), [need(1, 1, 2), need(2, 2, 2, share=50)], Horizon.NOW)
    parts = [(zones[4], Counted({FIRST: 4}, {(FIRST, 7, 2): 1})), (zones[2], Counted({FIRST: 4}, {(FIRST, 7, 2): 4}))]
    cell = gaps.cells(parts, [7], NeedRole.ALL, {1, 2, 3, 4})[7]
    assert (cell.reach, cell.needed, cell.covered) == (5, 6, 3)


def test_who_leaves_at_worst_are_those_who_reach_it_but_spare_ones_go_first() -> None:
    counted = Counted({FIRST: 10}, {(FIRST, 7, 3): 6})
    assert one(counted, need(1, 1, 3, share=50), losing=1).covered == 5
    assert one(counted, need(1, 1, 3, share=50), losing=3).covered == 3
    assert one(counted, need(1, 1, 3, share=50), losing=99).covered == 0


heads = st.dictionaries(st.sampled_from(resolving.ROLES), st.integers(0, 30))
levels = st.dictionaries(st.tuples(st.sampled_from(resolving.ROLES), st.just(7), st.integers(1, 4)), st.integers(0, 20))
counts = st.builds(Counted, heads, levels)
wishes = st.lists(
    st.builds(
        lambda unit, role, horizon, level, share, number: (unit, role, horizon, level, share, number),
        st.integers(1, 4), st.sampled_from(NeedRole), st.sampled_from(Horizon), st.integers(0, 4),
        st.integers(1, 100), st.none() | st.integers(1, 20),
    ),
    max_size=12, unique_by=lambda each: each[:3],
)  # fmt: skip


def made(wished: list[tuple[int, NeedRole, Horizon, int, int, int | None]]) -> list[Need]:
    return [
        Need(id, unit, role, 7, horizon, level, None if number else share, number, Consequence.LOW)
        for id, (unit, role, horizon, level, share, number) in enumerate(wished, start=1)
    ]


@given(wishes, st.sampled_from(Horizon), st.sampled_from(resolving.ROLES))
def test_every_unit_has_what_it_says_itself_or_what_the_unit_above_has(
    wished: list[tuple[int, NeedRole, Horizon, int, int, int | None]], horizon: Horizon, role: NeedRole
) -> None:
    needs = made(wished)
    zone_of = resolving.zones(tree(), needs, horizon)
    for unit, above in ((1, None), (2, 1), (3, 2), (4, 1)):
        own = resolving.said_here([each for each in needs if each.unit_id == unit], horizon).get((role, 7))
        expected = own or resolving.inherited(zone_of, above, role, 7)
        assert resolving.inherited(zone_of, unit, role, 7) == expected


@given(wishes, st.lists(counts, min_size=4, max_size=4), st.sampled_from(NeedRole), st.integers(0, 10))
def test_numbers_hold_together(
    wished: list[tuple[int, NeedRole, Horizon, int, int, int | None]],
    counted: list[Counted],
    role: NeedRole,
    losing: int,
) -> None:
    zone_of = resolving.zones(tree(), made(wished), Horizon.NOW)
    parts: list[tuple[Zone, Counted]] = [(zone_of[unit], each) for unit, each in enumerate(counted, start=1)]
    before = gaps.cells(parts, [7], role, {1, 2, 3, 4})[7]
    after = gaps.cells(parts, [7], role, {1, 2, 3, 4}, losing)[7]
    assert 0 <= before.covered <= before.needed
    assert before.covered <= before.reach
    assert before.gap == 0 or before.standing is not Standing.MET
    assert after.needed == before.needed
    assert max(0, before.covered - losing) <= after.covered <= before.covered
