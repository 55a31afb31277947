"""What holds for every activity type there is, by the example that it shows to authors.

A new type is taken in by being registered; its own test says what is special about it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from learning.activities.registry import Answer, InvalidAnswer, Mark, activity_type, all_types
from tests.activities.blocks import example_of, parse
from tests.activities.test_templates import Page

TYPES = sorted(all_types())
SCORED = [name for name in TYPES if activity_type(name).scored]


@pytest.fixture(scope="module")
def pages() -> Flask:
    app = Flask("learning", template_folder=str(ROOT / "templates"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app)
    for name in ("decimal", "day", "cards"):
        app.add_template_filter(str, name)
    app.context_processor(lambda: {"interface_language": "en"})
    return app


def show(pages: Flask, name: str, answer: Answer | None, mark: Mark | None) -> Page:
    kind = activity_type(name)
    data, _ = parse(example_of(name))
    with pages.test_request_context():
        html = render_template(
            kind.template,
            activity=SimpleNamespace(id="b1", type=name, data=data, options={}),
            public=kind.public(data, Random(1)),
            answer=kind.shown_answer(data, answer) if answer is not None else None,
            mark=mark,
            field_id="b1",
            readonly=False,
            recalled=None,
        )
    return Page(html)


@pytest.mark.parametrize("name", TYPES)
def test_the_example_is_without_faults_can_be_stored_and_says_what_it_is_for(name: str) -> None:
    data, report = parse(example_of(name))
    assert (report.errors, report.warnings) == ([], [])
    assert json.loads(json.dumps(data)) == data
    assert activity_type(name).summary.endswith(".")
    assert activity_type(name).words(data) > 0
    assert activity_type(name).doing_minutes(data) >= 0


def test_every_type_has_a_name_of_its_own_for_learners(pages: Flask) -> None:
    with pages.test_request_context():
        titles = [str(activity_type(name).title) for name in TYPES]
    assert all(title[:1].isupper() for title in titles)
    assert len(set(titles)) == len(TYPES)


def test_a_mark_tells_how_many_parts_were_right(pages: Flask) -> None:
    kind = activity_type("multiple")
    data, _ = parse(example_of("multiple"))
    wrong = next(option["key"] for option in data["options"] if not option["right"])
    right = next(option["key"] for option in data["options"] if option["right"])
    mark = kind.mark(data, {"choices": [right]}, Decimal(1))
    if not mark.correct:
        page = show(pages, "multiple", {"choices": [right]}, mark)
        assert f"Partly right: {mark.parts_right} of {len(data['options'])}" in page.words
    assert kind.mark(data, {"choices": [wrong]}, Decimal(1)).parts_right < len(data["options"])


@pytest.mark.parametrize("name", SCORED)
def test_the_best_form_earns_everything_and_can_be_said_in_words(name: str) -> None:
    kind = activity_type(name)
    data, _ = parse(example_of(name))
    form = kind.best_form(data)
    assert form is not None
    answer = kind.read(data, form)
    mark = kind.mark(data, answer, Decimal(2))
    assert (mark.points, mark.correct) == (Decimal(2), True)
    assert isinstance(kind.in_words(data, answer), str)


@pytest.mark.parametrize("name", TYPES)
def test_an_answer_of_another_shape_is_marked_and_shown_all_the_same(pages: Flask, name: str) -> None:
    """An earlier revision of the block may have stored something else."""
    kind = activity_type(name)
    data, _ = parse(example_of(name))
    for stored in ({}, {"choice": "gone"}, {"rows": "x", "text": "", "order": 3, "statements": [], "road": {}}):
        mark = kind.mark(data, stored, Decimal(2))
        assert mark.points is None or 0 <= mark.points <= 2
        kind.in_words(data, stored)
        kind.is_finished(data, stored)
        if len(stored) < 2 and name != "number":  # its template shows the number that was typed
            show(pages, name, stored, mark if mark.points is not None else None)


@pytest.mark.parametrize("name", TYPES)
def test_the_template_is_whole_html_before_an_answer(pages: Flask, name: str) -> None:
    page = show(pages, name, None, None)
    assert page.words.strip()
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(str(each).startswith("b1") for each in ids)
    labelled = {attributes.get("for") for attributes in page.all("label")}
    for control in page.all("select", "textarea", "input"):
        assert control.get("type") == "hidden" or control.get("id") in labelled


@settings(max_examples=40, deadline=None)
@given(
    form=st.dictionaries(
        st.sampled_from(["choice", "choices", "text", "number", "road", "restart", "row-a", "step-goal", "slot-date"]),
        st.lists(st.text(max_size=20), max_size=3),
        max_size=4,
    )
)
def test_whatever_is_sent_is_an_answer_or_refused(form: dict[str, list[str]]) -> None:
    app = Flask("learning")
    Babel(app)
    with app.test_request_context():
        for name in TYPES:
            kind = activity_type(name)
            data, _ = parse(example_of(name))
            if not kind.needs_answer(data):
                continue
            try:
                answer = kind.read(data, form)
            except InvalidAnswer:
                continue
            json.dumps(answer)
            mark = kind.mark(data, answer, Decimal(1))
            assert mark.points is None or 0 <= mark.points <= 1
