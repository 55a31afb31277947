"""What takes somebody on: by the rule itself, so that what is promised is what comes."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from learning.competences.advice import Offer, ways
from learning.competences.levels import EvidenceKind, Piece, level_of
from tests.competences.test_levels import TODAY, heaps, piece

K = EvidenceKind
COURSE = Offer(7, "rm-101", has_assessment=True, has_promise=True)


def told(*pieces: Piece, offers: tuple[Offer, ...] = (COURSE,), today: date = TODAY) -> list[tuple[str, int, int]]:
    return [(each.kind.value, each.points, each.reached) for each in ways(level_of(pieces, today), offers, today)]


def test_a_course_gives_what_the_level_is_missing() -> None:
    assert told()[0] == ("completion", 8, 2)
    at_one = piece(1, K.COMPLETION, origin="course:1")
    assert ("completion", 4, 2) in told(at_one)
    done = [piece(1, K.COMPLETION, origin="course:7"), piece(2, K.ASSESSMENT, origin="assessment:7")]
    assert ("completion", 2, 1) not in told(*done, offers=(Offer(7, "rm-101", True, False),))
    kept = piece(3, K.COMMITMENT, origin="commitment:7:c-ask")
    assert [each for each in told(*done, kept) if each[0] == "completion"] == []


def test_above_level_2_other_people_take_one_on_and_at_the_top_nothing_does() -> None:
    seen = [piece(1, K.MANAGER, 3)]
    assert {each[0] for each in told(*seen)} == {"colleague", "mobility"}
    assert told(*seen)[0][2] == 3
    top = [piece(1, K.MANAGER, 4), piece(2, K.COLLEAGUE, 4), piece(3, K.COLLEAGUE, 4)]
    assert told(*top) == []


@given(heaps(), st.booleans(), st.booleans())
def test_every_way_adds_points_or_reaches_the_next_level(heap: list[Piece], assessed: bool, promised: bool) -> None:
    now = level_of(heap, TODAY)
    for way in ways(now, [Offer(1, "c", assessed, promised)], TODAY):
        assert way.points > 0 or way.reached > now.level
        assert way.reached >= now.level
