"""The forms that learners see: refilled, marked in words, and whole HTML that works without scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template
from flask_babel import Babel

from config import ROOT
from learning.activities.registry import Answer, activity_type
from tests.activities.blocks import EXAMPLES, SCORED, good, right_form, wrong_form

VOID = {"input", "img", "br", "hr", "meta", "link", "source", "track"}
ANSWERS: dict[str, Answer] = {
    "reflect": {"text": "<b>Mine</b>"},
    "scale": {"statements": {"explain": 2, "escalate": 5}},
    "plan": {"slots": {"situation": "<b>it rains</b>"}},
    "sheet": {"rows": [{"goal": "<b>Nights</b>", "likelihood": "yes", "cost": "1.5", "due": "2027-03-01"}]},
    "scenario": {"road": ["p1.ask"]},
}
DATA = {name: good(name) for name in EXAMPLES}


class Page(HTMLParser):
    """Collects elements and fails on HTML that is not well nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        if tag == "p":
            assert "p" not in self.open
        if tag in ("p", "div", "ul", "ol", "fieldset"):
            assert not {"p", "span", "label", "legend", "button", "summary"} & set(self.open), (tag, self.open)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.elements if tag in tags)

    def control(self, **wanted: str) -> dict[str, str | None]:
        return next(
            found
            for found in self.all("input", "select", "textarea", "button", "option")
            if all(found.get(name) == text for name, text in wanted.items())
        )


