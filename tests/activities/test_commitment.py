"""A promise: one of the suggestions, or one's own words."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from learning.activities.answer_forms import FaultyAnswer
from learning.activities.registry import activity_type
from tests.activities.blocks import FIRST_LINE, block, example_of, parse

KIND = activity_type("commitment")
DATA, _ = parse(example_of("commitment"))


@pytest.fixture(autouse=True)
def _words() -> object:
    app = Flask("learning")
    Babel(app)
    with app.test_request_context():
        yield


def test_a_suggestion_and_ones_own_words_are_kept_and_said() -> None:
    suggested = KIND.read(DATA, {"choice": ["stop"], "text": ["ignored"]})
    assert suggested == {"choice": "stop"}
    assert KIND.in_words(DATA, suggested) == "I will end one routine that nobody uses."
    own = KIND.read(DATA, {"choice": ["own-words"], "text": [" I ask Maria. "]})
    assert KIND.in_words(DATA, own) == "I ask Maria."


@pytest.mark.parametrize("form", [{}, {"choice": ["own-words"]}, {"choice": ["own-words"], "text": ["x" * 301]}])
def test_an_empty_or_too_long_promise_is_refused_with_what_was_typed(form: dict[str, list[str]]) -> None:
    with pytest.raises(FaultyAnswer) as refused:
        KIND.read(DATA, form)
    assert refused.value.draft is not None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Which?\n\n- `a` I will.", 0, "one suggestion"),
        ("- `a` I will.\n- `b` I shall.", 0, "asks nothing"),
        ("Which?\n\n- `own-words` I will.\n- `b` I shall.", 3, "learner's own words"),
        ("Which?\n\n- `a` I will.\n  > So.\n- `b` I shall.", 3, "no feedback"),
    ],
)
def test_faults_are_told_with_their_line(text: str, line: int, words: str) -> None:
    _, report = parse(block("commitment", text))
    told = [(at, message) for at, message, _ in report.errors]
    assert any(at == FIRST_LINE - 1 + line and words in message for at, message in told), told
