"""Reminders follow the plan of each assignment: one mail a person a day, of what still holds, in working hours."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import digests, mailer, reminder_run, worker
from learning.notifications.models import OutboxMessage
from learning.organisation import bounces, people
from learning.organisation.models import Person, Position
from learning.organisation.people import PersonFacts
from learning.paths import assigning, reminder_choices
from learning.paths.due_dates import DueRule
from learning.paths.models import Assignment, AssignmentMember, DueKind
from learning.paths.reminder_models import Reminder
from learning.paths.reminder_plans import Line, Timing, Who
from learning.paths.renewal import RenewRule
from tests.factories import make_agency, make_person, make_position, make_unit
from tests.paths.scene import Town, assign, audience, begin, complete, counted, make_course, make_path, make_town

ASSIGNED = date(2027, 2, 1)
DUE = date(2027, 3, 3)  # a Wednesday; the lines fall on 17 and 28 February (a Sunday), 3, 10 and 17 March


@contextmanager
def at(day: date, hour: int = 8, minute: int = 0) -> Iterator[None]:
    with clock.stopped_at(datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.OSLO)):
        yield


def person_in(session: Session, town: Town, boss: Person | None = None, **values: str) -> Person:
    person = make_person(session, **values)
    make_position(session, person, town.school, reports_to_id=boss.id if boss else None)
    return person


def given(session: Session, town: Town, due: date = DUE) -> Assignment:
    """A path of one course for the school, assigned on the first of February; the mail of that is out of the way."""
    with at(ASSIGNED):
        path = make_path(session, town.agency, make_course(session))
        return assign(session, path, audience(town.school), DueRule(DueKind.FIXED, due))


def turn(app: Flask, session: Session, day: date, hour: int = 8) -> list[OutboxMessage]:
    """The worker's turn of a day: the reminders that went out, by recipient."""
    session.commit()
    with at(day, hour):
        before = clock.now()
        worker.remind()
        worker.send_due(app)
    return [mail for mail in sent(session) if mail.sent_at == before]


def sent(session: Session) -> list[OutboxMessage]:
    found = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.kind == digests.KIND, OutboxMessage.sent_at.is_not(None))
        .order_by(OutboxMessage.id)
        .execution_options(populate_existing=True)
    ).all()
    session.commit()
    return list(found)


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def test_the_default_plan_is_sent_on_working_days(app: Flask, session: Session) -> None:
    town = make_town(session)
    boss = make_person(session)
    make_position(session, boss, town.top)
    person = person_in(session, town, boss)
    given(session, town)
    got = [
        (day, mail.person_id, mail.subject)
        for day in days(ASSIGNED, date(2027, 4, 5))
        for mail in turn(app, session, day)
    ]
    title = got[0][2].split(": ")[1]
    assert sorted(got, key=lambda each: (each[0], -each[1])) == [
        (date(2027, 2, 17), person.id, f"Due 3 March 2027: {title}"),
        (date(2027, 3, 1), person.id, f"Due 3 March 2027: {title}"),  # for the Sunday before
        (date(2027, 3, 3), person.id, f"Due 3 March 2027: {title}"),
        (date(2027, 3, 10), person.id, f"Overdue: {title}"),
        (date(2027, 3, 17), person.id, f"Overdue: {title}"),
        (date(2027, 3, 17), boss.id, "Due dates of your people"),
    ]


