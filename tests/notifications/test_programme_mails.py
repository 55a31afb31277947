"""Which mail about a programme reaches whom, once; and that calendars understand the invitations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import mailer, programme_mails, worker
from learning.notifications.gathering_events import oslo
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.programmes import attendance, cohorts, gatherings, participants
from learning.programmes.cohorts import CohortDraft
from learning.programmes.models import Reply
from tests.programmes.scene import facts, join, plan, set_up, utc, works

SignIn = Callable[[Person], FlaskClient]


def mails(session: Session, person: Person) -> list[OutboxMessage]:
    """The person's mails that are not cancelled, in the order they were written."""
    return list(
        session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.person_id == person.id, OutboxMessage.cancelled_at.is_(None))
            .order_by(OutboxMessage.id)
            .execution_options(populate_existing=True)
        )
    )


def kinds(session: Session, person: Person) -> list[str]:
    return [mail.kind for mail in mails(session, person)]


def send_all(session: Session, app: Flask) -> None:
    session.commit()
    worker.send_due(app)


def event(mail: OutboxMessage) -> Any:
    assert mail.calendar is not None
    (found,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    return found


def test_who_joins_is_told_and_invited_to_what_is_ahead(session: Session) -> None:
    here = set_up(session)
    over, _ahead = plan(session, here.cohort, facts("Over", days=-10), facts("Ahead"))
    join(session, here.cohort, here.ada)
    assert over.title == "Over"
    assert kinds(session, here.ada) == ["programme-joined", "gathering-invited"]
    assert kinds(session, here.facilitator) == ["programme-facilitator"]
    assert kinds(session, here.bo) == []
    plan(session, here.cohort, facts("Another", days=50))
    assert kinds(session, here.ada) == ["programme-joined", "gathering-invited", "gathering-invited"]


def test_an_invitation_is_one_that_calendars_act_on(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    start = utc(2030, 7, 2, 7, 30)
    (day,) = plan(
        session, here.cohort, facts("Day; one, two", starts_at=start, link="https://meet.example/x", notes="A\nB")
    )
    mail = mails(session, here.ada)[-1]
    assert mail.calendar is not None
    calendar = Calendar.from_ical(mail.calendar)
    assert (str(calendar["METHOD"]), mail.calendar_method) == ("REQUEST", "REQUEST")
    found = event(mail)
    assert found["DTSTART"].dt == datetime(2030, 7, 2, 9, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    assert found["DTSTART"].params["TZID"] == "Europe/Oslo"
    assert found["DTEND"].dt - found["DTSTART"].dt == timedelta(hours=6)
    assert (str(found["UID"]), int(found["SEQUENCE"])) == (f"{day.uid}@handlingsrom", 0)
    assert (str(found["SUMMARY"]), str(found["LOCATION"])) == ("Day; one, two", "Town hall")
    assert str(found["ORGANIZER"]) == "mailto:noreply@handlingsrom.example"
    assert str(found["ATTENDEE"]) == f"mailto:{here.ada.email}"
    assert found["ATTENDEE"].params["RSVP"] == "TRUE"
    assert found["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert "https://meet.example/x" in found["DESCRIPTION"]
    assert mail.calendar.count("\r\n") == mail.calendar.count("\n")
    assert all(len(line.encode()) <= 75 for line in mail.calendar.split("\r\n"))


@pytest.mark.one_database
def test_the_zone_is_norways_for_every_year_ahead() -> None:
    zone = oslo().to_tz()
    for year in range(2026, 2046):
        for day in range(1, 366, 2):
            noon = datetime(year, 1, 1, 12) + timedelta(days=day)  # noqa: DTZ001
            assert noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=clock.OSLO).utcoffset(), noon
    for moment, hours in ((utc(2027, 3, 28, 0, 59), 1), (utc(2027, 3, 28, 1), 2), (utc(2027, 10, 31, 0, 59), 2)):
        assert moment.astimezone(zone).utcoffset() == timedelta(hours=hours)
    assert utc(2027, 10, 31, 1).astimezone(zone).utcoffset() == timedelta(hours=1)


def test_the_mail_goes_out_as_mail_programs_expect(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    plan(session, here.cohort, facts("Møte på Ås"))
    built = mailer.build(mails(session, here.ada)[-1], "Handlingsrom <noreply@example.no>", "https://example.no")
    mail = message_from_bytes(built.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert mail.get_content_type() == "multipart/mixed"
    words, attached = mail.iter_parts()
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html", "text/calendar"]  # type: ignore[union-attr]
    calendar = list(words.iter_parts())[-1]  # type: ignore[union-attr]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert "Møte på Ås" in str(Calendar.from_ical(attached.get_content()).walk("VEVENT")[0]["SUMMARY"])
    assert calendar.get_content() == attached.get_content().decode()


def test_an_update_goes_to_who_is_invited_only_when_something_to_know_has_changed(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day"))
    start = day.starts_at
    gatherings.change(session, day, facts("A day", starts_at=start, place="Barn"), seen_sequence=0, actor_id=None)
    assert kinds(session, here.ada) == ["programme-joined", "gathering-invited"]  # the first had not gone out
    assert int(event(mails(session, here.ada)[-1])["SEQUENCE"]) == 1
    send_all(session, app)
    attendance.reply(session, day, here.ada.id, Reply.YES)
    gatherings.change(
        session, day, facts("A day", starts_at=start, place="Barn", notes="New"), seen_sequence=1, actor_id=None
    )
    assert kinds(session, here.ada)[2:] == []
    gatherings.change(session, day, facts("A day", starts_at=start, place="Hall"), seen_sequence=1, actor_id=None)
    update = mails(session, here.ada)[-1]
    assert update.kind == "gathering-changed"
    assert (str(event(update)["UID"]), int(event(update)["SEQUENCE"])) == (f"{day.uid}@handlingsrom", 2)
    assert event(update)["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_a_gathering_that_is_called_off_leaves_the_calendars_that_have_it(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day"))
    send_all(session, app)
    join(session, here.cohort, here.bo)  # whose mails still wait
    gatherings.cancel(session, day, actor_id=None)
    cancelled = mails(session, here.ada)[-1]
    assert (cancelled.kind, cancelled.calendar_method) == ("gathering-cancelled", "CANCEL")
    assert (str(event(cancelled)["STATUS"]), int(event(cancelled)["SEQUENCE"])) == ("CANCELLED", 1)
    assert str(event(cancelled)["UID"]) == f"{day.uid}@handlingsrom"
    assert kinds(session, here.bo) == ["programme-joined"]


def test_who_leaves_gets_the_gatherings_taken_back_and_then_nothing_more(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    plan(session, here.cohort, facts("Over", days=-3))
    (day,) = plan(session, here.cohort, facts("A day", days=30))
    send_all(session, app)
    participants.remove(session, here.cohort, here.ada.id, actor_id=None)
    assert kinds(session, here.ada)[2:] == ["gathering-left"]
    left = event(mails(session, here.ada)[-1])
    gatherings.change(session, day, facts("A day", days=31), seen_sequence=day.sequence, actor_id=None)
    with clock.stopped_at(day.starts_at - timedelta(days=2)):
        programme_mails.queue_due(session, clock.today())
    gatherings.cancel(session, day, actor_id=None)
    assert kinds(session, here.ada)[2:] == ["gathering-left"]
    assert kinds(session, here.bo)[2:] == ["gathering-cancelled"]  # the change had not gone out
    assert int(left["SEQUENCE"]) >= 1


def test_who_returns_is_invited_anew_with_a_higher_sequence(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    plan(session, here.cohort, facts("A day"))
    send_all(session, app)
    participants.remove(session, here.cohort, here.ada.id, actor_id=None)
    taken_back = event(mails(session, here.ada)[-1])
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        join(session, here.cohort, here.ada)
    assert kinds(session, here.ada)[2:] == ["gathering-left", "programme-joined", "gathering-invited"]
    assert int(event(mails(session, here.ada)[-1])["SEQUENCE"]) > int(taken_back["SEQUENCE"])


def test_a_cancelled_programme_is_told_to_everybody_in_it(app: Flask, session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    plan(session, here.cohort, facts("One"), facts("Two", days=60))
    send_all(session, app)
    cohorts.cancel(session, here.cohort, actor_id=None)
    assert kinds(session, here.ada)[3:] == ["gathering-cancelled", "gathering-cancelled", "programme-cancelled"]
    assert kinds(session, here.facilitator) == ["programme-facilitator", "programme-cancelled"]
    before = session.scalars(select(OutboxMessage.id)).all()
    cohorts.cancel(session, here.cohort, actor_id=None)
    assert session.scalars(select(OutboxMessage.id)).all() == before


def test_reminders_two_days_before_and_who_comes_for_the_facilitator(session: Session) -> None:
    here = set_up(session)
    carl = works(session, here.unit, "Carl Kvam")
    join(session, here.cohort, here.ada, here.bo, carl)
    (day,) = plan(session, here.cohort, facts("A day", starts_at=utc(2030, 5, 15, 7)))
    attendance.reply(session, day, here.ada.id, Reply.YES)
    attendance.reply(session, day, here.bo.id, Reply.NO)
    session.flush()
    with clock.stopped_at(utc(2030, 5, 12, 12)):
        assert programme_mails.queue_due(session, clock.today()) == 0
    with clock.stopped_at(utc(2030, 5, 13, 1)):
        assert programme_mails.queue_due(session, clock.today()) == 3
        assert programme_mails.queue_due(session, clock.today()) == 0
    reminder = mails(session, here.ada)[-1]
    assert reminder.kind == "gathering-reminder"
    assert reminder.not_before == utc(2030, 5, 13, 5)
    assert kinds(session, here.bo)[-1] == "gathering-invited"
    assert kinds(session, carl)[-1] == "gathering-reminder"
    listed = mails(session, here.facilitator)[-1]
    assert listed.kind == "gathering-replies"
    assert "Coming (1): Ada Aas" in listed.text_body
    assert "Cannot come (1): Bo Bakke" in listed.text_body
    assert "Have not replied (1): Carl Kvam" in listed.text_body


def test_a_reminder_that_waits_is_stopped_when_the_day_moves(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day", starts_at=utc(2030, 5, 15, 7)))
    with clock.stopped_at(utc(2030, 5, 13, 1)):
        programme_mails.queue_due(session, clock.today())
        gatherings.change(session, day, facts("A day", starts_at=utc(2030, 6, 20, 7)), seen_sequence=0, actor_id=None)
    assert "gathering-reminder" not in kinds(session, here.ada)
    assert "gathering-replies" not in kinds(session, here.facilitator)
    with clock.stopped_at(utc(2030, 6, 18, 1)):
        programme_mails.queue_due(session, clock.today())
    assert kinds(session, here.ada)[-1] == "gathering-reminder"


def test_what_was_just_announced_needs_no_reminder(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    with clock.stopped_at(utc(2030, 5, 13, 6)):
        plan(session, here.cohort, facts("Soon", starts_at=utc(2030, 5, 14, 7)))
        assert programme_mails.queue_due(session, clock.today()) == 0


def test_who_has_been_deactivated_or_has_left_the_agency_gets_no_mail(session: Session) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada, here.bo)
    here.ada.deactivated_at = clock.now()
    here.bo.positions[0].ends_on = clock.today() - timedelta(days=1)
    session.flush()
    plan(session, here.cohort, facts("A day"))
    assert kinds(session, here.ada) == kinds(session, here.bo) == ["programme-joined"]


def test_a_new_facilitator_is_told_and_the_others_are_not_told_again(session: Session) -> None:
    here = set_up(session)
    both = CohortDraft("New leaders", date(2026, 9, 1), None, frozenset({here.facilitator.id, here.bo.id}))
    cohorts.change(session, here.cohort, both, actor_id=None)
    assert kinds(session, here.facilitator) == kinds(session, here.bo) == ["programme-facilitator"]


def test_a_reply_from_the_mail_needs_no_sign_in_and_opening_it_changes_nothing(
    session: Session, client: FlaskClient
) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day,) = plan(session, here.cohort, facts("A day"))
    text, _ = mails(session, here.ada)[-1].words
    session.commit()
    yes, no = re.findall(r"/gathering-reply/[^?\s]+\?how=(?:yes|no)", text)
    assert "A day" in client.get(yes).get_data(as_text=True)
    assert attendance.of_gathering(session, day.id) == {}
    session.commit()
    assert "Saved: Comes" in client.post(yes).get_data(as_text=True)
    client.post(no)
    assert attendance.of_gathering(session, day.id)[here.ada.id].reply is Reply.NO
    session.commit()
    assert client.get("/gathering-reply/made-up?how=yes").status_code == 404
    participants.remove(session, here.cohort, here.ada.id, actor_id=None)
    session.commit()
    assert "You are not in this programme any more" in client.post(yes).get_data(as_text=True)
    assert attendance.of_gathering(session, day.id)[here.ada.id].reply is Reply.NONE


def test_gatherings_stand_in_the_calendar_that_one_subscribes_to(session: Session, sign_in: SignIn) -> None:
    here = set_up(session)
    join(session, here.cohort, here.ada)
    (day, off) = plan(session, here.cohort, facts("A day"), facts("Off", days=40))
    gatherings.cancel(session, off, actor_id=None)
    session.commit()
    for person in (here.ada, here.facilitator):
        browser = sign_in(person)
        address = re.search(r"/calendar/[\w-]+\.ics", browser.post("/my/calendar").get_data(as_text=True))
        assert address
        calendar = Calendar.from_ical(browser.get(address[0]).data)
        assert [str(each["UID"]) for each in calendar.walk("VEVENT")] == [f"{day.uid}@handlingsrom"]
        assert calendar.walk("VEVENT")[0]["DTSTART"].dt == day.starts_at
        assert len(calendar.walk("VTIMEZONE")) == 1
