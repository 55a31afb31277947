"""The outbox: one mail a reason, sent over real SMTP, tried again, and not sent when needless."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import outbox, worker
from learning.notifications.messages import compose
from learning.notifications.models import OutboxMessage
from tests import factories


class _Inbox:
    """Takes mail, after refusing as often as told."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = 0

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            self.refuse -= 1
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def inbox(app: Flask) -> Iterator[_Inbox]:
    handler = _Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    object.__setattr__(app.config["SETTINGS"], "smtp_url", f"smtp://127.0.0.1:{port}")
    yield handler
    controller.stop()


def _queue(session: Session, **values: Any) -> None:
    person = factories.make_person(session)
    message = compose("assigned", "nb", path="/", title="Løpet <b>", name="Åse", agency="Fjordvik", courses="")
    letter = outbox.Letter(person, message, kind="assigned", dedupe_key="one", **values)
    assert outbox.queue(session, [letter]) == 1
    assert outbox.queue(session, [letter]) == 0
    session.commit()


def test_a_mail_goes_out_once_with_text_and_html(app: Flask, session: Session, inbox: _Inbox) -> None:
    _queue(session)
    assert worker.send_due(app) == 1
    assert worker.send_due(app) == 0
    (mail,) = inbox.mails
    assert mail["Subject"] == "Nytt for deg: Løpet <b>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hei Åse." in mail.get_body(("plain",)).get_content()
    assert "Løpet &lt;b&gt;" in mail.get_body(("html",)).get_content()


def test_a_mail_that_is_refused_is_tried_again_later(app: Flask, session: Session, inbox: _Inbox) -> None:
    _queue(session)
    inbox.refuse = 1
    assert worker.send_due(app) == 0
    waiting = session.scalars(select(OutboxMessage)).one()
    assert waiting.sent_at is None
    assert "451" in (waiting.last_error or "")
    session.rollback()
    assert worker.send_due(app) == 0  # not yet
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        assert worker.send_due(app) == 1


def test_a_mail_is_given_up_after_the_last_try(app: Flask, session: Session, inbox: _Inbox) -> None:
    _queue(session)
    inbox.refuse = 99
    moment = clock.now()
    for _ in range(len(outbox.WAITS) + 1):
        with clock.stopped_at(moment):
            worker.send_due(app)
        moment += timedelta(hours=3)
    message = session.scalars(select(OutboxMessage)).one()
    assert message.failed_at is not None
    assert message.tries == len(outbox.WAITS) + 1


def test_a_mail_for_later_waits_and_a_cancelled_one_never_goes(app: Flask, session: Session, inbox: _Inbox) -> None:
    _queue(session, not_before=clock.now() + timedelta(days=1))
    assert worker.send_due(app) == 0
    assert outbox.cancel(session, ["one"]) == 1
    session.commit()
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        assert worker.send_due(app) == 0
