"""The audit trail: in words, narrowed, leafed through, and taken out."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit, trail
from learning.access.models import AuditEvent, AuditMention, Role
from learning.access.trail import TrailFilter
from learning.administration import trail_names, trail_wording
from learning.administration.trail_names import Names
from learning.administration.trail_wording import WORDINGS, Kind
from learning.organisation.models import Agency, Person, Unit
from tests.factories import grant, make_agency, make_person, make_position, make_unit
from tests.paths.scene import assign, audience, counted, make_course, make_path

SignIn = Callable[[Person], FlaskClient]
CODE = Path(__file__).parents[2] / "learning"


@dataclass
class Town:
    agency: Agency
    unit: Unit
    admin: Person
    bo: Person
    address: str


@pytest.fixture
def town(session: Session) -> Town:
    agency = make_agency(session)
    unit = make_unit(session, agency, name="Health")
    admin = make_person(session, given_name="Arne", family_name="Admin", email="arne@example.org")
    bo = make_person(session, given_name="Bo", family_name="<Ødegård>", email="bo@example.org")
    for person in (admin, bo):
        make_position(session, person, unit)
    grant(session, admin, Role.AGENCY_ADMIN, agency)
    session.commit()
    return Town(agency, unit, admin, bo, f"/agency/{agency.slug}/audit")


def note(session: Session, town: Town, action: str, subject: tuple[str, object], **detail: Any) -> AuditEvent:
    actor = detail.pop("by", town.admin)
    event = audit.record(
        session, action, subject_type=subject[0], subject_id=subject[1], agency_id=town.agency.id,
        actor_id=actor.id if actor else None, **detail,
    )  # fmt: skip
    session.flush()
    return event


def told(session: Session, town: Town) -> list[str]:
    """The sentences of the agency's events, the oldest first, as in a file."""
    events = trail.page(session, town.agency.id, TrailFilter()).events[::-1]
    names = trail_names.gather(session, town.agency.id, events)
    return [trail_wording.sentence(event, names).text() for event in events]


# Every action has words