def test_a_manager_reads_names_and_paths_and_nothing_else(app: Flask, session: Session) -> None:
    town = make_town(session)
    boss = make_person(session, given_name="Siv", language="nb")
    make_position(session, boss, town.top)
    for name in ("Åse", "Bo"):
        begin(session, person_in(session, town, boss, given_name=name, family_name="Vik"), make_course(session))
    assignment = given(session, town)
    turn(app, session, date(2027, 3, 16))
    mail = next(each for each in turn(app, session, date(2027, 3, 17)) if each.person_id == boss.id)
    assert mail.text_body.startswith(
        "Hei Siv.\n\nDu er nærmeste leder for medarbeiderne under. De har ikke fullført læringsløpet ennå. Spør hva som"
        " står i veien, og hjelp dem å finne tid.\n\n–"
    )
    for name in ("Åse", "Bo"):
        assert f"– {name} Vik: {assignment.path.title}\n  Fristen var 3. mars 2027.\n" in mail.text_body
        assert f"<li>{name} Vik: {assignment.path.title}<br>Fristen var 3. mars 2027.</li>" in mail.html_body
    assert 'name="color-scheme" content="light dark"' in mail.html_body


def test_all_that_is_due_comes_in_one_mail(app: Flask, session: Session) -> None:
    town = make_town(session)
    boss = person_in(session, town)
    person = person_in(session, town, boss)
    first, second = given(session, town), given(session, town, DUE + timedelta(days=17))
    (step,) = second.path.steps
    begin(session, boss, step.course)
    for day in days(ASSIGNED, DUE + timedelta(days=2)):
        turn(app, session, day)
    # On 17 March: 14 days after the first due date, and 3 days before the second.
    mails = {mail.person_id: mail for mail in turn(app, session, date(2027, 3, 17))}
    assert set(mails) == {boss.id, person.id}
    assert mails[person.id].subject == "Reminder of due dates"
    assert f"– {first.path.title}\n  It was due 3 March 2027.\n  http" in mails[person.id].text_body
    assert f"– {second.path.title}\n  Due 20 March 2027. Not begun.\n  http" in mails[person.id].text_body
    assert "Your people" not in mails[person.id].text_body
    body = mails[boss.id].text_body
    assert body.index("Your due dates") < body.index("Due 20 March 2027. You have begun.") < body.index("Your people")
    assert f"– {person.name}: {first.path.title}\n  It was due 3 March 2027.\n" in body
    assert f"{person.name}: {second.path.title}" not in body
    assert f"#path-{first.path_id}" in mails[person.id].html_body.replace("%23", "#")


def test_nobody_hears_of_what_is_done_or_gone_or_moved_before_the_mail_is_sent(app: Flask, session: Session) -> None:
    town = make_town(session)
    done, left, stays = person_in(session, town), person_in(session, town), person_in(session, town)
    one, two = given(session, town), given(session, town)
    session.commit()
    day = date(2027, 2, 17)
    with at(day, 7):
        worker.remind()
    for assignment in (one, two):
        (step,) = assignment.path.steps
        complete(session, done, step.course)
    (step,) = two.path.steps
    complete(session, stays, step.course)
    with at(day, 7, 10):
        (position,) = people.positions_in(session, town.agency.id, left.id)
        people.end_position(session, position, day - timedelta(days=1))
    (mail,) = turn(app, session, day, 9)
    assert mail.person_id == stays.id
    assert mail.subject == f"Due 3 March 2027: {one.path.title}"  # of two, one is left
    cancelled = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == digests.KIND)).all()
    assert {each.person_id for each in cancelled if each.cancelled_at} == {done.id, left.id}


