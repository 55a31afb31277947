"""One thing for many people at once: looked over, confirmed, done once, undone as far as nothing has changed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, AuditMention, Role
from learning.catalogue.models import Course
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.paths import assigning, bulk_acts, bulk_reach, extending, membership, recognising
from learning.paths.bulk_models import BulkAct, BulkAction, BulkActionMember, Outcome
from learning.paths.bulk_reach import InvalidOrder, Order
from learning.paths.due_dates import DueRule, Status
from learning.paths.member_list import Wanted, listing
from learning.paths.models import (
    Assignment,
    AssignmentMember,
    DueExtension,
    DueKind,
    MemberReminder,
    Recognition,
    RecognitionKind,
)
from tests.factories import grant
from tests.paths.scene import Town, assign, audience, complete, counted, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]
KEY = "request-key-0000001"


@dataclass
class Scene:
    town: Town
    course: Course
    assignment: Assignment
    hr: Person
    done: Person
    late: Person
    fresh: Person
    members: dict[int, int]  # member's id by person's
    address: str


@pytest.fixture
def scene(session: Session) -> Scene:
    town, course = make_town(session), make_course(session, "Risk")
    hr = manager(session, town.health, "Hanne Ress")
    grant(session, hr, Role.HR, town.agency)
    done = manager(session, town.health, "Ada Done")
    late, fresh = manager(session, town.home_care, "Bo Late"), manager(session, town.nursing, "Cato Fresh")
    complete(session, done, course)
    due = DueRule(DueKind.FIXED, clock.today() + timedelta(days=3))
    assignment = assign(session, make_path(session, town.agency, course), audience(town.health), due)
    members = {each.person_id: each.id for each in session.scalars(select(AssignmentMember))}
    session.commit()
    return Scene(town, course, assignment, hr, done, late, fresh, members, f"/agency/{town.agency.slug}")


def later(days: int = 30) -> date:
    return clock.today() + timedelta(days=days)


def more_time(**values: Any) -> Order:
    return Order(BulkAct.MORE_TIME, **{"reason": "Moved offices", "due_on": later(), **values})


def exemption(scene: Scene, **values: Any) -> Order:
    return Order(BulkAct.EXEMPTION, **{"reason": "Taken elsewhere", "course_id": scene.course.id, **values})


def do(session: Session, scene: Scene, order: Order, expected: int, key: str = KEY) -> BulkAction:
    action, _ = bulk_acts.carry_out(
        session, scene.town.agency.id, order, actor_id=scene.hr.id, expected=expected, request_key=key
    )
    session.commit()
    return action


def outcomes(session: Session, scene: Scene, order: Order) -> dict[str, Outcome]:
    """Family name -> outcome."""
    groups = bulk_reach.preview(session, scene.town.agency.id, order, scene.hr.id)
    return {each.name.split()[-1]: group.outcome for group in groups for each in group.names}


def due_dates(session: Session, scene: Scene) -> dict[int, date | None]:
    session.expire_all()
    return {each.person_id: each.due_on for each in session.scalars(select(AssignmentMember))}


def fields_of(page: str, action: str) -> dict[str, Any]:
    """The hidden fields of the form that posts to ``action``; those that stand more than once as a list."""
    found = re.search(rf'<form method="(?:post|get)"[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, page
    values: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[0]):
        values.setdefault(name, []).append(html.unescape(value))
    return values


def mails(session: Session, kind: str) -> set[str]:
    found = session.scalars(
        select(OutboxMessage.to_address).where(OutboxMessage.kind == kind, OutboxMessage.cancelled_at.is_(None))
    )
    return set(found)


def test_more_time_from_the_list_to_undone(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, together = sign_in(scene.hr), f"{scene.address}/members/together"
    listed = browser.get(f"{scene.address}/members").get_data(as_text=True)
    assert listed.count('form="together"') == 4
    assert "All 4 on this list" in listed
    ids = [scene.members[scene.late.id], scene.members[scene.done.id]]
    form = browser.get(together, query_string={"act": "more-time", "member": ids}).get_data(as_text=True)
    assert "2 rows of the list are chosen" in form
    fields = fields_of(form, f"{together}/preview") | {"due_on": later().isoformat(), "reason": "Moved  offices"}
    seen = browser.post(f"{together}/preview", data=fields).get_data(as_text=True)
    assert "1 person gets more time" in seen
    assert "Done with the learning path already: 1" in seen
    assert seen.index("Bo Late") < seen.index("Left out") < seen.index("Ada Done")
    before = due_dates(session, scene)
    session.commit()
    confirmed = fields_of(seen, together)
    answers = [browser.post(together, data=confirmed) for _ in range(2)]  # a double click
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert due_dates(session, scene) == before | {scene.late.id: later()}
    assert mails(session, "due-changed") == {scene.late.email}
    assert session.scalars(select(DueExtension.reason)).all() == ["Moved offices"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "bulk.extended")).one()
    assert (event.actor_id, event.detail["members"]) == (scene.hr.id, 1)
    about = select(AuditMention.person_id).where(AuditMention.event_id == event.id)
    assert session.scalars(about).all() == [scene.late.id]
    session.commit()

    page = browser.get(answers[0].location).get_data(as_text=True)
    assert "Got more time: 1" in page
    assert "Done for 1 person" in browser.get(f"{scene.address}/bulk-actions").get_data(as_text=True)
    assert browser.post(f"{answers[0].location}/undo").status_code == 303
    assert due_dates(session, scene) == before
    session.commit()
    assert browser.post(f"{answers[0].location}/undo").status_code == 303  # a double click
    page = browser.get(answers[0].location).get_data(as_text=True)
    assert "Undone: 1" in page
    assert ">Undo<" not in page
    taken_back = browser.get(f"{scene.address}/members/{ids[0]}/extend").get_data(as_text=True)
    assert "taken back" in taken_back
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "bulk.undone")).all()) == 1


def test_everybody_on_a_narrowed_list(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, together = sign_in(scene.hr), f"{scene.address}/members/together"
    choice = {"act": "reminder", "all": "yes", "unit": scene.town.nursing.id}
    page = browser.get(together, query_string=choice).get_data(as_text=True)
    assert "1 person gets a mail" in page
    assert browser.post(together, data=fields_of(page, together)).status_code == 303
    assert mails(session, "reminded") == {scene.fresh.email}
    session.commit()
    again = browser.get(together, query_string=choice).get_data(as_text=True)
    assert "Was reminded earlier today: 1" in again
    assert "Nobody of those you chose can be reached" in again
    action_id = session.scalars(select(BulkAction.id)).one()
    session.commit()
    one = f"{scene.address}/bulk-actions/{action_id}"
    assert ">Undo<" not in browser.get(one).get_data(as_text=True)
    assert browser.post(f"{one}/undo").status_code == 409


def test_what_cannot_be_is_said_at_the_field_and_changes_nothing(
    session: Session, scene: Scene, sign_in: SignIn
) -> None:
    browser, together = sign_in(scene.hr), f"{scene.address}/members/together"
    elsewhere = make_town(session)
    other = manager(session, elsewhere.school)
    theirs = assign(session, make_path(session, elsewhere.agency, scene.course), audience(elsewhere.top))
    member_id = session.scalars(select(AssignmentMember.id).where(AssignmentMember.assignment_id == theirs.id)).one()
    assert other.id
    session.commit()
    for address in (f"{together}/preview", together):
        base = {"request_key": KEY, "all": "yes", "expected": "3"}
        for wrong, words in (
            ({"act": "more-time", "due_on": "soon", "reason": "x"}, "such as 2027-03-01"),
            ({"act": "more-time", "due_on": "", "reason": "x"}, "such as 2027-03-01"),
            ({"act": "more-time", "due_on": "2020-01-01", "reason": "x"}, "The day is in the past"),
            ({"act": "more-time", "due_on": later().isoformat(), "reason": " "}, "Say why"),
            ({"act": "more-time", "due_on": later().isoformat(), "reason": "x" * 501}, "at most 500"),
            ({"act": "exemption", "course": "999999", "reason": "x"}, "Choose a course"),
            ({"act": "exemption", "course": str(scene.course.id), "reason": "x", "valid_until": "2020-01-01"},
             "The last day is in the past"),
        ):  # fmt: skip
            answer = browser.post(address, data=base | wrong)
            assert answer.status_code == 422, wrong
            assert words in answer.get_data(as_text=True)
        assert browser.post(address, data=base | {"act": "explode"}).status_code == 404
        good = {"act": "more-time", "due_on": later().isoformat(), "reason": "x", "request_key": KEY}
        for members in ([member_id], ["0"], ["x"], [scene.members[scene.late.id], member_id]):
            assert browser.post(address, data=good | {"member": members}).status_code == 404
        assert browser.post(address, data=good | {"all": "yes", "unit": "987654"}).status_code == 404
    assert browser.post(together, data={"act": "reminder", "all": "yes", "expected": "3"}).status_code == 400
    nobody = browser.get(together, query_string={"act": "more-time"})
    assert nobody.status_code == 303
    assert session.scalar(select(func.count()).select_from(BulkAction)) == 0


def test_a_list_that_has_changed_is_looked_at_again(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, together = sign_in(scene.hr), f"{scene.address}/members/together"
    page = browser.get(together, query_string={"act": "reminder", "all": "yes"}).get_data(as_text=True)
    complete(session, scene.fresh, scene.course)
    session.commit()
    answer = browser.post(together, data=fields_of(page, together))
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "The list has changed" in text
    assert mails(session, "reminded") == set()
    assert session.scalar(select(func.count()).select_from(BulkAction)) == 0
    session.commit()
    assert browser.post(together, data=fields_of(text, together)).status_code == 303
    assert mails(session, "reminded") == {scene.late.email, scene.hr.email}


def test_two_at_once_do_it_once(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, together = sign_in(scene.hr), f"{scene.address}/members/together"
    cookie = browser.get_cookie("handlingsrom")
    assert cookie is not None
    data = {
        "act": "more-time", "all": "yes", "due_on": later().isoformat(), "reason": "x", "expected": "3",
        "request_key": KEY,
    }  # fmt: skip

    def press(_: int) -> int:
        client = browser.application.test_client()
        client.set_cookie("handlingsrom", cookie.value)
        return client.post(together, data=data).status_code

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(press, range(4))) == [303] * 4
    assert session.scalar(select(func.count()).select_from(BulkAction)) == 1
    assert session.scalar(select(func.count()).select_from(DueExtension)) == 3


def test_who_is_left_out_of_more_time_and_why(session: Session, scene: Scene) -> None:
    ids = frozenset(scene.members.values())
    other = manager(session, scene.town.nursing, "Dina Gone")
    shut = manager(session, scene.town.nursing, "Eli Shut")
    free = manager(session, scene.town.school, "Finn Free")
    assigning_again = assign(session, make_path(session, scene.town.agency, scene.course), audience(scene.town.school))
    withdrawn = assign(session, make_path(session, scene.town.agency, scene.course), audience(scene.town.nursing))
    shut.deactivated_at = clock.now()
    members = {(each.assignment_id, each.person_id): each for each in session.scalars(select(AssignmentMember))}
    gone = members[withdrawn.id, other.id].id
    assigning.withdraw(session, withdrawn, actor_id=None)
    members[scene.assignment.id, scene.fresh.id].due_on = later(60)
    session.flush()
    ids |= {gone, members[assigning_again.id, free.id].id}
    assert outcomes(session, scene, more_time(member_ids=ids)) == {
        "Ress": Outcome.REACHED,
        "Late": Outcome.REACHED,
        "Done": Outcome.DONE,
        "Fresh": Outcome.LATER,
        "Free": Outcome.UNDATED,
        "Gone": Outcome.LEFT,
    }


def test_an_exemption_for_many_keeps_the_rules_of_one(session: Session, scene: Scene) -> None:
    agency = scene.town.agency.id
    asker = manager(session, scene.town.nursing, "Dina Asks")
    free = manager(session, scene.town.nursing, "Eli Free")
    taker = manager(session, scene.town.nursing, "Finn Takes")
    both = make_path(session, scene.town.agency, scene.course, make_course(session))
    assign(session, both, audience(scene.town.nursing))
    recognising.ask(
        session, agency, asker.id, scene.course.id, RecognitionKind.EXEMPTION, reason="r", actor_id=asker.id
    )
    found = recognising.ask(
        session, agency, free.id, scene.course.id, RecognitionKind.EXEMPTION, reason="r", actor_id=asker.id
    )
    recognising.decide(session, found, granted=True, actor_id=scene.hr.id)
    complete(session, taker, scene.course)
    session.commit()
    told = outcomes(session, scene, exemption(scene))
    assert told == {
        "Ress": Outcome.OWN,
        "Late": Outcome.REACHED,
        "Done": Outcome.DONE,
        "Fresh": Outcome.REACHED,
        "Asks": Outcome.ASKED,
        "Free": Outcome.EXEMPT,
        "Takes": Outcome.TAKEN,
    }
    other_course = make_course(session)
    session.commit()
    assert set(outcomes(session, scene, exemption(scene, course_id=other_course.id)).values()) == {
        Outcome.DONE, Outcome.NOT_ASKED,
    }  # fmt: skip
    # Cato has two assignments that ask for the course, and gets one exemption.
    action = do(session, scene, exemption(scene), expected=3)
    assert (action.reached, action.people) == (3, 2)
    granted = session.scalars(select(Recognition).where(Recognition.reason == "Taken elsewhere")).all()
    assert {(each.person_id, each.asked_by_id, each.decided_by_id) for each in granted} == {
        (scene.late.id, scene.hr.id, scene.hr.id), (scene.fresh.id, scene.hr.id, scene.hr.id),
    }  # fmt: skip
    done = listing(session, agency, Wanted(assignment_id=scene.assignment.id, status=Status.DONE)).rows
    assert {row.name.split()[-1] for row in done} == {"Done", "Late", "Fresh"}
    assert mails(session, "recognition-granted") == {scene.late.email, scene.fresh.email, free.email}


def test_undoing_an_exemption_asks_for_the_course_again_and_takes_back_mail(session: Session, scene: Scene) -> None:
    action = do(session, scene, exemption(scene), expected=2)
    ended = session.scalars(select(Recognition).where(Recognition.person_id == scene.fresh.id)).one()
    recognising.end(session, ended, actor_id=scene.hr.id)
    session.commit()
    assert bulk_acts.undo(session, action, actor_id=scene.hr.id)
    session.commit()
    assert (action.put_back, action.reached) == (1, 2)
    agency = scene.town.agency.id
    assert listing(session, agency, Wanted(status=Status.DONE)).total == 1
    assert scene.late.email not in mails(session, "recognition-granted")
    assert not bulk_acts.undo(session, action, actor_id=scene.hr.id)
    again = do(session, scene, exemption(scene), expected=2, key="request-key-0000002")  # they can be exempted anew
    assert again.people == 2


def test_undoing_more_time_leaves_those_who_have_changed_since(session: Session, scene: Scene) -> None:
    gone = manager(session, scene.town.nursing, "Dina Gone")
    calm = manager(session, scene.town.nursing, "Eli Calm")
    membership.refresh(session, scene.town.agency.id)
    second = assign(
        session, make_path(session, scene.town.agency, make_course(session)), audience(scene.town.nursing),
        DueRule(DueKind.FIXED, later(2)),
    )  # fmt: skip
    members = {(each.assignment_id, each.person_id): each for each in session.scalars(select(AssignmentMember))}
    session.commit()
    first = {person_id: member for (assigned, person_id), member in members.items() if assigned == scene.assignment.id}
    extending.extend(
        session, first[calm.id], later(10), "before", request_key="request-key-of-one", actor_id=scene.hr.id
    )
    action = do(session, scene, more_time(), expected=8)
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        extending.extend(
            session, first[scene.late.id], later(40), "more", request_key="request-key-of-two", actor_id=scene.hr.id
        )
        complete(session, scene.fresh, scene.course)
        first[gone.id].left_at = clock.now()
        assigning.change_due(session, second, DueRule(DueKind.FIXED, later(5)), actor_id=None)
        session.commit()
        bulk_acts.undo(session, action, actor_id=scene.hr.id)
        session.commit()
    session.expire_all()
    found = {person_id: member.due_on for person_id, member in first.items()}
    assert found == {
        scene.hr.id: later(3),  # put back
        scene.done.id: later(3),
        scene.late.id: later(40),
        scene.fresh.id: later(),
        gone.id: later(),
        calm.id: later(10),  # back to what they had been given before
    }
    assert first[calm.id].extended_to == later(10)
    assert {members[second.id, each.id].due_on for each in (gone, calm, scene.fresh)} == {later()}
    assert (action.put_back, action.reached) == (2, 8)
    rows = select(BulkActionMember.put_back, func.count()).where(BulkActionMember.outcome == Outcome.REACHED)
    assert dict(session.execute(rows.group_by(BulkActionMember.put_back)).all()) == {True: 2, False: 6}


def test_an_order_without_what_it_needs_is_refused(session: Session, scene: Scene) -> None:
    for order, field in (
        (more_time(reason=""), "reason"),
        (more_time(due_on=None), "due_on"),
        (more_time(due_on=later(-1)), "due_on"),
        (exemption(scene, course_id=None), "course"),
        (exemption(scene, valid_until=later(-1)), "valid_until"),
    ):
        with pytest.raises(InvalidOrder) as caught:
            do(session, scene, order, expected=1)
        assert caught.value.args[0] == field


@pytest.mark.parametrize("act", list(BulkAct))
def test_the_number_of_statements_does_not_grow_with_the_people(session: Session, act: BulkAct) -> None:
    numbers = []
    for size in (10, 60):
        town, course = make_town(session), make_course(session)
        hr = manager(session, town.top)
        for _ in range(size):
            manager(session, town.school)
        due = DueRule(DueKind.FIXED, later(2))
        assign(session, make_path(session, town.agency, course), audience(town.school), due)
        session.commit()
        order = {
            BulkAct.MORE_TIME: more_time(),
            BulkAct.EXEMPTION: Order(BulkAct.EXEMPTION, reason="r", course_id=course.id),
            BulkAct.REMINDER: Order(BulkAct.REMINDER),
        }[act]
        with counted(session) as statements:
            action, _ = bulk_acts.carry_out(
                session, town.agency.id, order, actor_id=hr.id, expected=size, request_key=KEY
            )
            if action.can_be_undone:
                assert bulk_acts.undo(session, action, actor_id=hr.id)
                assert action.put_back == size
        numbers.append(len(statements))
        session.commit()
    assert numbers[0] == numbers[1]
    wanted = 120 - 50 if act is BulkAct.REMINDER else 0
    assert session.scalar(select(func.count()).select_from(MemberReminder)) == wanted