def _recorded() -> Iterator[tuple[str, ast.expr, ast.Module, ast.AST | None]]:
    """Where an action is recorded: place, expression, file and the function around it.

    A function that passes one of its arguments on as the action counts as recording, and so on.
    """
    trees = {path: ast.parse(path.read_text()) for path in sorted(CODE.rglob("*.py"))}
    calls = []
    for path, tree in trees.items():
        functions = [each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        around = {id(inner): function for function in functions for inner in ast.walk(function)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                calls.append((path, tree, call, around.get(id(call))))
    recorders: list[tuple[str, Path | None, int, str]] = [("record", None, 1, "action")]  # name, file, place, keyword
    while recorders:
        name, only, place, keyword = recorders.pop()
        for path, tree, call, function in calls:
            called = call.func
            if only is None:
                is_it = ast.unparse(called) == "audit.record"
            else:
                last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
                # A method may be called from the other files of its room.
                near = path.parent == only.parent if isinstance(called, ast.Attribute) else path == only
                is_it = last == name and near and ast.unparse(called) != "audit.record"
            if not is_it:
                continue
            named = [each.value for each in call.keywords if each.arg == keyword]
            action = named[0] if named else call.args[place]
            arguments = [each.arg for each in function.args.args] if function is not None else []
            arguments = [each for each in arguments if each != "self"]  # a method is called without it
            if isinstance(action, ast.Name) and action.id in arguments:
                recorders.append((function.name, path, arguments.index(action.id), action.id))
            else:
                yield f"{path.relative_to(CODE.parent)}:{call.lineno}", action, tree, function


def _values(expression: ast.expr, tree: ast.Module, function: ast.AST | None) -> set[str]:
    """The texts that the expression can be; nothing when that cannot be told."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return {expression.value}
    if isinstance(expression, ast.IfExp):
        return _values(expression.body, tree, function) | _values(expression.orelse, tree, function)
    if isinstance(expression, ast.Name):
        for where in (function, tree):
            for each in ast.walk(where) if where is not None else ():
                if isinstance(each, ast.Assign) and any(ast.unparse(t) == expression.id for t in each.targets):
                    return _values(each.value, tree, function)
    return set()


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    found: set[str] = set()
    for place, expression, tree, function in _recorded():
        values = _values(expression, tree, function)
        assert values, f"{place}: write the action as text, so that this test can find it"
        missing = values - set(WORDINGS)
        assert not missing, f"{place}: {', '.join(sorted(missing))} needs a line in administration/trail_wording.py"
        found |= values
    assert set(WORDINGS) == found, "trail_wording.py words actions that nothing records"


DETAILS = st.dictionaries(
    st.sampled_from(
        ["unit", "person", "level", "role", "members", "steps", "on", "ends_on", "kind", "days", "status", "since",
         "until", "format", "reason", "fields", "before", "after", "people", "assignment", "parent", "words"]
    ),
    st.none() | st.integers(-5, 2**70) | st.text(max_size=12) | st.booleans() | st.lists(st.integers(), max_size=3),
    max_size=8,
)  # fmt: skip


@pytest.mark.one_database
def test_no_detail_makes_a_sentence_fail(app: Flask) -> None:
    @given(st.sampled_from([*sorted(WORDINGS), "unheard.of"]), DETAILS, st.text(max_size=10))
    def tell(action: str, detail: dict[str, Any], subject: str) -> None:
        event = AuditEvent(action=action, subject_type="unit", subject_id=subject, detail=detail)
        sentence = trail_wording.sentence(event, Names())
        assert sentence.text()
        assert "<script" not in sentence.html(lambda kind, key: None)

    with app.test_request_context():
        tell()


@pytest.mark.one_database
def test_a_sentence_escapes_what_was_noted(app: Flask) -> None:
    event = AuditEvent(action="unit.renamed", subject_type="unit", subject_id="1",
                       detail={"before": "<b>100 %s</b>", "after": "%(x)s & co"})  # fmt: skip
    with app.test_request_context(headers={"Accept-Language": "en"}):
        told = trail_wording.sentence(event, Names())
        assert told.text() == "The system gave the unit <b>100 %s</b> the name %(x)s & co."
        assert "&lt;b&gt;100 %s&lt;/b&gt; the name %(x)s &amp; co." in told.html(lambda kind, key: None)


def test_sentences_name_things_as_they_are_called_now(app: Flask, session: Session, town: Town) -> None:
    position = make_position(session, town.bo, town.unit, title="Team leader", starts_on=date(2024, 1, 1))
    path = make_path(session, town.agency, make_course(session))
    assignment = assign(session, path, audience(town.unit))
    path.title = "New leader"
    stranger = make_person(session, given_name="Somebody", family_name="Else")
    note(session, town, "position.ended", ("position", position.id), ends_on="2027-03-01")
    note(session, town, "role.granted", ("person", town.bo.id), role="hr")
    note(session, town, "person.added", ("person", stranger.id), unit=town.unit.id, level="middle")
    note(session, town, "person.added", ("person", town.bo.id), unit=987654, level="top", by=None)
    note(session, town, "assignment.reminded", ("assignment", assignment.id), path="Old", members=1)
    note(session, town, "path.archived", ("learning-path", 987654), title="Gone", members=3)
    note(session, town, "something.new", ("unit", town.unit.id))
    town.unit.name = "Health and care"
    session.flush()
    with app.test_request_context(headers={"Accept-Language": "en"}):
        made, assigned, *others = told(session, town)
        assert made.startswith("The system made the learning path “New leader” with 1 course")
        assert assigned == "The system assigned “New leader” to 2 people."
        assert others == [
            "Arne Admin ended the position of Bo <Ødegård> as Team leader; the last day is 1 March 2027.",
            "Arne Admin gave Bo <Ødegård> the role HR.",
            f"Arne Admin added person no. {stranger.id} in Health and care (Middle manager).",
            "The system added Bo <Ødegård> in unit no. 987654 (Top manager).",
            "Arne Admin reminded 1 person of “New leader”.",
            "Arne Admin archived the learning path “Gone”, which 3 people were assigned.",
            "Arne Admin: something.new (Health and care)",
        ]


def test_names_take_as_many_statements_for_many_events(session: Session, town: Town) -> None:
    numbers = []
    for size in (2, 30):
        for _ in range(size):
            person = make_person(session)
            make_position(session, person, town.unit)
            note(session, town, "person.added", ("person", person.id), unit=town.unit.id)
            note(session, town, "position.moved", ("position", 1), person=person.id, unit=town.unit.id)
        session.commit()
        events = trail.page(session, town.agency.id, TrailFilter()).events
        with counted(session) as statements:
            trail_names.gather(session, town.agency.id, events)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] == 3


def test_links_lead_where_the_reader_may_go(session: Session, town: Town, sign_in: SignIn) -> None:
    auditor = make_person(session)
    make_position(session, auditor, town.unit)
    grant(session, auditor, Role.AUDITOR, town.agency)
    path = make_path(session, town.agency, make_course(session))
    assignment = assign(session, path, audience(town.unit))
    note(session, town, "role.granted", ("person", town.bo.id), role="hr")
    session.commit()
    for reader, sees_people in ((town.admin, True), (auditor, False)):
        page = sign_in(reader).get(town.address).get_data(as_text=True)
        assert (f"/people/{town.bo.id}" in page) is sees_people
        assert f"/assignments/{assignment.id}" in page
        assert f"/paths/{path.id}" not in page  # neither builds paths
        assert "Bo &lt;Ødegård&gt;" in page
        assert "<code>role.granted</code>" in page


# Narrowing


def shown(browser: FlaskClient, address: str, query: str = "") -> list[str]:
    """The codes of the events on a page, from the top."""
    answer = browser.get(f"{address}?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return re.findall(r"<code>([^<]*)</code>", answer.get_data(as_text=True))


def test_the_trail_is_narrowed(session: Session, town: Town, sign_in: SignIn) -> None:
    åse = make_person(session, given_name="Åse", family_name="Ødegård", email="a.o@example.org")
    make_position(session, åse, town.unit)
    with clock.stopped_at(datetime(2027, 2, 28, 23, 30, tzinfo=UTC)):  # 1 March in Oslo
        note(session, town, "role.granted", ("person", åse.id), role="hr")
    with clock.stopped_at(datetime(2027, 3, 31, 22, 30, tzinfo=UTC)):  # 1 April in Oslo
        note(session, town, "position.moved", ("position", 1), person=åse.id, unit=town.unit.id, by=town.bo)
        note(session, town, "path.created", ("learning-path", 1), title="Ørner og élite", steps=2, by=åse)
        note(session, town, "certificate.revoked", ("certificate", "HR-2027-000042"), reason="Wrong name")
    elsewhere = make_agency(session)
    audit.record(session, "role.granted", subject_type="person", subject_id=åse.id, actor_id=town.admin.id,
                 agency_id=elsewhere.id, role="hr")  # fmt: skip
    session.commit()
    browser = sign_in(town.admin)
    every = ["certificate.revoked", "path.created", "position.moved", "role.granted"]
    for query, found in (
        ("", every),
        ("since=2027-03-01&until=2027-03-31", ["role.granted"]),
        ("since=2027-04-01", every[:3]),
        ("until=2027-02-28", []),
        ("who=arne", ["certificate.revoked", "role.granted"]),
        ("who=%C3%B8deg%C3%A5rd+%C3%A5se", ["path.created"]),
        ("who=a.o@example.org", ["path.created"]),
        ("whom=%C3%A5se", ["position.moved", "role.granted"]),
        ("who=bo&whom=%C3%A5se", ["position.moved"]),
        ("kind=certificates", ["certificate.revoked"]),
        ("kind=people", ["position.moved"]),
        ("q=%C3%B8rner", ["path.created"]),
        ("q=ELITE", []),
        ("q=%C3%A9lite", ["path.created"]),
        ("q=HR-2027-000042", ["certificate.revoked"]),
        ("q=wrong+name", ["certificate.revoked"]),
        ("q=revoked", ["certificate.revoked"]),
        ("q=role.granted", ["role.granted"]),
        ("q=%C3%85se", ["path.created", "position.moved", "role.granted"]),
        ("q=%25", every),  # no word at all
        ("q=%27%29%3B+%5C+%3A*+%26", every),
        ("q=nothing", []),
        ("page=7&before=999999999999&after=x", every),
    ):
        assert shown(browser, town.address, query) == found, query
    empty = browser.get(f"{town.address}?q=nothing").get_data(as_text=True)
    assert "Nothing fits these choices." in empty
    assert 'value="nothing"' in empty


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=soon", "Write a date as"),
        ("since=2027-03-02&until=2027-03-01", "The last day is before the first."),
        ("who=nobody+here", "Nobody known in the agency"),
        ("whom=stranger", "Nobody known in the agency"),
        ("kind=weather", "Choose one of the kinds."),
    ],
)
def test_a_wrong_choice_is_said_at_its_field(
    session: Session, town: Town, sign_in: SignIn, query: str, words: str
) -> None:
    make_person(session, given_name="Stranger")
    note(session, town, "role.granted", ("person", town.bo.id), role="hr")
    session.commit()
    browser = sign_in(town.admin)
    answer = browser.get(f"{town.address}?{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "aria-invalid" in page
    assert "<code>" not in page
    values = dict(part.split("=") for part in query.replace("+", " ").split("&"))
    assert browser.post(f"{town.address}/export", data={**values, "format": "csv"}).status_code == 422
    assert session.scalar(select(func.count()).where(AuditEvent.action == "trail.exported")) == 0


def test_too_many_of_a_name(session: Session, town: Town, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST_PEOPLE", 1)
    answer = sign_in(town.admin).get(f"{town.address}?who=example.org")
    assert answer.status_code == 422
    assert "Too many people fit." in answer.get_data(as_text=True)


# Leafing


def test_pages_go_by_key_and_back(session: Session, town: Town, sign_in: SignIn) -> None:
    moment = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
    for number in range(120):
        with clock.stopped_at(moment + timedelta(minutes=number // 7)):  # several at the same moment
            note(session, town, "unit.renamed", ("unit", town.unit.id), before=f"n{number:03}", after="x")
    session.commit()
    browser = sign_in(town.admin)

    def read(address: str) -> tuple[list[int], dict[str, str]]:
        page = browser.get(address).get_data(as_text=True)
        links = re.findall(r'rel="(prev|next)" href="([^"]+)"', page)
        return [int(n) for n in re.findall(r"before: n(\d+)", page)], {k: v.replace("&amp;", "&") for k, v in links}

    first, links = read(f"{town.address}?kind=people")
    assert first == list(range(119, 69, -1))
    assert set(links) == {"next"}
    with clock.stopped_at(moment + timedelta(days=1)):  # nothing slips meanwhile
        note(session, town, "unit.renamed", ("unit", town.unit.id), before="n120", after="x")
    session.commit()
    second, links = read(links["next"])
    assert second == list(range(69, 19, -1))
    third, at_the_end = read(links["next"])
    assert third == list(range(19, -1, -1))
    assert set(at_the_end) == {"prev"}
    assert read(at_the_end["prev"])[0] == second
    assert "kind=people" in links["prev"]
    assert read(links["prev"])[0] == first
    assert read(read(links["prev"])[1]["prev"])[0][0] == 120  # the newest page, whole


# Files


def test_the_trail_goes_out_in_three_formats(session: Session, town: Town, sign_in: SignIn) -> None:
    note(session, town, "unit.renamed", ("unit", town.unit.id), before="=1+1", after="Ås")
    note(session, town, "role.granted", ("person", town.bo.id), role="hr", by=None)
    session.commit()
    browser = sign_in(town.admin)

    def out(name: str, **choices: str) -> bytes:
        answer = browser.post(f"{town.address}/export", data={**choices, "format": name})
        assert answer.status_code == 200
        assert f"audit-trail-{town.agency.slug}" in answer.headers["Content-Disposition"]
        return answer.get_data()

    rows = list(csv.DictReader(io.StringIO(out("csv", kind="people").decode(), newline="")))
    assert len(rows) == 1
    assert rows[0]["sentence"] == "Arne Admin gave the unit =1+1 the name Ås."
    assert rows[0]["kind"] == "people"
    assert json.loads(rows[0]["detail"]) == {"before": "=1+1", "after": "Ås"}
    assert rows[0]["at"].endswith("Z")

    lines = [json.loads(line) for line in out("ndjson").decode().splitlines()]
    assert [line["action"] for line in lines] == ["trail.exported", "trail.exported", "role.granted", "unit.renamed"]
    assert lines[1]["sentence"] == "Arne Admin took out the audit trail as CSV (People and units)."
    assert lines[2]["actor"] is None
    assert lines[3]["detail"] == {"before": "=1+1", "after": "Ås"}

    header, row = openpyxl.load_workbook(io.BytesIO(out("xlsx", q="Ås", kind="people"))).active.iter_rows()
    cells = dict(zip([cell.value for cell in header], row, strict=True))
    assert cells["sentence"].data_type == "s"
    assert cells["action"].value == "unit.renamed"
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.detail["format"], event.detail["words"]) == ("trail.exported", "xlsx", "Ås")
    session.commit()
    assert browser.post(f"{town.address}/export", data={"format": "pdf"}).status_code == 400


def test_an_export_reads_a_thousand_at_a_time(session: Session, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "AT_ONCE", 10)
    for _ in range(25):
        note(session, town, "role.granted", ("person", town.bo.id), role="hr")
    session.commit()
    assert [len(events) for events in trail.stream(session, town.agency.id, TrailFilter())] == [10, 10, 5]


def test_an_event_remembers_whom_it_is_about(session: Session, town: Town) -> None:
    event = note(session, town, "people.met", ("person", town.bo.id), person=town.admin.id, people=[town.bo.id, "x"])
    found = session.scalars(select(AuditMention.person_id).where(AuditMention.event_id == event.id)).all()
    assert sorted(found) == sorted({town.bo.id, town.admin.id})


def test_times_are_norwegian(session: Session, town: Town, sign_in: SignIn) -> None:
    with clock.stopped_at(clock.now().replace(month=1, day=15, hour=23, minute=30)):
        note(session, town, "late.event", ("unit", 1), by=None)
        session.commit()
    page = sign_in(town.admin).get(town.address).get_data(as_text=True)
    assert "16 Jan" in page
    assert "00:30" in page
    assert "The system" in page


@pytest.mark.one_database
def test_every_kind_has_a_name_and_actions(app: Flask) -> None:
    with app.test_request_context():
        for kind in Kind:
            assert trail_wording.kind_name(kind)
            assert trail_wording.actions_of(kind)
