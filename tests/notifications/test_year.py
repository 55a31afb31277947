"""A year of an agency, day by day, against a model that is slow and plain.

Joiners, movers, leavers and some who come back; renewals, exemptions, more time, new versions of paths, a unit that
moves; mail that fails for minutes or for good, a mail server that is down, a worker that stands still or dies in the
middle. 29 February and both changes of the clock lie within the year.
"""

from __future__ import annotations

import os
import re
import smtplib
from collections import Counter
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.database import db, reading_only
from learning.notifications import digests, mailer, worker
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Unit
from learning.paths import board, learner, member_list, reminder_members
from learning.paths.member_list import Wanted
from learning.paths.models import AssignmentMember, AssignmentRound
from learning.progress import ledger
from tests.notifications.year_model import DAY, Mail, is_working_day
from tests.notifications.year_world import FIRST, LAST, World, moment

DATE = r"(\d+ \w+ \d{4})"
NEVER_TWICE = 1


class Crash(Exception):
    """The worker dies."""


def said_in(mail: EmailMessage) -> list[tuple[str, str, date, str]]:
    """What a mail of reminders says: whose (empty for one's own), title, due date and status."""
    subject, body = str(mail["Subject"]), mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    if (alone := re.fullmatch(rf"(?:Due {DATE}|Overdue): (.*)", subject)) is not None:
        day = alone[1] or re.search(rf"was due {DATE}\.", text)[1]  # type: ignore[index]
        return [("", alone[2], _day(day), "due" if alone[1] else "overdue")]
    found = []
    for words, rest in re.findall(r"^– (.*)\n  (.*)$", text, re.M):
        whose, _, title = words.rpartition(": ")
        how = {"You have begun.": "under-way", "Not begun.": "not-begun", "": "due"}
        is_over = re.fullmatch(rf"It was due {DATE}\.", rest)
        said = is_over or re.fullmatch(rf"Due {DATE}\. ?(.*)", rest)
        assert said is not None, rest
        found.append((whose, title, _day(said[1]), "overdue" if is_over else how[said[2]]))
    assert len(found) == len(set(found)), "the same is said twice"
    return sorted(found)


def _day(words: str) -> date:
    return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007


