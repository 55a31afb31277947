"""Units are moved with their effects shown first, and removed when nothing belongs to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent, Role
from learning.notifications.models import OutboxMessage
from learning.organisation import units
from learning.organisation.models import Person, Unit
from learning.paths.member_list import listing
from learning.paths.models import Assignment
from tests.factories import grant, make_agency, make_unit
from tests.paths.scene import Town, assign, audience, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Scene:
    town: Town
    hr: Person
    nurse: Person
    of_health: Assignment
    of_school: Assignment
    address: str


@pytest.fixture
def scene(session: Session) -> Scene:
    town, course = make_town(session), make_course(session)
    hr, nurse = manager(session, town.top, "Hanne Ress"), manager(session, town.nursing, "Nina Nurse")
    manager(session, town.home_care)
    manager(session, town.school)
    grant(session, hr, Role.HR, town.agency)
    of_health = assign(session, make_path(session, town.agency, course), audience(town.health))
    of_school = assign(session, make_path(session, town.agency, course), audience(town.school))
    assign(session, make_path(session, town.agency, course), audience(town.top))  # the whole agency: no change
    session.commit()
    return Scene(town, hr, nurse, of_health, of_school, f"/agency/{town.agency.slug}/units")


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_a_move_shows_its_effects_and_audiences_follow(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    address = f"{scene.address}/{town.nursing.id}/move"
    assert f"{address}" in browser.get(scene.address).get_data(as_text=True)
    form = browser.get(address).get_data(as_text=True)
    assert f'value="{town.school.id}"' in form
    assert f'<option value="{town.nursing.id}"' not in form  # never below itself
    page = browser.post(address, data={"parent": town.school.id})
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "1 person works there" in text
    assert len(re.findall(r'<th scope="row"', text)) == 2
    assert session.scalar(select(Unit.parent_id).where(Unit.id == town.nursing.id)) == town.health.id
    session.commit()

    answer = browser.post(address, data=fields(text))
    assert (answer.status_code, answer.location) == (303, scene.address)
    assert "Nursing now stands below School." in browser.get(scene.address).get_data(as_text=True)
    session.expire_all()
    assert session.scalar(select(Unit.parent_id).where(Unit.id == town.nursing.id)) == town.school.id
    titles = {row.path_title for row in listing(session, town.agency.id).rows if row.person_id == scene.nurse.id}
    assert scene.of_school.path.title in titles
    assert scene.of_health.path.title not in titles
    kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.person_id == scene.nurse.id)).all()
    assert kinds.count("assigned") == 3
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "unit.moved")).one()
    assert (event.subject_id, event.detail["parent"], event.detail["members"]) == (
        str(town.nursing.id), town.school.id, 1,
    )  # fmt: skip
    session.commit()
    assert browser.post(address, data=fields(text)).status_code == 409  # a second click: nothing changes any more


def test_effects_that_have_changed_are_shown_again(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    address = f"{scene.address}/{town.nursing.id}/move"
    text = browser.post(address, data={"parent": town.school.id}).get_data(as_text=True)
    manager(session, town.nursing)
    session.commit()
    answer = browser.post(address, data=fields(text))
    assert answer.status_code == 409
    again = answer.get_data(as_text=True)
    assert "Something has changed since you looked." in again
    session.expire_all()
    assert town.nursing.parent_id == town.health.id
    session.commit()
    assert browser.post(address, data=fields(again)).status_code == 303


def test_a_unit_never_stands_below_itself(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    for unit, parent in ((town.health, town.nursing), (town.health, town.health), (town.top, town.school)):
        for extra in ({}, {"expected": "none"}):
            answer = browser.post(f"{scene.address}/{unit.id}/move", data={"parent": parent.id, **extra})
            assert answer.status_code == 422
    elsewhere = make_unit(session, make_agency(session))
    session.commit()
    for parent_id in (elsewhere.id, 987654321, "x", ""):
        answer = browser.post(f"{scene.address}/{town.health.id}/move", data={"parent": parent_id})
        assert answer.status_code == 422
    with pytest.raises(units.CannotMove):
        units.place(session, town.health, elsewhere)


def test_two_moves_at_once_leave_a_tree(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    cookie = browser.get_cookie("handlingsrom")
    assert cookie is not None
    moves = [(town.health.id, town.school.id), (town.school.id, town.health.id)]
    shown = [fields(browser.post(f"{scene.address}/{a}/move", data={"parent": b}).get_data(as_text=True))
             for a, b in moves]  # fmt: skip

    def press(which: int) -> int:
        client = browser.application.test_client()
        client.set_cookie("handlingsrom", cookie.value)
        return client.post(f"{scene.address}/{moves[which][0]}/move", data=shown[which]).status_code

    with ThreadPoolExecutor(max_workers=2) as pool:
        codes = sorted(pool.map(press, range(2)))
    assert codes[0] == 303
    assert codes[1] in (409, 422)
    assert len(units.tree(session, town.agency.id)) == 5  # all hang below the topmost


@pytest.mark.one_database
def test_whatever_is_moved_it_stays_a_tree(session: Session) -> None:
    agency = make_agency(session)
    made = [make_unit(session, agency)]
    for number in range(7):
        made.append(make_unit(session, agency, made[number // 2]))

    @given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
    def moves(pairs: list[tuple[int, int]]) -> None:
        for unit, parent in pairs:
            try:
                units.place(session, made[unit], made[parent])
            except units.CannotMove:
                continue
            assert made[unit].parent_id == made[parent].id
        assert len(units.tree(session, agency.id)) == len(made)

    moves()


def test_an_empty_unit_is_removed(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    empty = make_unit(session, town.agency, town.school, name="Mistake")
    session.commit()
    address = f"{scene.address}/{empty.id}/remove"
    assert "Remove Mistake?" in browser.get(address).get_data(as_text=True)
    assert browser.post(address).status_code == 303
    assert "The unit Mistake is removed." in browser.get(scene.address).get_data(as_text=True)
    assert browser.post(address).status_code == 404
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "unit.removed")).one()
    assert event.detail["name"] == "Mistake"


def test_why_a_unit_is_not_removed(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, town = sign_in(scene.hr), scene.town
    chosen = make_unit(session, town.agency, town.school)
    manager(session, chosen)
    assign(session, make_path(session, town.agency, make_course(session)), audience(chosen))
    session.commit()
    for unit, words in (
        (town.top, "topmost unit"),
        (town.school, "People work there or have worked there"),
        (town.health, "units stand below it"),
        (chosen, "1 assignment was given to it."),
    ):
        address = f"{scene.address}/{unit.id}/remove"
        page = browser.get(address).get_data(as_text=True)
        assert words in page
        assert "cannot be removed" in page
        answer = browser.post(address)
        assert answer.status_code == 409
        assert words in answer.get_data(as_text=True)
