"""A short answer: what counts as the same word, and what is said to a foreseen wrong one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.activities.registry import activity_type
from learning.activities.text import folded, within_one_letter
from tests.activities.blocks import FIRST_LINE, block, example_of, parse

KIND = activity_type("text")
DATA, _ = parse(example_of("text"))


@pytest.mark.parametrize(
    ("typed", "correct"),
    [
        ("a limit", True),
        ("A LIMIT.", True),
        ("  stop   limit ", True),
        ("stop-limit", True),
        ("stop limt", True),
        ("stpo limit", True),
        ("goal", False),
        ("risk", False),
    ],
)
def test_case_signs_and_one_letter_do_not_matter(typed: str, correct: bool) -> None:
    assert KIND.mark(DATA, {"text": typed}, Decimal(1)).correct is correct


def test_a_foreseen_wrong_answer_has_its_own_feedback() -> None:
    assert "The goal is what you want" in KIND.mark(DATA, {"text": "Goal"}, Decimal(1)).feedback["text"]
    assert KIND.mark(DATA, {"text": "something"}, Decimal(1)).feedback == {}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Stem?\n\n- [ ] `a` word\n  > No.\n\n> Why.", 0, "accepts no answer"),
        ("Stem?\n\n- [x] `a` word\n", 0, "no explanation"),
        ("- [x] `a` word\n\n> Why.", 0, "no question"),
        ("Stem?\n\n- [x] `a` word\n- [ ] `b` wrong\n\n> Why.", 4, "no feedback"),
        ("Stem?\n\n- [x] `a` word\n- [x] `b` Word!\n\n> Why.", 4, "already"),
        ("Stem?\n\n- [x] `a` !!\n\n> Why.", 3, "signs alone"),
    ],
)
def test_faults_are_told_with_their_line(text: str, line: int, words: str) -> None:
    _, report = parse(block("text", text))
    told = [(at, message) for at, message, _ in report.errors]
    assert any(at == FIRST_LINE - 1 + line and words in message for at, message in told), told


@given(st.text(min_size=1, max_size=12), st.integers(0, 11), st.characters())
def test_one_changed_letter_is_within_one_letter_both_ways(word: str, place: int, letter: str) -> None:
    place %= len(word)
    for other in (word[:place] + word[place + 1 :], word[:place] + letter + word[place:]):
        assert within_one_letter(word, other)
        assert within_one_letter(other, word)
    assert folded(folded(word)) == folded(word)