def test_a_withdrawn_assignment_takes_its_reminders_along(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    assignment = given(session, town)
    session.commit()
    with at(date(2027, 2, 17), 7):
        worker.remind()
        assigning.withdraw(session, assignment, actor_id=None)
    assert turn(app, session, date(2027, 2, 17)) == []
    assert turn(app, session, date(2027, 3, 1)) == []


def test_a_moved_due_date_is_reminded_of_from_then_on(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    assignment = given(session, town)
    assert len(turn(app, session, date(2027, 2, 17))) == 1
    with at(date(2027, 2, 18)):
        assigning.change_due(session, assignment, DueRule(DueKind.FIXED, date(2027, 3, 24)), actor_id=None)
    got = [
        (day, mail.subject[:12])
        for day in days(date(2027, 2, 18), DUE + timedelta(days=40))
        for mail in turn(app, session, day)
    ]
    assert got == [
        (date(2027, 3, 10), "Due 24 March"),
        (date(2027, 3, 22), "Due 24 March"),  # for the Sunday before
        (date(2027, 3, 24), "Due 24 March"),
        (date(2027, 3, 31), "Overdue: Pat"),
        (date(2027, 4, 7), "Overdue: Pat"),
    ]


def test_after_a_worker_that_stood_still_only_the_latest_line_is_sent(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    given(session, town)
    assert len(turn(app, session, date(2027, 2, 17))) == 1
    (mail,) = turn(app, session, date(2027, 3, 11))
    assert mail.subject.startswith("Overdue")
    facts = session.execute(
        select(Reminder.rule, Reminder.outbox_message_id.is_not(None)).order_by(Reminder.line_on)
    ).all()
    assert [tuple(each) for each in facts] == [
        ("before-14", True),
        ("before-3", False),
        ("on", False),
        ("after-7", True),
    ]


def test_whoever_joins_late_hears_only_of_what_lies_ahead(app: Flask, session: Session) -> None:
    town = make_town(session)
    given_person = person_in(session, town)
    given(session, town)
    turn(app, session, date(2027, 2, 17))
    with at(date(2027, 2, 28)):
        late = make_person(session)
        make_position(session, late, town.school)
    assert given_person.id != late.id
    assert [mail.person_id for mail in turn(app, session, date(2027, 3, 1))] == [given_person.id]
    assert {mail.person_id for mail in turn(app, session, date(2027, 3, 3))} == {given_person.id, late.id}


def test_days_of_a_renewal_count_from_when_it_began(app: Flask, session: Session) -> None:
    town, course = make_town(session), make_course(session)
    person = person_in(session, town)
    with at(ASSIGNED):
        path = make_path(session, town.agency, course)
        assign(session, path, audience(town.school), DueRule(DueKind.FIXED, DUE), renew=RenewRule(1, 10))
    with at(date(2027, 2, 10)):
        complete(session, person, course)
    got = [
        (day, mail.subject[:13])
        for day in days(date(2027, 2, 10), date(2027, 3, 12))
        for mail in turn(app, session, day)
    ]
    # Valid until 10 March; the round opened on 28 February and told them so, long after the day of the first line.
    assert got == [(date(2027, 3, 8), "Due 10 March "), (date(2027, 3, 10), "Due 10 March ")]


def test_what_could_not_be_sent_is_said_the_next_working_day(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = make_town(session)
    boss = make_person(session)
    make_position(session, boss, town.top)
    person, done = person_in(session, town, boss), person_in(session, town, boss)
    assignment = given(session, town)
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"smtp_url": "smtp://mail.example"})
    took: list[EmailMessage] = []
    monkeypatch.setattr(mailer, "send", lambda mail, _: took.append(mail))
    turn(app, session, date(2027, 3, 16))
    took.clear()

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("nobody answers")

    monkeypatch.setattr(mailer, "send", refuse)
    day = date(2027, 3, 17)  # the last line, to the two and to their manager
    assert turn(app, session, day) == []
    for hour, minute in ((8, 2), (8, 10), (8, 50), (12, 0)):
        with at(day, hour, minute):
            worker.send_due(app)
    failed = session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == digests.KIND, OutboxMessage.failed_at.is_not(None))
    )
    assert {mail.person_id for mail in failed} == {person.id, done.id, boss.id}
    monkeypatch.setattr(mailer, "send", lambda mail, _: took.append(mail))
    (step,) = assignment.path.steps
    complete(session, done, step.course)
    mails = turn(app, session, date(2027, 3, 18))
    assert sorted(mail["To"] for mail in took) == sorted([person.email, boss.email])
    (own,) = (mail for mail in mails if mail.person_id == person.id)
    assert own.subject == f"Overdue: {assignment.path.title}"
    (about,) = (mail for mail in mails if mail.person_id == boss.id)
    assert about.text_body.count("It was due") == 1
    assert turn(app, session, date(2027, 3, 19)) == []


