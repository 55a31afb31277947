"""Two hundred submissions of the same final answer at the same time: one completion, one certificate, one mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.certificates.models import Certificate
from learning.notifications.models import OutboxMessage
from learning.progress import enrolling
from learning.progress.models import Completion
from tests import factories

AT_ONCE = 200


def test_two_hundred_hand_ins_at_once_make_one_completion(
    app: Flask, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    person = factories.make_person(session)
    factories.make_position(session, person, unit)
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    factories.finish_lessons(session, enrolment)
    attempt = factories.open_attempt(session, enrolment)
    session.commit()
    address = f"/learn/{enrolment.id}/assessment/{attempt.number}/hand-in"
    browser = sign_in(person)
    cookie = browser.get_cookie("handlingsrom")
    assert cookie is not None

    def hand_in(_: int) -> int:
        client = app.test_client()
        client.set_cookie("handlingsrom", cookie.value)
        return client.post(address).status_code

    with ThreadPoolExecutor(max_workers=24) as pool:
        codes = Counter(pool.map(hand_in, range(AT_ONCE)))
    assert codes == {303: AT_ONCE}
    session.rollback()
    for model, condition in (
        (Completion, Completion.person_id == person.id),
        (Certificate, Certificate.person_id == person.id),
        (OutboxMessage, OutboxMessage.dedupe_key.like("certificate:%")),
    ):
        assert session.scalar(select(func.count()).select_from(model).where(condition)) == 1, model.__name__