class Post:
    """The mail server, and the worker's turns. It asks the model whether a mail may say what it says."""

    def __init__(self, app: Flask, world: World, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.app, self.world, self.model, self.rng = app, world, world.model, Random(seed + 1)
        self.message: tuple[str, int | None] = ("", None)
        self.is_down, self.crash, self.crash_in = False, "", 0
        self.flaky: dict[str, int] = {}
        self.unmarked: set[str] = set()  # delivered, and the worker died before it noted so
        self.faults: Counter[str] = Counter()
        self.digests = 0
        build = mailer.build

        def note(message: OutboxMessage, *rest: str) -> EmailMessage:
            self.message = (message.kind, message.person_id)
            return build(message, *rest)

        patch.setattr(mailer, "build", note)
        patch.setattr(mailer, "send", self.take)
        record = reminder_members.record

        def record_or_die(session: Session, facts: Any) -> None:
            record(session, facts)
            if self.crash == "run":
                self.crash = ""
                raise Crash

        patch.setattr(reminder_members, "record", record_or_die)

    def take(self, mail: EmailMessage, _: str) -> None:
        (kind, person_id), today = self.message, clock.today()
        human = self.model.humans.get(person_id or 0)
        digest: Mail | None = None
        if kind == digests.KIND:
            assert human is not None
            digest = self.model.waiting_mail(human.id)
            self._check(mail, digest, today)
            digest.tries += 1
        self.crash_in -= 1
        if self.crash == "before" and self.crash_in < 0:
            self.crash = ""
            self.faults["died before sending"] += 1
            raise Crash
        try:
            self._deliver(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            (code, _words) = refused.recipients[mail["To"]]
            if code == 550:
                if human is not None and human.email == mail["To"]:
                    human.bounced = True
                if digest is not None:
                    digest.state = "failed"
            elif digest is not None and digest.tries > 4:
                digest.state = "failed"
            raise
        except OSError:
            if digest is not None and digest.tries > 4:
                digest.state = "failed"
            raise
        key = str(mail["Message-ID"])
        if digest is not None and key not in self.unmarked:
            self.model.delivered(digest, today)
            self.digests += 1
        if self.crash == "after" and self.crash_in < 0:
            self.crash = ""
            self.faults["died after sending"] += 1
            self.unmarked.add(key)
            if digest is not None:
                digest.state = "waits"
            raise Crash
        if digest is not None:
            digest.state = "sent"
        self.unmarked.discard(key)

    def _check(self, mail: EmailMessage, digest: Mail, today: date) -> None:
        now = clock.now().astimezone(clock.OSLO)
        assert 7 <= now.hour < 17
        assert is_working_day(today)
        assert mail["To"] == digest.recipient.email
        expected = self.model.words_of(digest, today)
        if len(expected) == 1 and not expected[0][0]:
            (whose, title, due, status) = expected[0]
            expected = [(whose, title, due, "overdue" if status == "overdue" else "due")]
        assert said_in(mail) == expected, (today, digest.recipient)

    def _deliver(self, mail: EmailMessage) -> None:
        to, key = str(mail["To"]), str(mail["Message-ID"])
        if self.is_down:
            self.faults["server down"] += 1
            raise ConnectionRefusedError("nobody answers")
        if to in self.world.dead:
            self.faults["dead address"] += 1
            raise smtplib.SMTPRecipientsRefused({to: (550, b"5.1.1 No such user")})
        left = self.flaky.setdefault(key, self.rng.choice((0,) * 40 + (1, 2, 3)))
        if left:
            self.flaky[key] = left - 1
            self.faults["try later"] += 1
            raise smtplib.SMTPRecipientsRefused({to: (451, b"4.7.1 Greylisted")})

    def turn(self, today: date, hour: int, minute: int) -> None:
        """The worker's turn: it sends, tries again when it is time, and is started anew when it has died."""
        now = moment(today, hour, minute)
        while now.astimezone(clock.OSLO).date() == today:
            with clock.stopped_at(now):
                try:
                    worker.send_due(self.app, most=100_000)
                except Crash:
                    now += timedelta(minutes=6)
                    continue
                with reading_only(), db.sessionmaker() as session:
                    waits = OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None)
                    later = session.scalar(
                        select(OutboxMessage.not_before)
                        .where(*waits, OutboxMessage.cancelled_at.is_(None))
                        .order_by(OutboxMessage.not_before)
                        .limit(1)
                    )
            if later is None:
                return
            assert later > now
            now = later

    def remind(self, today: date, hour: int, minute: int) -> None:
        """The worker looks again at who is asked, and on working days makes the run of the day."""
        for number in range(2):  # again after a crash
            with clock.stopped_at(moment(today, hour, minute + 2 * number)):
                self.model.look_again(today)
                if not is_working_day(today):
                    worker.refresh_audiences()
                    worker.remind()
                    return
                try:
                    worker.remind()
                except Crash:
                    self.faults["died in the run"] += 1
                    continue
                worker.remind()  # once a day, however often it is tried
                self.model.daily_run(today)
                return


def _agree(world: World, today: date) -> None:
    """The lists, the boards, the rounds and the ledger say what the model says."""
    model = world.model
    with clock.stopped_at(moment(today, 18)), reading_only(), db.sessionmaker() as session:
        titles = {task.id: task.title for task in model.tasks}
        names = {unit.id: unit.name for unit in session.scalars(select(Unit))}
        wanted = {key: member for key, member in model.members.items() if member.here}
        found = {
            (titles[row.assignment_id], row.person_id): (
                row.status.value, (row.taken, row.needed), row.due_on, row.unit
            )
            for row in member_list.stream(session, world.agency_id, Wanted())
        }  # fmt: skip
        expected = {
            key: (member.status(today), member.taken(today), member.due, member.position.unit)
            for key, member in wanted.items()
        }
        assert found == expected, today
        tallies = {
            (titles[assignment_id], names[unit_id], status): number
            for (unit_id, assignment_id), tally in board.tallies(session, world.agency_id).items()
            for status, number in (
                ("done", tally.done), ("under-way", tally.under_way), ("not-begun", tally.not_begun),
                ("overdue", tally.overdue),
            )
            if number
        }  # fmt: skip
        assert tallies == Counter((title, unit, status) for (title, _), (status, _, _, unit) in expected.items())
        stored = {
            (titles[row.assignment_id], row.person_id): (row.round, row.valid_until)
            for row in session.execute(
                select(
                    AssignmentMember.assignment_id, AssignmentMember.person_id, AssignmentMember.round,
                    AssignmentMember.valid_until,
                ).where(AssignmentMember.left_at.is_(None))
            )
        }  # fmt: skip
        assert stored == {key: (member.round, member.valid) for key, member in wanted.items()}, today
        rounds = session.execute(
            select(
                AssignmentMember.assignment_id, AssignmentMember.person_id, AssignmentRound.number,
                AssignmentRound.opened_on, AssignmentRound.due_on,
            ).join(AssignmentRound, AssignmentRound.member_id == AssignmentMember.id)
        )  # fmt: skip
        assert {(titles[each[0]], *each[1:]) for each in rounds} == {
            (*key, *each) for key, member in model.members.items() for each in member.rounds
        }
        assert ledger.verify(session, world.agency_id) == (world.links, None)
        for whose in world.rng.sample(sorted(model.humans), 10):
            mine = {each.title: (each.status.value, each.due_on) for each in learner.my_paths(session, whose)}
            assert mine == {title: (each[0], each[2]) for (title, who), each in expected.items() if who == whose}


def _simulate(
    app: Flask, session: Session, patch: pytest.MonkeyPatch, size: int, *, seed: int = 0, last: date = LAST
) -> tuple[World, Post]:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"smtp_url": "smtp://mail.example"})
    world = World(size, seed)
    with clock.stopped_at(moment(FIRST, 5)):
        world.begin(session)
        session.execute(update(OutboxMessage).values(sent_at=clock.now()))  # that they are assigned, to all of them
        session.commit()
    post = Post(app, world, seed, patch)
    today = FIRST
    while today <= last:
        day = post.rng.random()
        world.morning(today)
        if day > (0.03 if is_working_day(today) else 0.7):  # else the worker stands still all day
            is_late = day > 0.97
            hour = 16 if is_late else 7
            post.is_down = 0.03 < day < 0.06
            post.crash = post.rng.choice(("", "", "", "", "run", "before", "after"))
            if is_late and post.crash != "run":
                post.crash = ""  # when it is back it is evening
            post.crash_in = post.rng.randint(0, 4)
            post.remind(today, hour, 50 if is_late else 1)
            if not is_late:
                world.between(today)
            post.turn(today, hour, 55 if is_late else 15)
            post.crash = ""
            forgotten = world.model.close_of_day(today) if is_working_day(today) else []
            assert not forgotten, today
        if today.weekday() == 0:
            _agree(world, today)
        today += DAY
    assert set(world.model.said.values()) == {NEVER_TWICE}
    return world, post


def test_the_first_months_of_sixty_people(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _simulate(app, session, monkeypatch, 60, last=date(2028, 2, 7))


@pytest.mark.one_database
def test_a_year(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred people, unless YEAR_PEOPLE says another number: a thousand take some ten minutes."""
    world, post = _simulate(app, session, monkeypatch, int(os.environ.get("YEAR_PEOPLE", "100")))
    assert {"died in the run", "died before sending", "server down", "dead address", "try later"} <= set(post.faults)
    assert {number for member in world.model.members.values() for number, _, _ in member.rounds} >= {2, 3}
