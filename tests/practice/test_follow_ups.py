"""Plans and promises come back on their days, once, and are answered with a click."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import afterwards
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.practice import follow_ups, tokens
from learning.practice.models import FollowUp, FollowUpAnswer, FollowUpKind, Outcome
from learning.practice.tokens import Purpose
from tests.practice import scene

SignIn = Callable[[Person], FlaskClient]
START = datetime(2026, 2, 1, 12, tzinfo=UTC)


def _mails(session: Session, kind: str) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def test_a_promise_is_asked_about_30_60_and_90_days_after_it_was_first_made(session: Session) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.answer(session, here.enrolment, "c-ask", {"choice": ["ask"]}, "1")
    with clock.stopped_at(START + timedelta(days=10)):
        scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "2")
    made = session.scalars(select(FollowUp).order_by(FollowUp.days)).all()
    assert [(each.kind, each.days, (each.due_on - START.date()).days) for each in made] == [
        (FollowUpKind.COMMITMENT, days, days) for days in (30, 60, 90)
    ]
    asked = follow_ups.asked(session, made[0])
    assert (asked.promise, asked.question) == ("I will ask Åse", "")


def test_a_plan_is_asked_about_after_completion_with_changing_questions(session: Session) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.complete(session, here.enrolment)
    plans = session.scalars(select(FollowUp).where(FollowUp.kind == FollowUpKind.PLAN).order_by(FollowUp.days)).all()
    questions = [follow_ups.asked(session, each).question for each in plans]
    assert questions == ["Have you done it?", "What did others notice?", "What has changed?"]
    assert "I listen" in follow_ups.asked(session, plans[0]).promise


def test_a_year_of_days_mails_each_follow_up_once_and_none_that_was_answered(session: Session) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.complete(session, here.enrolment)
        promise, *_ = session.scalars(
            select(FollowUp).where(FollowUp.kind == FollowUpKind.COMMITMENT, FollowUp.days == 60)
        )
        follow_ups.answer(session, promise, Outcome.DONE, "", "key")
    due = session.scalars(select(FollowUp.due_on)).all()
    for day in scene.year_around([(each - START.date()).days for each in due], afterwards.LATE):
        with clock.stopped_at(START + timedelta(days=day)):
            for _ in range(2):  # the worker runs more than once a day
                afterwards.queue_due(session, clock.today())
    assert [mail.dedupe_key for mail in _mails(session, "commitment")] == [
        f"follow-up:{each.id}"
        for each in session.scalars(select(FollowUp).order_by(FollowUp.due_on, FollowUp.id))
        if each.kind is FollowUpKind.COMMITMENT and each.days != 60
    ]
    assert len(_mails(session, "plan")) == 3


def test_a_worker_that_was_down_for_days_catches_up_but_not_after_a_week(session: Session) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.answer(session, here.enrolment, "c-ask", {"choice": ["ask"]}, "1")
    with clock.stopped_at(START + timedelta(days=35)):
        assert afterwards.queue_due(session, clock.today()) == 1
    with clock.stopped_at(START + timedelta(days=68)):
        assert afterwards.queue_due(session, clock.today()) == 0


def _link(session: Session) -> str:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "1")
    with clock.stopped_at(START + timedelta(days=30)):
        afterwards.queue_due(session, clock.today())
        text, html = _mails(session, "commitment")[0].words
    assert "> I will ask Åse" in text
    assert "I will ask Åse" in html
    found = re.search(r"Yes, I did it: http://127.0.0.1:8000(/follow-up/\S+\?how=done)", text)
    assert found
    session.commit()
    return found[1]


@pytest.mark.usefixtures("app")
def test_the_mails_link_answers_with_a_click_and_opening_it_answers_nothing(
    session: Session, client: FlaskClient
) -> None:
    with clock.stopped_at(START + timedelta(days=31)):
        address = _link(session)
        page = client.get(address).get_data(as_text=True)
        assert "I will ask Åse" in page
        assert 'data-chosen="done"' in page
        assert session.scalars(select(FollowUpAnswer)).all() == []
        session.rollback()
        path = address.split("?")[0]
        for _ in range(2):  # a double click
            answer = client.post(path, data={"how": "partly", "key": "one"})
            assert "Saved: Partly" in answer.get_data(as_text=True)
        assert [each.outcome for each in session.scalars(select(FollowUpAnswer))] == [Outcome.PARTLY]
        session.rollback()
        client.post(path, data={"how": "done", "key": "two"})
        assert [each.outcome for each in session.scalars(select(FollowUpAnswer))] == [Outcome.PARTLY, Outcome.DONE]


def test_a_changed_old_or_foreign_link_opens_nothing(session: Session, client: FlaskClient) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "1")
        follow_up = session.scalars(select(FollowUp)).first()
        assert follow_up is not None
        good = tokens.sign(Purpose.FOLLOW_UP, follow_up.id)
        other = tokens.sign(Purpose.RECALL, follow_up.id)
    session.commit()
    for token in (good + "x", other, "nonsense", good[1:]):
        answer = client.get(f"/follow-up/{token}")
        assert answer.status_code == 404
        assert "does not work any more" in answer.get_data(as_text=True)


def test_words_are_for_the_learner_alone(session: Session, sign_in: SignIn) -> None:
    here = scene.set_up(session)
    scene.answer(session, here.enrolment, "c-ask", scene.PROMISE, "1")
    number = session.scalars(select(FollowUp.id)).first()
    session.commit()
    address = f"/my/follow-ups/{number}"
    learner, other = sign_in(here.learner), sign_in(here.manager)
    form = {"outcome": "done", "words": "It was hard", "key": "1"}
    assert learner.post(address, data=form).status_code == 303
    assert "It was hard" in learner.get("/my/practice").get_data(as_text=True)
    assert other.get(address).status_code == 404
    assert other.post(address, data=form).status_code == 404
    stored = session.scalars(select(FollowUpAnswer.words)).one()
    assert stored is not None
    assert "hard" not in stored
    session.rollback()
    assert learner.post(address, data={"words": "x"}).status_code == 422
    assert learner.post(address, data={"outcome": "done", "words": "x" * 2001}).status_code == 422
