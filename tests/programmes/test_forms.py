"""Pasted addresses are read line by line, and every fault says where it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.programmes.forms import MOST_LINES, GatheringForm, Line, read_addresses

pytestmark = pytest.mark.one_database


def test_addresses_are_read_one_a_line_each_once(app: Flask) -> None:
    text = "ada@example.no\r\n\r\n  BO@Example.no \nAas, Ada <ada@example.no>\nKari Lunde <kari@example.no>"
    with app.test_request_context():
        lines, faults = read_addresses(text)
    assert lines == [Line(1, "ada@example.no"), Line(3, "bo@example.no"), Line(5, "kari@example.no")]
    assert faults == []


def test_what_is_no_address_is_named_by_its_line(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        lines, faults = read_addresses("ada@example.no\nada\nbo@example.no; kari@example.no")
        assert lines == [Line(1, "ada@example.no")]
        assert faults == [
            "Line 2: “ada” is not an e-mail address.",
            "Line 3: “bo@example.no; kari@example.no” is not an e-mail address.",
        ]
        _, faults = read_addresses("a@example.no\n" * (MOST_LINES + 1))
    assert faults == ["There are 501 lines. At most 500 can be read at once."]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(app: Flask, text: str) -> None:
    with app.test_request_context():
        lines, faults = read_addresses(text)
    filled = sum(bool(line.strip()) for line in text.splitlines())
    assert len(lines) + len(faults) <= filled
    assert filled == 0 or lines or faults


GOOD = {
    "title": "First day", "day": "2026-11-10", "starts": "09:00", "ends": "15:00", "place": "Town hall", "link": "",
    "notes": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": " "}, "title", "must be filled in"),
        ({"day": "10.11.2026"}, "day", "Write a date"),
        ({"day": "0026-11-10"}, "day", "between 2000 and 2100"),
        ({"starts": "nine"}, "starts", "Write a time"),
        ({"ends": "09:00"}, "ends", "must end after it begins"),
        ({"day": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "starts", "does not exist"),
        ({"day": "2026-10-25", "starts": "01:00", "ends": "02:30"}, "ends", "comes twice"),
        ({"place": ""}, "place", "a place, a link, or both"),
        ({"link": "http://meet.example"}, "link", "beginning with https://"),
        ({"link": "https://"}, "link", "beginning with https://"),
        ({"link": "https://[meet"}, "link", "beginning with https://"),
        ({"place": "x" * 201}, "place", "At most 200 characters"),
    ],
)
def test_a_gathering_that_cannot_be_says_why_at_the_field(
    app: Flask, changed: dict[str, str], field: str, words: str
) -> None:
    with app.test_request_context(method="POST", data={**GOOD, **changed}, headers={"Accept-Language": "en"}):
        form: Any = GatheringForm()
        assert not form.validate_on_submit()
        assert words in str(form[field].errors[0])


def test_a_good_gathering_is_stored_in_utc(app: Flask) -> None:
    with app.test_request_context(method="POST", data={**GOOD, "link": "https://meet.example/a"}):
        form = GatheringForm()
        assert form.validate_on_submit()
        assert form.facts.starts_at.isoformat() == "2026-11-10T08:00:00+00:00"
        assert form.facts.ends_at.isoformat() == "2026-11-10T14:00:00+00:00"
