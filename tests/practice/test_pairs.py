"""Learning pairs: the partner sees what is shared, when they have said yes, until it ends; never a reflection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import afterwards
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.practice import pairs
from learning.practice.models import LearningPair, PairStatus
from learning.practice.pairs import CannotPair
from tests import factories
from tests.practice import scene

SignIn = Callable[[Person], FlaskClient]


def test_the_whole_way_of_a_pair(session: Session, sign_in: SignIn) -> None:
    here = scene.set_up(session)
    scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "1")
    scene.answer(session, here.enrolment, "s-steps", scene.SHEET, "2")
    scene.answer(session, here.enrolment, "r-own", {"text": ["A secret thought"]}, "3")
    address, email = f"/learn/{here.enrolment.id}/pair", here.colleague.email
    session.commit()
    learner, partner, manager = sign_in(here.learner), sign_in(here.colleague), sign_in(here.manager)
    for _ in range(2):
        assert learner.post(address, data={"email": email.upper()}).status_code == 303
    number = session.scalars(select(LearningPair.id)).one()
    session.rollback()
    page = learner.get(address).get_data(as_text=True)
    assert "I will ask Åse" in page
    assert "A secret thought" not in page
    learner.post(f"{address}/share", data={"activity": ["c-ask", "r-own", "gone"]})
    theirs = f"/pairs/{number}"
    assert "I will ask Åse" not in partner.get(theirs).get_data(as_text=True)  # not before they have said yes
    partner.post(f"{theirs}/answer", data={"answer": "yes"})
    page = partner.get(theirs).get_data(as_text=True)
    assert "I will ask Åse" in page
    assert "Ask first" not in page
    assert "A secret thought" not in page
    assert manager.get(theirs).status_code == 404
    assert manager.post(f"{theirs}/end").status_code == 404
    learner.post(f"{address}/share", data={"activity": ["s-steps"]})
    page = partner.get(theirs).get_data(as_text=True)
    assert "I will ask Åse" not in page
    assert "Ask first" in page
    learner.post(f"{theirs}/end")
    assert partner.get(theirs).status_code == 404


def test_mails_of_a_pair_and_the_reminders_to_ask(session: Session) -> None:
    here = scene.set_up(session)
    pair = pairs.invite(session, here.enrolment, here.colleague.email)
    pairs.respond(session, pair, accepted=True)
    for day in range(60):
        with clock.stopped_at(clock.now() + timedelta(days=day)):
            afterwards.queue_due(session, clock.today())
    kinds = session.execute(select(OutboxMessage.kind, OutboxMessage.person_id).order_by(OutboxMessage.id)).all()
    assert [tuple(each) for each in kinds] == [
        ("pair-invited", here.colleague.id),
        ("pair-accepted", here.learner.id),
        ("pair-ask", here.colleague.id),
        ("pair-ask", here.colleague.id),
    ]


def test_an_ended_pair_is_not_reminded_of(session: Session) -> None:
    here = scene.set_up(session)
    pair = pairs.invite(session, here.enrolment, here.colleague.email)
    pairs.respond(session, pair, accepted=True)
    pairs.end(session, pair)
    with clock.stopped_at(clock.now() + timedelta(days=14)):
        afterwards.queue_due(session, clock.today())
    assert "pair-ask" not in session.scalars(select(OutboxMessage.kind)).all()
    assert pairs.invite(session, here.enrolment, here.manager.email).partner_id == here.manager.id


@pytest.mark.parametrize(("who", "reason"), [("stranger", "unknown"), ("self", "self"), ("another", "taken")])
def test_who_cannot_be_invited(session: Session, who: str, reason: str) -> None:
    here = scene.set_up(session)
    elsewhere = factories.make_person(session)
    factories.make_position(session, elsewhere, factories.make_unit(session, factories.make_agency(session)))
    email = {"stranger": elsewhere.email, "self": here.learner.email, "another": here.manager.email}[who]
    if who == "another":
        pairs.invite(session, here.enrolment, here.colleague.email)
    with pytest.raises(CannotPair) as refused:
        pairs.invite(session, here.enrolment, email)
    assert refused.value.reason == reason


def test_no_from_the_colleague_lets_the_learner_ask_somebody_else(session: Session) -> None:
    here = scene.set_up(session)
    pair = pairs.invite(session, here.enrolment, here.colleague.email)
    pairs.respond(session, pair, accepted=False)
    assert pair.status is PairStatus.DECLINED
    assert pairs.open_pair(session, here.enrolment.id) is None
    pairs.invite(session, here.enrolment, here.manager.email)