def test_what_a_dead_address_refused_is_said_when_there_is_another(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = make_town(session)
    person = person_in(session, town)
    assignment = given(session, town)
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"smtp_url": "smtp://mail.example"})
    monkeypatch.setattr(mailer, "send", lambda *_: None)
    turn(app, session, date(2027, 3, 16))

    def refuse(mail: EmailMessage, _: str) -> None:
        raise smtplib.SMTPRecipientsRefused({str(mail["To"]): (550, b"5.1.1 No such user")})

    monkeypatch.setattr(mailer, "send", refuse)
    assert turn(app, session, date(2027, 3, 17)) == []
    monkeypatch.setattr(mailer, "send", lambda *_: None)
    assert turn(app, session, date(2027, 3, 18)) == []
    facts = PersonFacts(person.given_name, person.family_name, "new@example.org", "en")
    people.change_person(session, person, facts)
    (mail,) = turn(app, session, date(2027, 3, 19))
    assert (mail.to_address, mail.subject) == ("new@example.org", f"Overdue: {assignment.path.title}")


def test_nobody_is_told_when_there_is_no_manager_at_work_here(app: Flask, session: Session) -> None:
    town = make_town(session)
    gone, elsewhere = make_person(session), make_person(session)
    make_position(session, gone, town.top, ends_on=date(2027, 3, 1))
    make_position(session, elsewhere, make_unit(session, make_agency(session)))
    for boss in (None, gone, elsewhere):
        person_in(session, town, boss)
    given(session, town)
    turn(app, session, date(2027, 3, 10))
    mails = turn(app, session, date(2027, 3, 17))
    assert len(mails) == 3
    assert not {gone.id, elsewhere.id} & {mail.person_id for mail in mails}
    # With a manager in place, the line that could not be said is said.
    boss = make_person(session)
    make_position(session, boss, town.top)
    for position in session.scalars(select(Position).where(Position.unit_id == town.school.id)):
        position.reports_to_id = boss.id
    (mail,) = turn(app, session, date(2027, 3, 18))
    assert mail.person_id == boss.id
    assert mail.text_body.count("It was due") == 3


def test_a_mail_about_two_agencies_is_in_neithers_outbox(app: Flask, session: Session) -> None:
    town, other = make_town(session), make_town(session)
    person = person_in(session, town)
    make_position(session, person, other.school)
    given(session, town)
    given(session, other)
    (mail,) = turn(app, session, date(2027, 2, 17))
    assert mail.agency_id is None
    assert mail.text_body.count("Due 3 March 2027. Not begun.") == 2


def test_an_own_plan_is_followed_and_a_line_is_never_said_twice(app: Flask, session: Session) -> None:
    town = make_town(session)
    boss = make_person(session)
    make_position(session, boss, town.top)
    person_in(session, town, boss)
    assignment = given(session, town)
    turn(app, session, date(2027, 2, 17))
    with at(date(2027, 2, 17), 12):
        for line in (Line(Timing.BEFORE, 30), Line(Timing.BEFORE, 5, Who.MANAGER)):
            reminder_choices.add_line(session, assignment, line, actor_id=None)
        reminder_choices.remove_line(session, assignment, Line(Timing.ON, 0), actor_id=None)
    got = [
        (day, "boss" if mail.person_id == boss.id else "learner")
        for day in days(date(2027, 2, 18), date(2027, 3, 9))
        for mail in turn(app, session, day)
    ]
    assert got == [(date(2027, 2, 26), "boss"), (date(2027, 3, 1), "learner")]
    with at(date(2027, 3, 9), 12):
        reminder_choices.back_to_default(session, assignment, actor_id=None)
    # The line on the day itself is there again, but a later one is due with it.
    assert [mail.subject[:7] for mail in turn(app, session, date(2027, 3, 10))] == ["Overdue"]


