"""An agency in plain Python: who is asked for what, by when, and what the mails may say. Slow and obvious.

It is written from docs/assignments.md and docs/reminders.md and shares no rule with the program, nor the calendar.
Days are days in Norway. A member is one person in one assignment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
TOO_OLD = 60  # days after which a line is let go
# (days from the due date, to whom)
DEFAULT_PLAN = [(-14, "learner"), (-3, "learner"), (0, "learner"), (7, "learner"), (14, "learner"), (14, "manager")]
FREE_DAYS = {
    *(date(2027, 12, day) for day in (24, 25, 26, 31)), date(2028, 1, 1),
    date(2028, 4, 13), date(2028, 4, 14), date(2028, 4, 16), date(2028, 4, 17),  # Easter
    date(2028, 5, 1), date(2028, 5, 17), date(2028, 5, 25), date(2028, 6, 4), date(2028, 6, 5),
}  # fmt: skip


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in FREE_DAYS


def months_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


@dataclass
class Position:
    id: int
    unit: str
    level: str
    first: date
    last: date | None = None
    boss: int | None = None

    def is_held(self, day: date) -> bool:
        return self.first <= day and (self.last is None or self.last >= day)


@dataclass
class Exemption:
    course: str
    first: date
    last: date | None
    ended: bool = False

    def holds(self, day: date) -> bool:
        return not self.ended and (self.last is None or self.last >= day)


@dataclass
class Human:
    id: int
    name: str
    email: str
    positions: list[Position] = field(default_factory=list)
    begun: dict[str, list[date]] = field(default_factory=dict)  # by course
    completed: dict[str, list[date]] = field(default_factory=dict)
    exemptions: list[Exemption] = field(default_factory=list)
    bounced: bool = False

    def works(self, day: date) -> bool:
        return any(position.is_held(day) for position in self.positions)


@dataclass
class Version:
    """Courses that must all be taken, and a choice of which one must be."""

    courses: list[str]
    one_of: list[str] = field(default_factory=list)


@dataclass
class Task:
    """An assignment of a path. ``due``: ("none",), ("fixed", day), ("joined", days) or ("position", days)."""

    title: str
    units: set[str]
    levels: set[str]
    due: tuple[object, ...]
    version: Version
    renew: tuple[int, int, str] | None = None  # months, days, "completion" or "anniversary"
    plan: list[tuple[int, str]] = field(default_factory=lambda: list(DEFAULT_PLAN))
    id: int = 0


@dataclass
class Member:
    task: Task
    human: Human
    position: Position
    version: Version
    joined: date
    due: date | None
    here: bool = True
    extended: date | None = None
    round: int = 1
    opened: date | None = None  # the round, when it is not the first
    valid: date | None = None
    anchor: date | None = None
    said: dict[tuple[date, str], date] = field(default_factory=dict)  # by due date and to whom: the line's day
    rounds: list[tuple[int, date, date]] = field(default_factory=list)

    def counts(self, day: date) -> bool:
        return self.opened is None or day >= self.opened

    def taken_on(self, course: str, today: date) -> date | None:
        days = [day for day in self.human.completed.get(course, []) if self.counts(day)]
        days += [each.first for each in self.human.exemptions if each.course == course and each.holds(today)]
        return min(days, default=None)

    def done_on(self, today: date) -> date | None:
        days = [self.taken_on(course, today) for course in self.version.courses]
        if self.version.one_of:
            some = [day for day in (self.taken_on(each, today) for each in self.version.one_of) if day is not None]
            days.append(min(some, default=None))
        known = [day for day in days if day is not None]
        return max(known) if len(known) == len(days) else None

    def has_begun(self) -> bool:
        asked = [*self.version.courses, *self.version.one_of]
        return any(self.counts(day) for course in asked for day in self.human.begun.get(course, []))

    def status(self, today: date) -> str:
        if self.done_on(today) is not None:
            return "done"
        if self.due is not None and self.due < today:
            return "overdue"
        return "under-way" if self.has_begun() else "not-begun"

    def taken(self, today: date) -> tuple[int, int]:
        got = sum(self.taken_on(course, today) is not None for course in self.version.courses)
        some = any(self.taken_on(course, today) is not None for course in self.version.one_of)
        return got + some, len(self.version.courses) + bool(self.version.one_of)


@dataclass
class Line:
    member: Member
    due: date
    who: str
    day: date


@dataclass
class Mail:
    """A mail of reminders: waits, or is sent, failed or cancelled."""

    recipient: Human
    state: str = "waits"
    tries: int = 0
    lines: list[Line] = field(default_factory=list)


class Model:
    def __init__(self) -> None:
        self.humans: dict[int, Human] = {}
        self.tasks: list[Task] = []
        self.members: dict[tuple[str, int], Member] = {}  # by the title of the task and the person
        self.mails: list[Mail] = []
        self.said: Counter[tuple[int, str, int, date, str, date]] = Counter()

    # Who is asked

    def place_of(self, task: Task, human: Human, today: date) -> Position | None:
        fitting = [
            each
            for each in human.positions
            if each.is_held(today) and each.unit in task.units and (not task.levels or each.level in task.levels)
        ]
        return max(fitting, key=lambda each: (each.first, -each.id), default=None)

    def first_due(self, task: Task, position: Position, joined: date) -> date | None:
        kind = task.due[0]
        if kind == "none":
            return None
        if kind == "fixed":
            assert isinstance(task.due[1], date)
            return task.due[1]
        assert isinstance(task.due[1], int)
        days = task.due[1] * DAY
        if kind == "position" and position.first + days >= joined:
            return position.first + days
        return joined + days

    def follow_positions(self, today: date) -> None:
        for task in self.tasks:
            for human in self.humans.values():
                position = self.place_of(task, human, today)
                member = self.members.get((task.title, human.id))
                if member is None:
                    if position is not None:
                        due = self.first_due(task, position, today)
                        self.members[task.title, human.id] = Member(task, human, position, task.version, today, due)
                    continue
                member.here = position is not None
                if position is not None:
                    member.position = position

    def change_version(self, task: Task, version: Version, *, everybody: bool = False) -> None:
        task.version = version
        for member in self.members.values():
            if member.task is task and (everybody or not member.has_begun()):
                member.version = version

    def change_due(self, task: Task, day: date) -> None:
        task.due = ("fixed", day)
        for member in self.members.values():
            if member.task is task and member.round == 1:
                member.due = max(day, member.extended or day)

    # Renewal

    def settle(self, today: date, human: Human | None = None) -> None:
        for member in self.members.values():
            if member.task.renew is None or not member.here or human not in (None, member.human):
                continue
            done = member.done_on(today)
            if done is None:
                member.valid = None
                continue
            months, days, basis = member.task.renew
            member.anchor = member.anchor or member.due or done
            if basis == "completion":
                member.valid = months_later(done, months)
            else:
                times = 1
                while months_later(member.anchor, months * times) <= done + days * DAY:
                    times += 1
                member.valid = months_later(member.anchor, months * times)

    def open_rounds(self, today: date) -> None:
        for member in self.members.values():
            if member.task.renew is None or not member.here or member.valid is None:
                continue
            days = member.task.renew[1] * DAY
            if member.valid - days > today:
                continue
            member.round += 1
            member.opened = today
            member.due = member.valid if member.valid >= today else today + days
            member.valid, member.extended, member.version = None, None, member.task.version
            member.rounds.append((member.round, today, member.due))

    def look_again(self, today: date) -> None:
        """What the worker does each hour."""
        self.follow_positions(today)
        self.settle(today)
        self.open_rounds(today)

    # Reminders

    def boss_of(self, member: Member, today: date) -> Human | None:
        boss = self.humans.get(member.position.boss or 0)
        return boss if boss is not None and boss.works(today) else None

    def recipient(self, member: Member, who: str, today: date) -> Human | None:
        return member.human if who == "learner" else self.boss_of(member, today)

    def still_holds(self, line: Line, recipient: Human, today: date) -> bool:
        member = line.member
        return (
            not recipient.bounced
            and member.here
            and member.due == line.due
            and member.done_on(today) is None
            and self.recipient(member, line.who, today) is recipient
        )

    def daily_run(self, today: date) -> None:
        for mail in self.mails:
            fresh = [line for line in mail.lines if line.day > today - TOO_OLD * DAY]
            unsaid = any(self.still_holds(line, mail.recipient, today) for line in fresh)
            if mail.state in ("failed", "cancelled") and unsaid:
                mail.state, mail.tries = "waits", 0
        waiting = {mail.recipient.id: mail for mail in self.mails if mail.state == "waits"}
        for member in self.members.values():
            if not member.here or member.due is None or member.due > today + 400 * DAY:
                continue
            for who in ("learner", "manager"):
                self._find(member, who, today, waiting)

    def _find(self, member: Member, who: str, today: date, waiting: dict[int, Mail]) -> None:
        assert member.due is not None
        told = member.opened or member.joined
        said = max(told, member.said.get((member.due, who), told), today - TOO_OLD * DAY)
        days = [member.due + days * DAY for days, to in member.task.plan if to == who]
        come = [day for day in days if said < day <= today]
        if not come or member.done_on(today) is not None:
            return
        recipient = self.recipient(member, who, today)
        if recipient is None or recipient.bounced:
            return
        mail = waiting.get(recipient.id)
        if mail is None:
            mail = waiting[recipient.id] = Mail(recipient)
            self.mails.append(mail)
        if mail.tries:
            return
        member.said[member.due, who] = max(come)
        mail.lines.append(Line(member, member.due, who, max(come)))

    def waiting_mail(self, person_id: int) -> Mail:
        (mail,) = (each for each in self.mails if each.state == "waits" and each.recipient.id == person_id)
        return mail

    def words_of(self, mail: Mail, today: date) -> list[tuple[str, str, date, str]]:
        """What a mail says if it is sent now: whose (empty for one's own), title, due date and status."""
        said: set[tuple[str, str, date, str]] = set()
        for line in mail.lines:
            if self.still_holds(line, mail.recipient, today):
                status = line.member.status(today)
                whose = "" if line.who == "learner" else line.member.human.name
                if whose and status != "overdue":
                    status = "due"
                said.add((whose, line.member.task.title, line.due, status))
        return sorted(said)

    def delivered(self, mail: Mail, today: date) -> None:
        for line in mail.lines:
            if self.still_holds(line, mail.recipient, today):
                self.said[mail.recipient.id, line.member.task.title, line.member.human.id, line.due, line.who,
                          line.day] += 1  # fmt: skip
        mail.state = "sent"

    def close_of_day(self, today: date) -> list[Mail]:
        """Mails with nothing left to say are cancelled; those that should have gone and did not are given back."""
        forgotten = []
        for mail in self.mails:
            if mail.state == "waits" and not self.words_of(mail, today):
                mail.state = "cancelled"
            elif mail.state == "waits" and not mail.tries:
                forgotten.append(mail)
        return forgotten
