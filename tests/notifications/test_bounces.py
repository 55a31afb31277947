"""Mail that comes back is noted, whoever it was for is left in peace, and HR sees it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.notifications import bounce_reports, outbox, worker
from learning.notifications.commands import mail as mail_command
from learning.notifications.messages import compose
from learning.notifications.models import OutboxMessage
from learning.organisation import bounces
from learning.organisation.bounce_models import MailBounce
from learning.organisation.models import Agency, Person
from tests.factories import grant, make_agency, make_person, make_position, make_unit


class _Server:
    """Answers RCPT as told."""

    answer = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: object, session: object, envelope: Any, address: str, options: object
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer


@pytest.fixture
def server(app: Flask) -> Iterator[_Server]:
    handler = _Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    object.__setattr__(app.config["SETTINGS"], "smtp_url", f"smtp://127.0.0.1:{port}")
    yield handler
    controller.stop()


def write_to(session: Session, person: Person, agency: Agency | None = None) -> OutboxMessage:
    message = compose("certificate", "en", path="/", title="Course", name=person.given_name)
    key = f"test:{person.id}"
    outbox.queue(session, [outbox.Letter(person, message, "certificate", key, agency.id if agency else None)])
    queued = session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == key)).one()
    session.commit()
    return queued


def noted(session: Session) -> list[MailBounce]:
    found = session.scalars(select(MailBounce).order_by(MailBounce.id).execution_options(populate_existing=True)).all()
    session.commit()
    return list(found)


def test_an_address_that_is_refused_is_noted_and_given_up_at_once(
    app: Flask, session: Session, server: _Server
) -> None:
    person = make_person(session)
    message = write_to(session, person)
    server.answer = "550 5.1.1 No such user here"
    assert worker.send_due(app) == 0
    session.refresh(message)
    session.commit()
    assert message.failed_at is not None
    (bounce,) = noted(session)
    assert (bounce.person_id, bounce.address, bounce.code) == (person.id, person.email, "5.1.1")
    assert bounce.reason == "5.1.1 No such user here"


@pytest.mark.parametrize(
    "answer",
    ["450 4.2.1 try later", "550 5.7.1 Relaying denied", "554 5.7.1 Blocked by policy", "550 relay not permitted"],
)
def test_faults_that_pass_and_faults_of_ours_are_no_bounce(
    app: Flask, session: Session, server: _Server, answer: str
) -> None:
    message = write_to(session, make_person(session))
    server.answer = answer
    assert worker.send_due(app) == 0
    session.refresh(message)
    session.commit()
    assert (message.failed_at, message.tries) == (None, 1)
    assert noted(session) == []


REPORT = """\
From: MAILER-DAEMON@mail.example.org
To: noreply@learning.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--cut
Content-Type: {original}

From: noreply@learning.example.org
To: {address}
Message-ID: <{message_id}>
Subject: Private words

