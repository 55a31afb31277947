"""Questions to recall: on fixed days, few, fair, and stopped with one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import afterwards, mailer
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.practice import recall, tokens
from learning.practice.models import RecallAnswer, RecallRound
from learning.practice.tokens import Purpose
from tests.practice import scene

SignIn = Callable[[Person], FlaskClient]
START = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # past midnight in Norway; the clocks change the night after


@given(
    pools=st.dictionaries(st.integers(1, 5), st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=4),
    before=st.sets(st.sampled_from([f"{number}:{item}" for number in range(1, 6) for item in "abcdefgh"])),
    count=st.integers(0, 6),
    seed=st.integers(0, 1000),
)
def test_a_draw_is_fair_and_prefers_what_was_not_asked(
    pools: dict[int, list[str]], before: set[str], count: int, seed: int
) -> None:
    drawn = recall.draw(pools, before, count, Random(seed))
    assert len(drawn) == len(set(drawn)) == min(count, sum(len(items) for items in pools.values()))
    assert all(item in pools[completion] for completion, item in drawn)
    taken = {completion: [item for at, item in drawn if at == completion] for completion in pools}
    for completion, items in pools.items():
        if any(f"{completion}:{item}" in before for item in taken[completion]):
            fresh = [item for item in items if f"{completion}:{item}" not in before]
            assert set(fresh) <= set(taken[completion])
        for other in pools:  # they take turns
            if len(taken[other]) < len(pools[other]):
                assert len(taken[completion]) <= len(taken[other]) + 1


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_the_days_are_2_7_30_and_90(completed_on: date, gone: int) -> None:
    expected = gone if gone in (2, 7, 30, 90) else None
    assert recall.days_due(completed_on, completed_on + timedelta(days=gone)) == expected


def test_a_year_of_days_asks_four_times_with_fresh_questions(session: Session) -> None:
    with clock.stopped_at(START):
        here = scene.set_up(session)
        scene.complete(session, here.enrolment)
        completed_on = clock.today()
    for day in scene.year_around(recall.DAYS, recall.CATCH_UP):
        with clock.stopped_at(START + timedelta(days=day)):
            for _ in range(2):
                afterwards.queue_due(session, clock.today())
    rounds = session.scalars(select(RecallRound).order_by(RecallRound.due_on)).all()
    assert [(each.due_on - completed_on).days for each in rounds] == [2, 7, 30, 90]
    assert [each.items[0]["day"] for each in rounds] == [2, 7, 30, 90]
    asked = [item["item_id"] for each in rounds[:2] for item in each.items]
    assert len(set(asked)) == 6  # of a pool of eight
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "recall")).all()
    assert len(mails) == 4


def _round(session: Session) -> tuple[scene.Scene, RecallRound]:
    here = scene.set_up(session)
    with clock.stopped_at(clock.now() - timedelta(days=2)):
        scene.complete(session, here.enrolment)
    afterwards.queue_due(session, clock.today())
    found = session.scalars(select(RecallRound)).one()
    return here, found


def test_questions_are_answered_from_the_mails_link_without_signing_in(session: Session, client: FlaskClient) -> None:
    _, found = _round(session)
    token = tokens.sign(Purpose.RECALL, found.id)
    session.commit()
    address = f"/recall/{token}"
    for place in (1, 2, 3):
        assert client.get(address).headers["Location"] == f"{address}/{place}"
        assert "feedback" not in client.get(f"{address}/{place}").get_data(as_text=True)
        assert client.post(f"{address}/{place}", data={}).status_code == 422
        for choice in ("a", "b"):  # the first answer is what was remembered
            page = client.post(f"{address}/{place}", data={"choice": choice}).get_data(as_text=True)
            assert ", because." in page
    assert "You remembered" in client.get(address).get_data(as_text=True)
    kept = session.scalars(select(RecallAnswer)).all()
    assert [each.answer for each in kept] == [{"choice": "a"}] * 3


def test_stopped_with_one_click_from_the_mail_program_or_the_page(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    here, _ = _round(session)
    learner, person_id = here.learner, here.learner.id
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "recall")).one()
    built = mailer.build(mail, "from@example.org", "https://learn.example")
    assert built["List-Unsubscribe"] == f"<https://learn.example{mail.stop_path}>"
    assert built["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail.stop_path
    assert stop is not None
    session.commit()
    browser = sign_in(learner)
    assert client.get(stop).status_code == 200
    assert recall.wants_recall(session, person_id)
    session.rollback()
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not recall.wants_recall(session, person_id)
    with clock.stopped_at(clock.now() + timedelta(days=5)):
        assert recall.open_rounds(session, clock.today()) == 0
    session.rollback()
    browser.post("/my/recall-mail", data={"recall": "yes"})
    assert recall.wants_recall(session, person_id)


def test_another_person_finds_no_questions(session: Session, sign_in: SignIn) -> None:
    here, found = _round(session)
    number = found.id
    session.commit()
    assert sign_in(here.manager).get(f"/my/recall/{number}").status_code == 404
    assert sign_in(here.learner).get(f"/my/recall/{number}").status_code == 303
