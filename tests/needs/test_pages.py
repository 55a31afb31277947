"""HR's pages from nothing said to a plan, and what a line manager sees."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import openpyxl
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.needs import mine
from learning.needs.models import CompetenceMeasure, CompetenceNeed, LeavingScenario, PlanDecision
from learning.organisation.models import Level, Person
from tests.factories import make_person
from tests.needs.scene import need, reach, set_up
from tests.paths.scene import make_course, make_path, manager

SignIn = Callable[[Person], FlaskClient]


def key_in(page: str) -> str:
    found = re.search(r'name="request_key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_empty_pages_say_where_to_begin(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    session.commit()
    hr = sign_in(here.hr)
    for page in ("gaps", "needs", "what-if", "plan"):
        assert "Begin with suggestions" in hr.get(f"{here.base}/{page}").get_data(as_text=True)
    assert "There are no measures yet" in hr.get(f"{here.base}/measures").get_data(as_text=True)


def test_suggestions_are_confirmed_once_and_keep_what_was_said(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    need(session, here, here.town.top, 4)
    top = here.town.top.id
    session.commit()
    hr = sign_in(here.hr)
    address = f"{here.base}/needs/suggestions"
    values = {"unit": top, "chosen": here.code, "level-first-line": 2, "level-middle": 3, "level-top": 3}
    assert hr.post(address, data={**values, "chosen": ""}).status_code == 422
    assert hr.post(address, data={**values, "level-top": "x"}).status_code == 422
    assert hr.post(address, data=values).status_code == 303
    assert hr.post(address, data=values).status_code == 303
    found = session.scalars(select(CompetenceNeed).order_by(CompetenceNeed.id)).all()
    assert [(each.role.value, each.level) for each in found] == [
        ("all", 4), ("first-line", 2), ("middle", 3), ("top", 3),
    ]  # fmt: skip


def test_the_grid_changes_only_what_was_changed_in_it(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    need(session, here, here.town.top, 2, share=50)
    top, first, second = here.town.top.id, here.first, here.second
    session.commit()
    hr = sign_in(here.hr)
    address = f"{here.base}/needs"
    assert "50 % of the people" in hr.get(address).get_data(as_text=True)
    form = {
        "unit": top, "horizon": "now", f"all-{first}": "3", f"was-all-{first}": "2", f"all-{second}": "",
        f"was-all-{second}": "", f"top-{second}": "1", f"was-top-{second}": "",
    }  # fmt: skip
    answer = hr.post(address, data=form, follow_redirects=True)
    assert "2 needs are changed" in answer.get_data(as_text=True)
    live = session.scalars(select(CompetenceNeed).where(CompetenceNeed.ended_at.is_(None))).all()
    assert {(each.competence_id, each.role.value, each.level, each.share) for each in live} == {
        (first, "all", 3, 50), (second, "top", 1, 100),
    }  # fmt: skip


def test_one_need_says_what_is_wrong_at_the_field_and_shows_what_was(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    session.commit()
    hr = sign_in(here.hr)
    address = f"{here.base}/needs/of/{here.code}.1"
    good = {"level": "3", "who": "number", "number": "4", "consequence": "high", "words": "The law asks for it"}
    for wrong, words in (
        ({"number": "0"}, "whole number from 1"), ({"who": "share", "share": "101"}, "whole number from 1 to 100"),
        ({"consequence": "awful"}, "Not a valid choice"), ({"level": "9"}, "Not a valid choice"),
    ):  # fmt: skip
        answer = hr.post(address, data={**good, **wrong})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert hr.post(address, data=good).status_code == 303
    assert hr.post(address, data={**good, "level": "inherit"}).status_code == 303
    page = hr.get(address).get_data(as_text=True)
    assert "The law asks for it" in page
    assert "Hedda Haug" in page
    assert hr.get(f"{here.base}/needs/of/NO.1").status_code == 404
    assert hr.get(f"{here.base}/needs?unit=999999").status_code == 404
    assert hr.get(f"{here.base}/gaps?horizon=soon").status_code == 404


def test_needs_go_out_as_a_file_and_in_again_with_faults_by_row(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    need(session, here, here.town.school, 3)
    school = here.town.school.id
    session.commit()
    hr = sign_in(here.hr)
    data = hr.post(f"{here.base}/needs/export").get_data()
    (row,) = csv.DictReader(io.StringIO(data.decode()))
    assert (row["unit_code"], row["competence"], row["level"]) == ("1.2", f"{here.code}.1", "3")

    def send(text: str) -> tuple[int, str]:
        answer = hr.post(f"{here.base}/needs/file", data={"file": (io.BytesIO(text.encode()), "needs.csv")})
        return answer.status_code, answer.get_data(as_text=True)

    head = "unit;role;competence;horizon;level;share;number;consequence\n"
    status, page = send(f"{head}School;all;{here.code}.1;now;7;;;\nNowhere;boss;XX.1;later;1;200;;awful\nSchool\n")
    assert status == 422
    for words in ("Row 2, level", "Row 3, unit", "Row 3, role", "Row 3, competence", "Row 3, horizon", "Row 3, share",
                  "Row 3, consequence", "Row 4, role"):  # fmt: skip
        assert words in page, words
    assert send("")[0] == 422
    assert send("role\nall\n")[0] == 422
    status, page = send(f"{head}School;all;{here.code}.1;now;1;;;\nSchool;all;{here.code}.1;now;2;;;\n")
    assert "Row 2 is about the same need" in page
    assert send(data.decode().replace(",3,", ",1,"))[0] == 303
    live = session.scalars(select(CompetenceNeed).where(CompetenceNeed.ended_at.is_(None))).one()
    assert (live.unit_id, live.level) == (school, 1)


def test_a_gap_leads_to_people_and_to_a_measure_that_keeps_its_numbers(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    ada = manager(session, here.town.school, "Ada Aas")
    manager(session, here.town.school, "Bo Berg", ends_on=date(2099, 1, 1))
    need(session, here, here.town.top, 2)
    session.commit()
    hr = sign_in(here.hr)
    assert "0 of 2" in hr.get(f"{here.base}/gaps").get_data(as_text=True)
    listed = hr.get(f"{here.base}/gaps/{here.code}.1").get_data(as_text=True)
    assert "Ada Aas" in listed
    assert "Bo Berg" in listed
    address = f"{here.base}/measures/new/{here.code}.1"
    good = {
        "request_key": key_in(hr.get(address).get_data(as_text=True)), "kind": "learn", "words": "A course",
        "owner": ada.email, "cost": "25 000", "deadline": "2027-05-01", "state": "planned",
    }  # fmt: skip
    for wrong, words in (
        ({"cost": "a lot"}, "whole kroner"), ({"owner": "nobody@example.org"}, "Nobody who works"),
        ({"kind": "wish"}, "Not a valid choice"), ({"deadline": ""}, "Write a date"), ({"words": " "}, "filled in"),
    ):  # fmt: skip
        answer = hr.post(address, data={**good, **wrong})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert hr.post(address, data=good).status_code == hr.post(address, data=good).status_code == 303
    made = session.scalars(select(CompetenceMeasure)).one()
    assert (made.cost, made.needed_then, made.covered_then) == (25000, 2, 0)
    made_id = made.id
    for person in session.scalars(select(Person).where(Person.given_name.in_(["Ada", "Bo"]))).all():
        reach(session, person, here.first, 2)
    session.commit()
    page = hr.get(f"{here.base}/measures").get_data(as_text=True)
    assert "2 then, 0 now" in page
    assert "The gap is closed" in page
    change = {**good, "revision": "1", "state": "done"}
    assert hr.post(f"{here.base}/measures/{made_id}", data=change).status_code == 303
    assert hr.post(f"{here.base}/measures/{made_id}", data={**change, "state": "dropped"}).status_code == 422


def test_what_if_saves_nothing_but_a_named_scenario(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    ada = manager(session, here.town.school, "Ada Aas")
    reach(session, ada, here.first, 2)
    need(session, here, here.town.top, 2)
    session.commit()
    hr = sign_in(here.hr)
    address = f"{here.base}/what-if"
    unit = {"leaving_unit": here.town.top.id}
    shown = hr.post(address, data={**unit, "who": "people", "people": ada.email}).get_data(as_text=True)
    assert "1 manager leaves." in shown
    assert "1 of 1" in shown
    assert "0 of 1" in shown
    for wrong, words in (
        ({"who": "people", "people": "x@example.org"}, "has the address x@example.org"),
        ({"who": "before"}, "Write a date"), ({"who": "number"}, "whole number of people"),
        ({"who": "people", "people": ada.email, "save": "yes"}, "Give the scenario a name"),
    ):  # fmt: skip
        answer = hr.post(address, data={**unit, **wrong})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(LeavingScenario)) == 0
    session.commit()
    assert (
        hr.post(address, data={**unit, "who": "people", "people": ada.email, "name": "Ada", "save": "yes"}).status_code
        == 303
    )
    own = mine.in_own_data(session, ada.id)
    assert [each["agency"] for each in own["named_in_scenarios_of_leaving"]] == [here.agency.name]
    session.commit()
    keep = {**unit, "who": "unit", "name": "All go", "save": "yes"}
    first = hr.post(address, data=keep)
    assert first.status_code == 303
    assert "1 manager leaves." in hr.get(first.location).get_data(as_text=True)
    assert hr.post(address, data=keep).location == first.location
    assert hr.post(address, data={**keep, "who": "number", "number": "1"}).status_code == 422
    scenario = session.scalars(select(LeavingScenario.id).where(LeavingScenario.name == "All go")).one()
    session.commit()
    assert hr.post(f"{here.base}/scenarios/{scenario}/remove").status_code == 303
    assert session.scalars(select(LeavingScenario.name)).all() == ["Ada"]


def test_the_plan_is_a_tagged_pdf_and_a_workbook_without_names(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    manager(session, here.town.school, "Hemmelig Person")
    need(session, here, here.town.top, 2)
    session.commit()
    hr = sign_in(here.hr)
    page = hr.get(f"{here.base}/plan").get_data(as_text=True)
    decision = {"request_key": key_in(page), "decided_on": "2026-11-01", "body": "The board", "words": "=Go on"}
    assert hr.post(f"{here.base}/plan", data={**decision, "words": ""}).status_code == 422
    for _ in range(2):
        assert hr.post(f"{here.base}/plan", data=decision).status_code == 303
    assert session.scalar(select(func.count()).select_from(PlanDecision)) == 1
    session.commit()
    pdf = hr.post(f"{here.base}/plan/file", data={"format": "pdf"})
    assert pdf.get_data().startswith(b"%PDF")
    reader = PdfReader(io.BytesIO(pdf.get_data()))
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert not any("Hemmelig" in (each.extract_text() or "") for each in reader.pages)
    book = openpyxl.load_workbook(io.BytesIO(hr.post(f"{here.base}/plan/file", data={"format": "xlsx"}).get_data()))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
    assert "=Go on" in cells
    assert not any("Hemmelig" in each for each in cells)
    assert hr.post(f"{here.base}/plan/file", data={"format": "doc"}).status_code == 400


def test_a_line_manager_sees_their_own_part_and_no_other(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    boss = manager(session, here.town.health, "Berit Boss", Level.MIDDLE)
    manager(session, here.town.health, "Other Peer")
    manager(session, here.town.health, "Mine Own", reports_to_id=boss.id)
    manager(session, here.town.nursing, "Below All")
    manager(session, here.town.school, "Far Away")
    need(session, here, here.town.top, 2)
    nobody = make_person(session)
    school, code = here.town.school.id, f"{here.code}.1"
    session.commit()
    client = sign_in(boss)
    assert "0 of 2" in client.get("/team/competences").get_data(as_text=True)
    listed = client.get(f"/team/competences/{code}").get_data(as_text=True)
    for name, seen in (("Mine Own", True), ("Below All", True), ("Other Peer", False), ("Far Away", False)):
        assert (name in listed) is seen, name
    assert client.get(f"/team/competences?unit={school}").status_code == 404
    assert client.get(f"/team/competences/{code}?unit={school}").status_code == 404
    assert client.get(f"{here.base}/gaps").status_code == 403
    assert "Nobody reports to you" in sign_in(nobody).get("/team/competences").get_data(as_text=True)


def test_a_path_and_its_audience_are_filled_in_from_a_gap(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    school = here.town.school.id
    make_path(session, here.agency, make_course(session))
    session.commit()
    page = sign_in(here.hr).get(f"/agency/{here.agency.slug}/assignments/new?unit={school}&level=middle")
    assert f'value="{school}" checked' in page.get_data(as_text=True)
    assert 'value="middle" checked' in page.get_data(as_text=True)
