"""Sixty days of reminders against a model that is slow and plain: nobody twice, nobody forgotten, none out of hours.

The model looks at every member on every day and writes down, for each line of the plan, whether it has been said. It
shares with the program the words of the plan and the calendar, and nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock, working_hours
from learning.database import db, writing
from learning.notifications import digests, reminder_run, worker
from learning.notifications.models import OutboxMessage
from learning.paths import assigning, reminder_choices
from learning.paths.due_dates import DueRule
from learning.paths.models import AssignmentMember, DueKind
from learning.paths.reminder_models import Reminder
from learning.paths.reminder_plans import DEFAULT_PLAN, Line, Timing, Who
from tests.factories import make_person, make_position
from tests.paths.scene import assign, audience, complete, make_course, make_path, make_town

FIRST = date(2026, 11, 23)  # Christmas and New Year lie within the sixty days
DAYS = 60


@dataclass
class Member:
    """``said`` are lines that are spent, by due date and who: the day each fell on."""

    person_id: int
    boss_id: int | None
    title: str
    due_on: date
    joined_on: date
    plan: tuple[Line, ...]
    here: bool = True
    done: bool = False
    said: dict[tuple[date, Who], date] = field(default_factory=dict)

    def expect(self, today: date) -> list[tuple[int, str]]:
        """(recipient, what their mail must hold) today; what is said is written down."""
        expected = []
        for who in Who:
            recipient = self.person_id if who is Who.LEARNER else self.boss_id
            if not self.here or self.done or recipient is None:
                continue
            latest = None
            for number in range(60):  # the youngest day first
                day = today - timedelta(days=number)
                if day <= self.joined_on or day <= self.said.get((self.due_on, who), date.min):
                    break
                if any(
                    line.who is who
                    and self.due_on + timedelta(days=line.days * (-1 if line.timing == "before" else 1)) == day
                    for line in self.plan
                ):
                    latest = day
                    break
            if latest is not None:
                self.said[self.due_on, who] = latest
                expected.append(
                    (recipient, f"{'' if who is Who.LEARNER else f'boss of {self.person_id} '}{self.title}")
                )
        return expected


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.OSLO).date()


def _said(mail: OutboxMessage, names: dict[str, int]) -> list[str]:
    """What a mail holds: the titles of own paths, and those of people by name."""
    found = []
    if " own path" in mail.subject:  # of one alone
        return [mail.subject.split(": ", 1)[1]]
    for line in mail.text_body.split("\n"):
        if (match := re.match(r"– (Given Family\d+): (.*)$", line)) is not None:
            found.append(f"boss of {names[match[1]]} {match[2]}")
        elif line.startswith("– "):
            found.append(line[2:])
    return found


@pytest.mark.parametrize("seed", range(3))
def test_sixty_days_are_as_the_model_says(app: Flask, session: Session, seed: int) -> None:
    rng = Random(seed)
    town, names = make_town(session), {}
    boss = make_person(session)
    make_position(session, boss, town.top)
    with clock.stopped_at(datetime.combine(FIRST, datetime.min.time(), clock.OSLO)):
        people = []
        for number in range(5):
            person = make_person(session)
            make_position(session, person, town.school, reports_to_id=boss.id if number else None)
            people.append(person)
            names[person.name] = person.id
        members: dict[int, Member] = {}
        assignments, courses = [], []
        for number in range(3):
            course = make_course(session)
            path = make_path(session, town.agency, course)
            path.title = f"The own path {number}"
            due = FIRST + timedelta(days=rng.randint(3, 45))
            assignment = assign(session, path, audience(town.school), DueRule(DueKind.FIXED, due))
            assignments.append(assignment)
            courses.append(course)
            plan = DEFAULT_PLAN
            if number == 1:
                line = Line(Timing.AFTER, 2, Who.MANAGER)
                reminder_choices.add_line(session, assignment, line, actor_id=None)
                plan = (*plan, line)
            for row in session.scalars(select(AssignmentMember).where(AssignmentMember.assignment_id == assignment.id)):
                boss_id = None if row.person_id == people[0].id else boss.id
                members[row.id] = Member(row.person_id, boss_id, path.title, due, FIRST, plan)
    session.commit()
    stands_still = rng.randint(5, 40)
    down = range(stands_still, stands_still + 7)
    total = 0
    for number in range(DAYS):
        today = FIRST + timedelta(days=number)

        def at(hour: int, minute: int = 0, today: date = today) -> datetime:
            return datetime(today.year, today.month, today.day, hour, minute, tzinfo=clock.OSLO)

        # What happens before the worker comes.
        for member_id, member in members.items():
            if rng.random() < 0.02 and not member.done:
                with clock.stopped_at(at(5)):
                    at_work = next(each for each in people if each.id == member.person_id)
                    complete(session, at_work, courses[int(member.title[-1])])
                member.done = True
            elif rng.random() < 0.06:
                row = session.get_one(AssignmentMember, member_id)
                row.left_at = at(5) if member.here else None
                member.here = not member.here
        if rng.random() < 0.08:
            moved = rng.randrange(3)
            due = today + timedelta(days=rng.randint(0, 25))
            with clock.stopped_at(at(6)):
                assigning.change_due(session, assignments[moved], DueRule(DueKind.FIXED, due), actor_id=None)
            for member in members.values():
                if member.title.endswith(str(moved)):
                    member.due_on = due
        session.commit()
        # The worker's turns of the day; refreshing audiences would bring back who is away, so it is left out.
        if number not in down:
            for hour in (6, 7, 12, 17):
                with clock.stopped_at(at(hour, 5)):
                    _turn(app)
        expected: Counter[tuple[int, str]] = Counter()
        if number not in down and working_hours.is_working_day(today):
            for member in members.values():
                expected.update(member.expect(today))
        sent = session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == digests.KIND, OutboxMessage.sent_at >= at(0))
        ).all()
        got: Counter[tuple[int, str]] = Counter()
        for mail in sent:
            assert mail.sent_at is not None
            assert mail.person_id is not None
            assert working_hours.is_open(mail.sent_at)
            assert _day(mail.sent_at) == today
            got.update((mail.person_id, words) for words in _said(mail, names))
        assert len({mail.person_id for mail in sent}) == len(sent), "one mail a person a day"
        assert got == expected, (seed, today)
        total += len(sent)
        session.commit()
    facts = session.execute(select(Reminder.member_id, Reminder.due_on, Reminder.who, Reminder.rule)).all()
    assert len(facts) == len(set(facts))
    assert any(each.outbox_message_id is None for each in session.scalars(select(Reminder)))


def _turn(app: Flask) -> None:
    """The worker's turn, but for audiences: who is away in this story still holds a position."""
    with db.sessionmaker() as session:
        is_time = reminder_run.is_time(session)
    if is_time:
        with writing() as session:
            reminder_run.run(session, clock.today())
    worker.send_due(app)