The body of the mail.
--cut--
"""


def report(**values: str) -> bytes:
    return REPORT.format(
        **{
            "address": "nobody@example.org",
            "action": "failed",
            "status": "5.1.1",
            "diagnosis": "550 5.1.1 User unknown",
            "original": "message/rfc822",
            "message_id": "unknown@elsewhere",
            **values,
        }
    ).encode()


def run(app: Flask, content: bytes) -> Result:
    return CliRunner().invoke(mail_command, ["bounces"], obj=lambda: app, input=content, catch_exceptions=False)


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_is_matched_by_the_mail_it_is_about(app: Flask, session: Session, original: str) -> None:
    person = make_person(session)
    message = write_to(session, person)
    # Their address forwards to another, which is dead.
    content = report(message_id=message.message_id, address="other@example.net", original=original)
    assert run(app, content).output == "1 mails read: 1 addresses noted, 0 unknown.\n"
    (bounce,) = noted(session)
    assert (bounce.person_id, bounce.address, bounce.reason) == (person.id, person.email, "550 5.1.1 User unknown")
    run(app, content)
    assert len(noted(session)) == 1


def test_a_report_is_matched_by_the_address(app: Flask, session: Session) -> None:
    person = make_person(session)
    session.commit()
    run(app, report(address=person.email.upper()))
    assert [each.person_id for each in noted(session)] == [person.id]


def test_a_whole_mailbox_is_read(app: Flask, session: Session) -> None:
    people = [make_person(session) for _ in range(3)]
    session.commit()
    mails = [report(address=person.email) for person in people]
    mails += [
        report(),
        report(address=people[0].email, action="delayed", status="4.4.1"),
        b"Subject: Away\n\nOn leave.\n",
    ]
    box = b"".join(b"From MAILER-DAEMON Wed Nov 25 08:00:00 2026\n" + each + b"\n" for each in mails)
    assert run(app, box).output == "6 mails read: 3 addresses noted, 1 unknown.\n"
    assert {each.person_id for each in noted(session)} == {person.id for person in people}


@pytest.mark.parametrize(
    ("status", "diagnosis", "code"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "5.1.1"),
        ("5.2.1", "550 mailbox disabled", "5.2.1"),
        ("5.0.0", "550 no such user", "550"),
        ("5.7.1", "550 5.7.1 Message rejected as spam", None),
        ("5.0.0", "554 rejected", None),
        ("4.4.1", "connection timed out", None),
        ("2.0.0", "250 OK", None),
    ],
)
def test_what_counts_as_a_dead_address(status: str, diagnosis: str, code: str | None) -> None:
    (message,) = bounce_reports.messages_in(report(status=status, diagnosis=diagnosis))
    assert [each.refusal.code for each in bounce_reports.reports(message)] == ([code] if code else [])


@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: report(address=text.replace("{", ""))))
)
def test_no_mail_however_broken_stops_the_reader(content: bytes) -> None:
    for message in bounce_reports.messages_in(content):
        bounce_reports.reports(message)


@pytest.mark.one_database
def test_what_is_no_report_changes_nothing(app: Flask, session: Session) -> None:
    assert run(app, b"").exit_code == 0
    assert (
        run(app, b"From: a@b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n").exit_code == 0
    )
    assert noted(session) == []


def test_a_new_address_ends_it_and_the_old_one_coming_back_does_not(session: Session) -> None:
    person = make_person(session)
    old = person.email
    bounces.note(session, person.id, old, code="550", reason="x")
    assert bounces.unreached(session) == {person.id}
    person.email = "new@example.org"
    session.flush()
    assert bounces.unreached(session) == set()
    person.email = old
    session.flush()
    assert bounces.bounce_of(session, person.id) is not None


@given(st.text(max_size=400), st.text(max_size=40))
@pytest.mark.one_database
def test_what_servers_say_is_kept_short_and_printable(reason: str, code: str) -> None:
    clean = bounces.clean(reason)
    assert len(clean) <= 300
    assert clean.isprintable()


def _hr(session: Session) -> tuple[Agency, Person, Person]:
    agency = make_agency(session)
    unit = make_unit(session, agency)
    hr, person = make_person(session), make_person(session)
    for each in (hr, person):
        make_position(session, each, unit)
    grant(session, hr, Role.HR, agency)
    return agency, hr, person


def test_hr_sees_whom_mail_does_not_reach_and_tries_again(
    session: Session, sign_in: Callable[[Person], FlaskClient]
) -> None:
    agency, hr, person = _hr(session)
    stranger = make_person(session)
    gone = make_person(session)
    make_position(session, gone, make_unit(session, agency), ends_on=clock.today() - timedelta(days=1))
    make_position(session, stranger, make_unit(session, make_agency(session)))
    for each in (person, stranger, gone):
        bounces.note(session, each.id, each.email, code="5.1.1", reason="No such <user>")
    write_to(session, person, agency)
    client = sign_in(hr)
    base = f"/agency/{agency.slug}"
    listing = client.get(f"{base}/unreached").get_data(as_text=True)
    assert person.email in listing
    assert "No such &lt;user&gt;" in listing
    assert stranger.email not in listing
    assert gone.email not in listing  # the address may tell where they work now
    mails = client.get(f"{base}/outbox").get_data(as_text=True)
    assert "Mail does not reach this address" in mails
    assert "Mail does not reach 1 person" in mails
    page = client.get(f"{base}/people/{person.id}").get_data(as_text=True)
    assert "Mail does not reach this address" in page
    assert client.post(f"{base}/people/{stranger.id}/try-mail-again").status_code == 404
    assert client.post(f"{base}/people/{gone.id}/try-mail-again").status_code == 404
    for _ in range(2):  # a double click
        assert client.post(f"{base}/people/{person.id}/try-mail-again").status_code == 303
    assert bounces.unreached(session) == {stranger.id, gone.id}
    session.commit()
    assert "Mail does not reach" not in client.get(f"{base}/people/{person.id}").get_data(as_text=True)
    assert "Mail reaches everybody" in client.get(f"{base}/unreached").get_data(as_text=True)
    trail = [each.tried_again_by_id for each in noted(session) if each.person_id == person.id]
    assert trail == [hr.id]