@pytest.fixture(scope="module")
def pages() -> Flask:
    """Only what the templates need; the player's pages have their own tests."""
    app = Flask("learning", template_folder=str(ROOT / "templates"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    for name in ("decimal", "day", "cards"):
        app.add_template_filter(str, name)
    app.context_processor(lambda: {"interface_language": "en"})
    return app


def show(pages: Flask, name: str, answer: Answer | None = None, marked: bool = False, **more: Any) -> Page:
    kind, data = activity_type(name), DATA[name]
    with pages.test_request_context():
        return Page(
            render_template(
                kind.template,
                activity=SimpleNamespace(id="b1", type=name),
                public=kind.public(data, Random(3)),
                answer=kind.shown_answer(data, answer) if answer is not None else None,
                mark=kind.mark(data, answer, 2) if marked and answer is not None else None,  # type: ignore[arg-type]
                **{"field_id": "b1", "readonly": False, **more},
            )
        )


def _answers(name: str) -> list[Answer | None]:
    if name in SCORED:
        kind, data = activity_type(name), DATA[name]
        return [None, kind.read(data, right_form(name, data)), kind.read(data, wrong_form(name, data))]
    return [None, *([ANSWERS[name]] if name in ANSWERS else [])]


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_state_is_whole_and_labelled_html(pages: Flask, name: str, marked: bool, readonly: bool) -> None:
    for answer in _answers(name):
        page = show(pages, name, answer, marked, readonly=readonly)
        ids = Counter(found["id"] for _, found in page.elements if "id" in found)
        assert all(count == 1 for count in ids.values()), ids
        assert all(str(each).startswith("b1") for each in ids)
        labelled = {found["for"] for found in page.all("label")}
        for tag, found in page.elements:
            assert "style" not in found
            assert not any(attribute.startswith("on") for attribute in found)
            if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
                assert found["id"] in labelled
            for attribute in ("aria-describedby", "aria-labelledby", "for"):
                assert set(str(found.get(attribute) or "").split()) <= set(ids), (attribute, found)
        assert "script" not in {tag for tag, _ in page.elements}
        assert "form" not in {tag for tag, _ in page.elements}


@pytest.mark.parametrize("name", SCORED)
def test_nothing_tells_the_answer_before_it_is_given(pages: Flask, name: str) -> None:
    for answer in _answers(name):
        words = show(pages, name, answer).words
        assert "feedback-" not in words
        assert "explanation-of-all" not in words
        assert "ight" not in words.replace("Right place", "")  # neither Right nor right


@pytest.mark.parametrize("name", SCORED)
def test_the_mark_is_told_in_words(pages: Flask, name: str) -> None:
    _, right, wrong = _answers(name)
    good_page, bad_page = show(pages, name, right, marked=True), show(pages, name, wrong, marked=True)
    assert "Right" in good_page.words
    assert "Not right" not in good_page.words
    assert "Not right" in bad_page.words
    assert "explanation-of-all" in bad_page.words


@pytest.mark.parametrize("name", ["single", "multiple"])
def test_feedback_of_every_option_is_shown_after_an_answer(pages: Flask, name: str) -> None:
    words = show(pages, name, _answers(name)[2], marked=True).words
    assert all(f"feedback-{key}" in words for key in ("accept", "treat", "stop"))


def test_answers_are_filled_in_again(pages: Flask) -> None:
    page = show(pages, "single", {"choice": "treat"})
    assert "checked" in page.control(value="treat")
    assert "checked" not in page.control(value="stop")
    page = show(pages, "multiple", {"choices": ["treat", "stop"]})
    assert "checked" in page.control(value="stop")
    page = show(pages, "number", {"number": "1.25"})
    assert page.control(name="number")["value"] == "1.25"
    page = show(pages, "scale", ANSWERS["scale"])
    assert "checked" in page.control(name="statement-explain", value="2")
    page = show(pages, "sheet", ANSWERS["sheet"])
    assert page.control(name="cell-0-due")["value"] == "2027-03-01"
    assert "selected" in page.control(value="yes")
    data = DATA["match"]
    page = show(pages, "match", {"rows": {row["key"]: row["right"] for row in data["rows"]}})
    assert sum("selected" in found for found in page.all("option")) == 3


def test_places_are_filled_in_again(pages: Flask) -> None:
    page = show(pages, "order", {"order": ["assess", "goal", "decide"]})
    chosen = [found["value"] for found in page.all("option") if "selected" in found]
    assert sorted(map(str, chosen)) == ["1", "2", "3"]
    page = show(pages, "order", {"places": {"goal": "2", "assess": "2", "decide": ""}})
    assert [found["value"] for found in page.all("option") if "selected" in found and found["value"]] == ["2", "2"]


def test_what_learners_write_is_escaped(pages: Flask) -> None:
    for name in ("reflect", "plan", "sheet"):
        page = show(pages, name, ANSWERS[name], marked=True)
        assert "b" not in {tag for tag, _ in page.elements}
    recalled = show(pages, "reflect", recalled="<i>Then</i>")
    assert "i" not in {tag for tag, _ in recalled.elements}
    assert "<i>Then</i>" in recalled.words


def test_a_scenario_carries_its_road_and_ends(pages: Flask) -> None:
    page = show(pages, "scenario", {"road": ["p1.ask"]})
    assert [found["value"] for found in page.all("input")] == ["p1.ask"]
    assert [found.get("value") for found in page.all("button")] == ["p2.back", "p2.small", "1"]
    assert "Five risks" in page.words
    assert "comment-ask" not in page.words
    ended = show(pages, "scenario", {"road": ["p1.ask", "p2.small"]})
    assert [found.get("name") for found in ended.all("button")] == ["restart"]
    assert "comment-ask" in ended.words
    assert "It stalls" in ended.words


def test_a_plan_shows_the_sentence_with_the_words_in_it(pages: Flask) -> None:
    words = " ".join(show(pages, "plan", ANSWERS["plan"], marked=True).words.split())
    assert "If <b>it rains</b>, then I will [what I do]. I start [when]." in words
    assert "1 of 3 parts are filled in." in words


def test_what_is_only_read_has_nothing_to_fill_in(pages: Flask) -> None:
    for name in ("guide", "figure"):
        assert not activity_type(name).needs_answer(DATA[name])
        assert list(show(pages, name).all("input", "select", "textarea", "button")) == []
