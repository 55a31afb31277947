"""Several claims on one course, against a model that throws claims out one by one."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from learning.paths.overlap import Obligation, resolve

claims = st.lists(
    st.builds(
        Obligation,
        member_id=st.integers(1, 50),
        path_title=st.sampled_from(["Alpha", "beta", "Gamma"]),
        agency=st.just("Town"),
        is_mandatory=st.booleans(),
        due_on=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 10))),
    ),
    max_size=6,
    unique_by=lambda claim: claim.member_id,
)


def _slowly(found: list[Obligation]) -> Obligation | None:
    left = list(found)
    if any(claim.is_mandatory for claim in left):
        left = [claim for claim in left if claim.is_mandatory]
    dated = [claim.due_on for claim in left if claim.due_on is not None]
    if dated:
        left = [claim for claim in left if claim.due_on == min(dated)]
    return min(left, key=lambda claim: (claim.path_title.lower(), claim.member_id), default=None)


@given(claims, st.randoms(use_true_random=False))
def test_the_same_claim_holds_whatever_the_order(found: list[Obligation], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    resolved = resolve(shuffled)
    assert (resolved.holds if resolved else None) == _slowly(found)
    if resolved:
        assert {resolved.holds, *resolved.others} == set(found)
        dates = {(claim.is_mandatory, claim.due_on) for claim in found}
        assert resolved.differ == (len(dates) > 1)


@given(claims.filter(len), st.dates(date(2026, 1, 1), date(2026, 1, 10)))
def test_a_new_claim_never_gives_more_time_for_what_is_mandatory(found: list[Obligation], due_on: date) -> None:
    before = resolve(found)
    after = resolve([*found, Obligation(99, "Delta", "Town", True, due_on)])
    assert before
    assert after
    assert after.holds.is_mandatory
    if before.holds.is_mandatory:
        assert (after.holds.due_on or date.max) <= (before.holds.due_on or date.max)
