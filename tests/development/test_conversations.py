"""A person and their own manager prepare, hold and end a conversation; nobody else sees any of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.frameworks import FrameworkPlan
from learning.competences import keeping, published
from learning.competences.levels import EvidenceKind
from learning.competences.publishing import publish
from learning.development import assessing, conversations, goals
from learning.development.comparing import side_by_side
from learning.development.conversations import CannotDo
from learning.development.goals import Content, GoalDraft
from learning.development.models import Conversation, Side
from learning.notifications.models import OutboxMessage
from learning.organisation.merging import merge
from learning.organisation.models import Person, Position
from tests import factories
from tests.catalogue.frameworks import framework, write

SignIn = Callable[[Person], FlaskClient]
PLAN = FrameworkPlan.model_validate(framework("AB", ("1", "2", "3")))
CODES = [each.code for each in PLAN.competences]
choices = st.dictionaries(st.sampled_from(CODES), st.integers(0, 4))


@dataclass
class Two:
    """A person and their own manager, a conversation of theirs, and the framework it is about."""

    person: Person
    manager: Person
    hr: Person
    position: Position
    conversation: Conversation
    framework: published.PublishedFramework

    @property
    def here(self) -> str:
        return f"/conversations/{self.conversation.id}"

    @property
    def give(self) -> str:
        return f"{self.here}/frameworks/{self.framework.framework.id}"


@pytest.fixture
def two(session: Session, tmp_path: Path) -> Two:
    publish(session, write(tmp_path / "frameworks", framework("AB", ("1", "2", "3"))))
    ab = published.current(session, "AB")
    assert ab is not None
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    person = factories.make_person(session, given_name="Lars")
    manager = factories.make_person(session, given_name="Mari")
    hr = factories.make_person(session)
    factories.make_position(session, manager, unit)
    factories.make_position(session, hr, unit)
    factories.grant(session, hr, Role.HR, agency)
    position = factories.make_position(session, person, unit, reports_to_id=manager.id)
    [lead] = conversations.leads(session, person_id=person.id)
    day = clock.today() + timedelta(days=10)
    return Two(person, manager, hr, position, conversations.plan(session, lead, Side.PERSON, [ab], day), ab)


def part(session: Session, two: Two) -> conversations.Part:
    [found] = conversations.parts(session, two.conversation)
    return found


@given(choices, choices, choices)
def test_the_biggest_differences_come_first(person: dict, manager: dict, evidence: dict) -> None:  # type: ignore[type-arg]
    lines = side_by_side(PLAN.competences, person, manager, evidence)
    assert {each.competence.code for each in lines} == set(person) | set(manager)
    differences = [-1 if each.difference is None else each.difference for each in lines]
    assert differences == sorted(differences, reverse=True)
    for each in lines:
        assert each.evidence == evidence.get(each.competence.code, 0)
        assert (each.person is None) == ("person" not in each.marks)


def test_neither_sees_the_others_before_both_have_answered(session: Session, two: Two, sign_in: SignIn) -> None:
    here, give = two.here, two.give
    session.commit()
    person, manager = sign_in(two.person), sign_in(two.manager)
    assert manager.get(give).status_code == 303
    assert manager.post(give, data={"AB.1": "1"}).status_code == 303  # too early: nothing is given
    assert person.post(give, data={}).status_code == 422
    assert person.post(give, data={"AB.1": "4", "AB.2": "2"}).status_code == 303
    page = manager.get(here).text
    assert "has shared how they see themselves" in page
    assert "Leads others in it" not in page
    form = manager.get(give).text
    assert 'value="4" checked' not in form
    assert "How I see Lars" in form
    assert "Leads others in it" not in person.get(here).text
    assert manager.post(give, data={"AB.1": "1", "AB.2": "2", "AB.3": "0"}).status_code == 303
    for client in (person, manager):
        page = client.get(here).text
        assert page.index("Title of AB.1") < page.index("Title of AB.2") < page.index("Title of AB.3")
        assert "3 levels" in page
        assert "Skipped by one" in page
    assert person.post(give, data={"AB.1": "1"}).status_code == 303  # given once
    [line, *_] = part(session, two).lines or ()
    assert (line.person, line.manager, line.evidence) == (4, 1, 0)
    assert assessing.history(session, two.person.id)[0].choices == {"AB.1": 4, "AB.2": 2}


def test_nobody_but_the_two_sees_it_and_the_manager_only_while_leading(
    session: Session, two: Two, sign_in: SignIn
) -> None:
    here, about = two.here, f"/team/{two.person.id}/development"
    new = f"/conversations/new/{two.person.id}/{two.manager.id}"
    position_id = two.position.id
    session.commit()
    hr, manager, person = sign_in(two.hr), sign_in(two.manager), sign_in(two.person)
    for address in (here, f"{here}/record", f"{here}/end", about, new):
        assert hr.get(address).status_code == 404
        assert manager.get(address).status_code == 200
    session.execute(update(Position).where(Position.id == position_id).values(reports_to_id=two.hr.id))
    session.commit()
    assert manager.get(here).status_code == 404
    assert manager.get(about).status_code == 404
    assert person.get(here).status_code == 200


def test_planning_twice_is_one_conversation_and_the_other_is_told(session: Session, two: Two, sign_in: SignIn) -> None:
    new, framework_id = f"/conversations/new/{two.person.id}/{two.manager.id}", two.framework.framework.id
    session.commit()
    manager = sign_in(two.manager)
    assert manager.post(new, data={"planned_on": "2001-01-01", "frameworks": framework_id}).status_code == 422
    assert manager.post(new, data={"planned_on": clock.today().isoformat()}).status_code == 422
    sent = {"planned_on": clock.today().isoformat(), "frameworks": framework_id}
    assert manager.post(new, data=sent).status_code == 303
    assert session.scalar(select(func.count()).select_from(Conversation)) == 1
    [mail] = session.scalars(select(OutboxMessage)).all()
    assert (mail.person_id, mail.is_private, mail.agency_id) == (two.manager.id, True, None)


def test_each_is_told_when_it_is_their_turn_and_mail_tells_no_answer(session: Session, two: Two) -> None:
    conversations.give(session, two.conversation, part(session, two), Side.PERSON, {"AB.1": 4})
    conversations.give(session, two.conversation, part(session, two), Side.MANAGER, {"AB.1": 1})
    with pytest.raises(CannotDo):
        conversations.give(session, two.conversation, part(session, two), Side.MANAGER, {"AB.1": 2})
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(each.kind, each.person_id) for each in mails] == [
        ("conversation-planned", two.manager.id),
        ("conversation-shared", two.manager.id),
        ("conversation-both", two.person.id),
    ]
    assert all(each.is_private and each.agency_id is None for each in mails)


def test_notes_are_agreed_by_both_and_nobody_writes_over_the_other(session: Session, two: Two, sign_in: SignIn) -> None:
    here = two.here
    session.commit()
    person, manager = sign_in(two.person), sign_in(two.manager)
    assert person.post(f"{here}/notes", data={"words": " ", "revision": "0"}).status_code == 422
    assert person.post(f"{here}/notes", data={"words": "Mine <b>", "revision": "0"}).status_code == 303
    answer = manager.post(f"{here}/notes", data={"words": "Theirs", "revision": "0"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine &lt;b&gt;" in answer.text
    assert manager.post(f"{here}/agree", data={"revision": "7"}).status_code == 303
    assert "has not agreed" in person.get(here).text
    assert manager.post(f"{here}/agree", data={"revision": "1"}).status_code == 303
    assert "has not agreed" not in person.get(here).text
    assert "Mine" not in session.scalars(select(Conversation.notes)).one()
    session.rollback()
    assert manager.post(f"{here}/notes", data={"words": "New", "revision": "1"}).status_code == 303
    assert "has not agreed" in person.get(here).text


def test_after_the_end_nothing_changes(session: Session, two: Two, sign_in: SignIn) -> None:
    here, give, conversation_id = two.here, two.give, two.conversation.id
    competence_id = published.competence_ids(session, two.framework)["AB.1"]
    session.commit()
    person, manager = sign_in(two.person), sign_in(two.manager)
    person.post(give, data={"AB.1": "4"})
    manager.post(give, data={"AB.1": "4"})
    person.post(f"{here}/notes", data={"words": "Agreed", "revision": "0"})
    assert manager.post(f"{here}/end", data={"was_held": "yes", "held_on": ""}).status_code == 422
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert manager.post(f"{here}/end", data={"was_held": "yes", "held_on": tomorrow}).status_code == 422
    today = clock.today().isoformat()
    assert manager.post(f"{here}/end", data={"was_held": "yes", "held_on": today}).status_code == 303
    assert person.post(f"{here}/notes", data={"words": "Later", "revision": "1"}).status_code == 303
    assert person.post(f"{here}/day", data={"planned_on": today}).status_code == 303
    assert person.post(f"{here}/end", data={"was_held": "no"}).status_code == 303
    keeping.add(
        session, two.person.id, [competence_id], EvidenceKind.COMPLETION, source="t", origin="t",
        happened_on=clock.today(),
    )  # fmt: skip
    session.commit()
    page = person.get(here).text
    assert "Later" not in page
    assert "No level yet" in page  # as it was at the end
    paper = person.get(f"{here}/record")
    assert paper.data.startswith(b"%PDF")
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(notes="x"))
    session.rollback()
    with pytest.raises(CannotDo):
        conversations.agree(session, session.get_one(Conversation, conversation_id), Side.MANAGER, 1)


def test_a_manager_sees_the_plan_of_those_they_lead_but_not_how_they_see_themselves(
    session: Session, two: Two, sign_in: SignIn
) -> None:
    competence_id = published.competence_ids(session, two.framework)["AB.1"]
    wish = GoalDraft(3, date(2099, 1, 1), Content(words="Ask every week", seen="They come to me"))
    goals.make(session, two.person.id, competence_id, wish, "k")
    theirs = factories.make_framework(session, factories.make_agency(session), two.person)
    other = published.of_agency(session, theirs.agency_id or 0)[0]
    [hidden] = published.competence_ids(session, other).values()
    elsewhere = GoalDraft(3, date(2099, 1, 1), Content(words="In another agency", seen="s"))
    goals.make(session, two.person.id, hidden, elsewhere, "l")
    assessing.record(session, two.person.id, two.framework, {"AB.1": 4}, "k")
    about = f"/team/{two.person.id}/development"
    session.commit()
    manager = sign_in(two.manager)
    assert about in manager.get("/team").text
    page = manager.get(about).text
    assert "Ask every week" in page
    assert "In another agency" not in page
    assert "Leads others in it" not in page
    assert "Ask every week" in sign_in(two.person).get("/my/data").text


def test_merging_ends_what_two_accounts_would_have_under_way_twice(session: Session, two: Two) -> None:
    agency_id = two.conversation.agency_id
    other = factories.make_person(session)
    unit = factories.make_unit(session, two.conversation.agency)
    factories.make_position(session, other, unit, reports_to_id=two.manager.id)
    [lead] = conversations.leads(session, person_id=other.id)
    conversations.plan(session, lead, Side.MANAGER, [two.framework], clock.today())
    merge(session, two.person, other, by_id=None)
    merge(session, two.manager, two.person, by_id=None)
    found = session.scalars(select(Conversation).where(Conversation.agency_id == agency_id)).all()
    assert len(found) == 2
    assert all(each.ended_at for each in found)
