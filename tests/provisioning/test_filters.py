"""Filters, sorting and pages: the SQL finds what the library's own evaluator finds in memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import ScimFilter
from sqlalchemy import event
from sqlalchemy.orm import Session

from learning.database import db
from learning.provisioning import filtering, finding
from learning.provisioning.representing import show_user
from learning.provisioning.resources import FullUser
from tests.provisioning.scene import ENTERPRISE, Scene

WORDS = ("kari", "KARI", "ØDEGÅRD", "Ødegård", "a", "50%", "x_1", "", "@example.org", "anna_lie@example.org", "X-1")
TEXTS = ("userName", "externalId", "name.givenName", "name.familyName", "displayName", "emails.value", "id")


def terms() -> st.SearchStrategy[str]:
    comparison = st.builds(
        lambda name, operator, word: f"{name} {operator} {ScimFilter.quote(word)}",
        st.sampled_from(TEXTS), st.sampled_from(("eq", "ne", "co", "sw", "ew")), st.sampled_from(WORDS),
    )  # fmt: skip
    others = st.sampled_from(
        ("active eq true", "active ne true", "externalId pr", "title pr and active eq false", "not (externalId pr)",
         'emails[type eq "work" and value co "lie"]', f"{ENTERPRISE}:employeeNumber pr", "externalId eq null")
    )  # fmt: skip
    base = comparison | others.filter(lambda text: not text.startswith("title"))
    return st.recursive(
        base,
        lambda inner: st.builds(lambda one, word, two: f"({one}) {word} ({two})", inner,
                                st.sampled_from(("and", "or")), inner) | inner.map(lambda one: f"not ({one})"),
        max_leaves=4,
    )  # fmt: skip


@pytest.fixture
def people(scene: Scene) -> Scene:
    scene.add(userName="kari@example.org", name={"givenName": "Kari", "familyName": "Ødegård"}, externalId="X-1")
    scene.add(userName="anna_lie@example.org", name={"givenName": "Anna", "familyName": "Lie"}, externalId="x_1")
    scene.add(userName="annaxlie@example.org", name={"givenName": "50% Per", "familyName": "Å"}, active=False)
    scene.add(userName="k1", emails=[{"value": "zoe@example.org"}], **{ENTERPRISE: {"employeeNumber": "x_1"}})
    return scene


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=terms())
def test_sql_finds_what_the_standard_says(people: Scene, app: Flask, session: Session, text: str) -> None:
    wanted = ScimFilter[FullUser](text)
    titles = finding.usual_titles(people.agency)
    agency_id = people.agency.id
    everybody = finding.find_page(session, agency_id, None, [], first=0, count=100).people
    found = finding.find_page(session, agency_id, filtering.user_condition(wanted), [], first=0, count=100)
    session.rollback()
    expected = [each.scim_id for each in everybody if wanted.match(show_user(each, titles, ""))]
    assert [each.scim_id for each in found.people] == expected
    assert found.total == len(expected)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text",
    ['userName eq', "userName", 'shoeSize eq "44"', 'userName gt "a"', 'title eq "x"', 'active eq "maybe"',
     "active co true", "(" * 40 + "id pr" + ")" * 39, 'emails[value eq "x"', "x" * 5000],
)  # fmt: skip
def test_a_filter_that_is_not_understood_says_so(scene: Scene, text: str) -> None:
    answer = scene.ask("GET", f"/Users?filter={quote(text)}")
    assert (answer.status_code, (answer.json or {})["scimType"]) == (400, "invalidFilter"), answer.text
    assert (answer.json or {})["detail"]


@pytest.mark.one_database
def test_a_filter_nested_without_end_is_no_fault_of_the_server(scene: Scene) -> None:
    for text in ("(" * 3000 + "id pr" + ")" * 3000, "not (" * 3000 + "id pr" + ")" * 3000):
        answer = scene.ask("POST", "/Users/.search", {"filter": text})
        assert answer.status_code in (200, 400), answer.text


def test_pages_and_order(people: Scene) -> None:
    def names(query: str) -> list[str]:
        answer = people.ask("GET", f"/Users?attributes=userName&{query}")
        assert answer.status_code == 200, answer.text
        return [each["userName"] for each in (answer.json or {})["Resources"] if "person" not in each["userName"]]

    small = ["anna_lie@example.org", "annaxlie@example.org", "k1", "kari@example.org"]
    assert names("sortBy=userName") == small
    assert names("sortBy=userName&sortOrder=descending") == small[::-1]
    assert names("sortBy=emails&startIndex=2&count=2") == ["annaxlie@example.org", "kari@example.org"]
    content = people.ask("GET", "/Users?count=2&startIndex=3").json or {}
    assert (content["totalResults"], content["itemsPerPage"], content["startIndex"]) == (5, 2, 3)
    content = people.ask("GET", "/Users?count=0").json or {}
    assert (content["totalResults"], content["Resources"]) == (5, [])
    assert (people.ask("GET", "/Users?startIndex=99").json or {})["Resources"] == []
    for bad in ("count=many", "startIndex=x", "sortBy=shoeSize", "sortBy=title", "attributes=id&excludedAttributes=id"):
        assert people.ask("GET", f"/Users?{bad}").status_code == 400, bad
    found = people.ask("POST", "/Users/.search", {"filter": 'userName sw "anna"', "count": 1}).json or {}
    assert (found["totalResults"], len(found["Resources"])) == (2, 1)


def test_a_page_takes_as_many_queries_for_many_as_for_one(people: Scene, app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def note(*values: Any) -> None:
        seen.append(values[2])

    def queries(count: int) -> int:
        seen.clear()
        assert len((people.ask("GET", f"/Users?count={count}").json or {})["Resources"]) == count
        return len(seen)

    event.listen(engine, "before_cursor_execute", note)
    chief = people.add()
    one = queries(1)
    for number in range(12):
        people.add(**{ENTERPRISE: {"department": ("Care", "Roads")[number % 2], "manager": {"value": chief["id"]}}})
    assert queries(18) == one
    event.remove(engine, "before_cursor_execute", note)