@pytest.mark.parametrize(("hour", "minute"), [(6, 59), (17, 0), (22, 0)])
def test_the_run_waits_for_working_hours(app: Flask, session: Session, hour: int, minute: int) -> None:
    town = make_town(session)
    person_in(session, town)
    given(session, town)
    session.commit()
    with at(date(2027, 2, 17), hour, minute):
        worker.remind()
        worker.send_due(app)
    assert session.scalars(select(Reminder)).all() == []


def test_a_mail_that_waits_over_the_evening_goes_out_in_the_morning(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    given(session, town)
    session.commit()
    with at(date(2027, 2, 19)):
        worker.remind()  # a Friday
    assert turn(app, session, date(2027, 2, 19), 18) == []
    assert turn(app, session, date(2027, 2, 20)) == []
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == digests.KIND)).one()
    assert (waiting.tries, waiting.not_before.astimezone(clock.OSLO).isoformat()) == (0, "2027-02-22T07:00:00+01:00")
    assert len(turn(app, session, date(2027, 2, 22))) == 1


def test_a_second_run_of_the_day_or_of_an_earlier_one_is_refused(session: Session) -> None:
    with at(date(2027, 2, 17)):
        reminder_run.run(session, date(2027, 2, 17))
        for day, why in (
            (date(2027, 2, 17), "has been made"),
            (date(2027, 2, 16), "that of 2027-02-17 has been made"),
            (date(2027, 2, 18), "not come yet"),
            (date(2027, 2, 14), "not a working day"),
        ):
            with pytest.raises(reminder_run.NotNow, match=why):
                reminder_run.run(session, day)


def test_a_run_on_command_in_the_evening_and_the_workers_next_make_one_mail(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    given(session, town, DUE)
    later = given(session, town, DUE + timedelta(days=1))
    with at(date(2027, 2, 17), 20):
        reminder_run.run(session, date(2027, 2, 17))
    (mail,) = turn(app, session, date(2027, 2, 18), 7)
    assert later.path.title in mail.text_body
    assert mail.text_body.count("Not begun.") == 2


def test_whom_mail_does_not_reach_hears_when_it_does_again(app: Flask, session: Session) -> None:
    town = make_town(session)
    person = person_in(session, town)
    given(session, town)
    bounces.note(session, person.id, person.email, code="5.1.1", reason="no such user")
    assert turn(app, session, date(2027, 2, 17)) == []
    assert session.scalars(select(OutboxMessage).where(OutboxMessage.kind == digests.KIND)).all() == []
    assert bounces.try_again(session, person.id, actor_id=None)
    (mail,) = turn(app, session, date(2027, 2, 18))
    assert mail.person_id == person.id


def test_facts_of_reminders_cannot_be_changed(app: Flask, session: Session) -> None:
    town = make_town(session)
    person_in(session, town)
    given(session, town)
    turn(app, session, date(2027, 2, 17))
    for statement in ("UPDATE reminder SET rule = 'x'", "DELETE FROM reminder"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


def test_the_run_takes_few_statements_however_many_people(session: Session) -> None:
    numbers = []
    for people_count in (3, 60):
        town = make_town(session)
        boss = make_person(session)
        make_position(session, boss, town.top)
        for _ in range(people_count):
            person_in(session, town, boss)
        due = DUE + timedelta(days=len(numbers) * 100)
        given(session, town, due)
        session.commit()
        with at(due - timedelta(days=14)), counted(session) as statements:
            made = reminder_run.run(session, clock.today())
        assert made.reminders == people_count
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 14


def test_members_of_old_due_dates_are_let_go(app: Flask, session: Session) -> None:
    """Nobody is reminded in spring of what was due last autumn, when reminders first come to a system."""
    town = make_town(session)
    person_in(session, town)
    given(session, town)
    assert turn(app, session, date(2027, 6, 1)) == []
    assert session.scalars(select(AssignmentMember)).one().left_at is None
