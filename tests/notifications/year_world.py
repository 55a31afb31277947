"""What happens in the agency of year_model: every step is taken in the program and noted in the model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import table_of, writing
from learning.notifications import path_mails
from learning.organisation import bounces, leaving, people, units
from learning.organisation.models import Departure, Level, Membership, Person, Position, Unit
from learning.organisation.people import NewPosition, PersonFacts
from learning.organisation.signals import positions_changed
from learning.paths import assigning, building, extending, recognising, reminder_choices, renewals
from learning.paths.building import PathDraft, StepDraft
from learning.paths.due_dates import DueRule
from learning.paths.models import Assignment, AssignmentMember, DueKind, Recognition, RecognitionKind, RenewBasis
from learning.paths.reminder_plans import Line, Timing, Who
from learning.paths.renewal import RenewRule
from learning.paths.standing import done_members, members_taking
from learning.progress import ledger
from learning.progress.models import Completion, Enrolment
from tests.factories import make_person
from tests.notifications import year_model
from tests.notifications.year_model import DAY, Exemption, Human, Member, Model, Task, Version
from tests.paths.scene import assign, audience, make_course, make_town

FIRST, LAST = date(2027, 10, 1), date(2028, 9, 30)
HEALTH = ("Health", "Home care", "Nursing")
EVERYWHERE = ("Town", *HEALTH, "School")
LIVE_IN = ["Town"] * 9 + ["Health", "Home care", "Home care", "Nursing", "Nursing", "School", "School", "School"]


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.OSLO)


class World:
    def __init__(self, size: int, seed: int) -> None:
        self.size, self.rng, self.model = size, Random(seed), Model()
        self.courses: dict[str, tuple[int, str, str, int]] = {}  # id, slug, digest and id of the version
        self.units: dict[str, int] = {}
        self.plans: dict[tuple[str, int, int, int], date | None] = {}
        self.left: dict[int, date] = {}
        self.dead: set[str] = set()
        self.last_link, self.links, self.numbers = ledger.GENESIS, 0, 0

    def chance(self, a_year: float) -> int:
        """How many of what happens ``a_year`` times to a thousand people happen today."""
        mean = a_year * self.size / 1000 / 366
        return int(mean) + (self.rng.random() < mean % 1)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def some_at_work(self, today: date) -> Human | None:
        human = self.rng.choice(list(self.model.humans.values()))
        return human if human.works(today) else None

    # The beginning

    def begin(self, session: Session) -> None:
        town = make_town(session)
        self.agency_id = town.agency.id
        self.units = {each.name: each.id for each in (town.top, town.health, town.home_care, town.nursing, town.school)}
        self.hr_id = make_person(session).id
        for name in "abcdefgh":
            course = make_course(session)
            version = course.current_version
            assert version is not None
            self.courses[name] = (course.id, course.slug, version.digest, version.id)
        self._people(session)
        self._task(session, town.top, EVERYWHERE, DueRule(DueKind.AFTER_ASSIGNMENT, days=45), Version(["a"]))
        fixed = DueRule(DueKind.FIXED, date(2027, 10, 31))  # summer time ends; four months later it is 29 February
        renew = RenewRule(4, 30, RenewBasis.ANNIVERSARY)
        self._task(session, town.health, HEALTH, fixed, Version(["b"]), renew=renew)
        position = DueRule(DueKind.AFTER_POSITION_START, days=60)
        self._task(session, town.school, ("School",), position, Version(["c"], ["d", "e"]), renew=RenewRule(3, 20))
        fixed = DueRule(DueKind.FIXED, date(2028, 1, 31))
        lines = (Line(Timing.BEFORE, 30), Line(Timing.AFTER, 2, Who.MANAGER), Line(Timing.AFTER, 3, Who.MANAGER))
        self._task(session, town.top, EVERYWHERE, fixed, Version(["f"]), levels=(Level.MIDDLE,), lines=lines)
        self._task(session, town.home_care, ("Home care",), DueRule(DueKind.NONE), Version(["g"]))
        self.model.look_again(FIRST)

    def _people(self, session: Session) -> None:
        rows = [
            Person(given_name="Given", family_name=f"Name{number}", email=f"name{number}@example.org", language="en")
            for number in range(self.size)
        ]
        session.add_all(rows)
        session.flush()
        bosses = [row.id for row in rows[: max(4, self.size // 25)]]
        held = []
        for number, row in enumerate(rows):
            held.append(
                Position(
                    person_id=row.id, agency_id=self.agency_id, unit_id=self.units[LIVE_IN[number % len(LIVE_IN)]],
                    title="Manager", level=Level.MIDDLE if row.id in bosses else Level.FIRST_LINE,
                    starts_on=FIRST - timedelta(days=self.rng.choice((10, 30, 300, 1000))),
                    reports_to_id=bosses[(number + 1) % len(bosses)] if number % 9 else None,
                )
            )  # fmt: skip
        session.add_all(held)
        session.flush()
        known = [{"agency_id": self.agency_id, "person_id": row.id, "created_at": clock.now()} for row in rows]
        session.execute(insert(table_of(Membership)), known)
        for row, position in zip(rows, held, strict=True):
            self.model.humans[row.id] = Human(row.id, row.name, row.email)
            self.note_position(position)

    def note_position(self, row: Position) -> None:
        unit = next(name for name, unit_id in self.units.items() if unit_id == row.unit_id)
        self.model.humans[row.person_id].positions.append(
            year_model.Position(row.id, unit, row.level.value, row.starts_on, row.ends_on, row.reports_to_id)
        )

    def _draft(self, title: str, version: Version) -> PathDraft:
        steps = [StepDraft(self.courses[name][0]) for name in version.courses]
        steps += [StepDraft(self.courses[name][0], False, 1) for name in version.one_of]
        return PathDraft(title, "", tuple(steps))

    def _task(
        self, session: Session, unit: Unit, names: tuple[str, ...], due: DueRule, version: Version, *,
        levels: tuple[Level, ...] = (), renew: RenewRule | None = None, lines: tuple[Line, ...] = (),
    ) -> None:  # fmt: skip
        title = f"The own path {len(self.model.tasks)}"
        path = building.create_path(session, self.agency_id, self._draft(title, version), actor_id=None)
        assignment = assign(session, path, audience(unit, levels=levels), due, renew=renew)
        kinds = {DueKind.NONE: "none", DueKind.FIXED: "fixed", DueKind.AFTER_ASSIGNMENT: "joined"}
        task = Task(
            title, set(names), {each.value for each in levels}, (kinds.get(due.kind, "position"), due.on or due.days),
            version, (renew.months, renew.days, renew.basis.value) if renew else None, id=assignment.id,
        )  # fmt: skip
        for line in lines:
            reminder_choices.add_line(session, assignment, line, actor_id=None)
            task.plan.append((line.days * (-1 if line.timing is Timing.BEFORE else 1), line.who.value))
        self.model.tasks.append(task)

    # Days

    def morning(self, today: date) -> None:
        """Before the worker comes. What HR does is one change of positions, as when a file is read."""
        with clock.stopped_at(moment(today, 5, 30)), writing() as session:
            self._plans_change(session, today)
            with positions_changed.muted():
                moved = self._positions(session, today)
            if moved:
                positions_changed.send(session, agency_id=self.agency_id)
                self.model.follow_positions(today)
            for _ in range(self.chance(80)):
                self._exempt(session, today)
            for _ in range(self.chance(25)):
                self._end_exemption(session, today)
            for _ in range(self.chance(80)):
                self._extend(session, today)
            for _ in range(self.chance(40)):
                self.dead.add(self.rng.choice(list(self.model.humans.values())).email)
            for human in self.model.humans.values():
                if human.bounced and self.rng.random() < 0.06:
                    self._mend_address(session, human)
            self.learn(session, today, 0.8)

    def between(self, today: date) -> None:
        """After the run of the day and before its mails go: what holds then is what they say."""
        with clock.stopped_at(moment(today, 7, 10)), writing() as session:
            self.learn(session, today, 1)
            for _ in range(self.chance(30)):
                self._exempt(session, today)
            for _ in range(self.chance(30)):
                self._leave(session, today, today - DAY)

    def _plans_change(self, session: Session, today: date) -> None:
        tasks, model = self.model.tasks, self.model
        changes: dict[date, Callable[[], None]] = {
            date(2028, 1, 15): lambda: self._publish(session, tasks[0], Version(["a", "h"])),
            date(2028, 3, 27): lambda: self._publish(session, tasks[2], Version(["d"], ["c", "e"])),
            date(2028, 5, 2): lambda: self._publish(session, tasks[1], Version(["b", "h"]), everybody=True),
            date(2028, 1, 20): lambda: self._new_due(session, tasks[3], date(2028, 2, 29)),
            date(2028, 2, 7): lambda: self._place(session, "Nursing", "Town"),
            date(2028, 4, 3): lambda: self._place(session, "Nursing", "Health"),
        }
        if today in changes:
            changes[today]()
            model.follow_positions(today)

    def _publish(self, session: Session, task: Task, version: Version, *, everybody: bool = False) -> None:
        path = session.get_one(Assignment, task.id).path
        building.change_path(session, path, self._draft(task.title, version), actor_id=None, for_everybody=everybody)
        self.model.change_version(task, version, everybody=everybody)
        self.model.settle(clock.today())

    def _new_due(self, session: Session, task: Task, day: date) -> None:
        rule = DueRule(DueKind.FIXED, day)
        assigning.change_due(session, session.get_one(Assignment, task.id), rule, actor_id=None)
        self.model.change_due(task, day)

    def _place(self, session: Session, unit: str, parent: str) -> None:
        units.move(session, session.get_one(Unit, self.units[unit]), session.get_one(Unit, self.units[parent]))
        (self.model.tasks[1].units.discard if parent == "Town" else self.model.tasks[1].units.add)(unit)

    def _positions(self, session: Session, today: date) -> int:
        done = 0
        for _ in range(self.chance(90)):
            done += self._join(session, today)
        for _ in range(self.chance(120)):
            done += self._move(session, today)
        for _ in range(self.chance(120)):
            done += self._leave(session, today, today + timedelta(days=self.rng.randint(-1, 10)))
        for _ in range(self.chance(120)):
            done += self._new_boss(session, today)
        for person_id, last_day in list(self.left.items()):
            if last_day + timedelta(days=20) < today and self.rng.random() < 0.02:
                del self.left[person_id]
                done += self._return(session, today, person_id)
        return done

    def _new_position(self, starts_on: date, but: int = 0) -> NewPosition:
        bosses = [each.id for each in self.model.humans.values() if each.positions[0].level == "middle"]
        boss = self.rng.choice([None, *(each for each in bosses if each != but)])
        return NewPosition(self.units[self.rng.choice(LIVE_IN)], "Manager", Level.FIRST_LINE, starts_on, boss)

    def _join(self, session: Session, today: date) -> bool:
        name = f"New{self.number()}"
        facts = PersonFacts("Given", name, f"{name}@example.org", "en")
        starts_on = today + timedelta(days=self.rng.choice((-20, 0, 0, 5)))
        person, _ = people.add_person(session, self.agency_id, facts, self._new_position(starts_on))
        self.model.humans[person.id] = Human(person.id, person.name, person.email)
        self.note_position(session.scalars(select(Position).where(Position.person_id == person.id)).one())
        return True

    def _move(self, session: Session, today: date) -> bool:
        human = self.some_at_work(today)
        if human is None or human.positions[-1].last is not None or human.positions[-1].first >= today:
            return False
        starts_on = today + timedelta(days=self.rng.choice((0, 0, 7)))
        old = session.get_one(Position, human.positions[-1].id)
        person = session.get_one(Person, human.id)
        new = self._new_position(starts_on, human.id)
        self.note_position(people.add_position(session, self.agency_id, person, new, replaces=old))
        human.positions[-2].last = starts_on - DAY
        return True

    def _return(self, session: Session, today: date, person_id: int) -> bool:
        person = session.get_one(Person, person_id)
        try:
            row = people.add_position(session, self.agency_id, person, self._new_position(today, person_id))
        except people.PositionTaken:
            return False
        self.note_position(row)
        return True

    def _leave(self, session: Session, today: date, last_day: date) -> bool:
        human = self.some_at_work(today)
        if human is None or any(each.first > last_day for each in human.positions):
            return False
        person = session.get_one(Person, human.id)
        departure = leaving.leave(session, self.agency_id, person, last_day, by_id=None)
        self.left[human.id] = last_day
        if self.rng.random() < 0.1 and last_day >= today:  # a mistake, taken back at once
            leaving.take_back(session, session.get_one(Departure, departure.id), by_id=None)
            del self.left[human.id]
        else:
            for position in human.positions:
                if position.last is None or position.last > last_day:
                    position.last = last_day
        self.model.follow_positions(today)
        return True

    def _new_boss(self, session: Session, today: date) -> bool:
        human = self.some_at_work(today)
        if human is None:
            return False
        position = human.positions[-1]
        row = session.get_one(Position, position.id)
        boss = self._new_position(today, human.id).reports_to_id
        facts = NewPosition(row.unit_id, row.title, row.level, row.starts_on, boss)
        people.amend_position(session, row, facts)
        position.boss = boss
        return True

    def _exempt(self, session: Session, today: date) -> None:
        human, course = self.some_at_work(today), self.rng.choice("aabbcdefh")
        if human is None or any(each.course == course and not each.ended for each in human.exemptions):
            return
        last = self.rng.choice([None, today + timedelta(days=self.rng.randint(5, 100))])
        asked = recognising.ask(
            session, self.agency_id, human.id, self.courses[course][0], RecognitionKind.EXEMPTION, reason="On leave",
            actor_id=human.id,
        )  # fmt: skip
        recognising.decide(session, asked, granted=True, valid_until=last, actor_id=self.hr_id)
        human.exemptions.append(Exemption(course, today, last))
        self.model.settle(today, human)

    def _end_exemption(self, session: Session, today: date) -> None:
        having = [each for each in self.model.humans.values() if any(not one.ended for one in each.exemptions)]
        if not having:
            return
        human = self.rng.choice(having)
        exemption = next(each for each in human.exemptions if not each.ended)
        row = session.scalars(
            select(Recognition).where(
                Recognition.person_id == human.id, Recognition.ended_at.is_(None),
                Recognition.course_id == self.courses[exemption.course][0],
            )
        ).one()  # fmt: skip
        recognising.end(session, row, actor_id=self.hr_id)
        exemption.ended = True
        self.model.settle(today, human)

    def _extend(self, session: Session, today: date) -> None:
        human = self.some_at_work(today)
        mine = [each for each in self.model.members.values() if each.human is human and each.here and each.due]
        mine = [each for each in mine if each.due and each.due < today + timedelta(days=12)]
        if not mine or mine[0].done_on(today) is not None:
            return
        member = mine[0]
        assert member.due is not None
        later = max(member.due, today) + timedelta(days=self.rng.randint(1, 30))
        row = session.scalars(
            select(AssignmentMember).where(
                AssignmentMember.assignment_id == member.task.id, AssignmentMember.person_id == member.human.id
            )
        ).one()
        extending.extend(session, row, later, "Ill", request_key=f"year-key-{self.number():08d}", actor_id=None)
        member.due = member.extended = later

    def _mend_address(self, session: Session, human: Human) -> None:
        if self.rng.random() < 0.5:
            self.dead.discard(human.email)
            assert bounces.try_again(session, human.id, actor_id=None)
        else:
            person = session.get_one(Person, human.id)
            facts = PersonFacts(person.given_name, person.family_name, f"again{self.number()}@example.org", "en")
            people.change_person(session, person, facts)
            human.email = person.email
        human.bounced = False

    # Learning

    def learn(self, session: Session, today: date, share: float) -> None:
        """Those whose day it is take a course; ``share`` of them, others wait for the next chance."""
        for member in self.model.members.values():
            if not member.here:
                continue
            key = (member.task.title, member.human.id, member.round, len(member.version.courses))
            if key not in self.plans:
                self.plans[key] = self._when(member, today)
            day = self.plans[key]
            if day is None or today < day - timedelta(days=3) or member.done_on(today) is not None:
                continue
            courses = [each for each in member.version.courses if member.taken_on(each, today) is None]
            if not courses:
                courses = [self.rng.choice(member.version.one_of)]
            if today < day:
                if member.human.id % 3 == 0 and not member.has_begun():
                    self._begin(session, member.human, courses[0], today)
            elif self.rng.random() < share:
                self._complete(session, member.human, courses[0], today)

    def _when(self, member: Member, today: date) -> date | None:
        due, what = member.due or today + timedelta(days=60), self.rng.random()
        if what < 0.72 and due - timedelta(days=15) > today:
            return today + timedelta(days=self.rng.randint(0, (due - today).days - 15))
        if what < 0.96:
            return max(today, due + timedelta(days=self.rng.randint(-14, 22)))
        return None

    def _begin(self, session: Session, human: Human, course: str, today: date) -> Enrolment:
        begun = human.begun.setdefault(course, [])
        course_id, _, _, version_id = self.courses[course]
        enrolment = Enrolment(
            person_id=human.id, course_id=course_id, version_id=version_id, round=len(begun) + 1, language="en"
        )
        session.add(enrolment)
        session.flush()
        begun.append(today)
        return enrolment

    def _complete(self, session: Session, human: Human, course: str, today: date) -> None:
        """Enrol and complete: what progress.completing does with a whole course, and those who listen to it."""
        enrolment = self._begin(session, human, course, today)
        course_id, slug, digest, version_id = self.courses[course]
        held = max((each for each in human.positions if each.is_held(today)), key=lambda each: each.first, default=None)
        place: dict[str, Any] = {"agency_sequence": None, "previous_hash": ledger.GENESIS}
        if held is not None:
            self.links += 1
            place = {
                "agency_id": self.agency_id, "unit_id": self.units[held.unit], "position_id": held.id,
                "level": Level(held.level), "agency_sequence": self.links, "previous_hash": self.last_link,
            }  # fmt: skip
        row = Completion(
            enrolment_id=enrolment.id, person_id=human.id, recorded_person_id=human.id, course_id=course_id,
            version_id=version_id, language="en", course_title=slug, minutes=30, completed_at=clock.now(), **place,
        )  # fmt: skip
        row.hash = ledger.hash_of(row, slug, digest)
        if held is not None:
            self.last_link = row.hash
        session.add(row)
        session.flush()
        human.completed.setdefault(course, []).append(today)
        renewals.settle(session, person_id=human.id)
        self.model.settle(today, human)
        path_mails.let_go(session, sorted(done_members(session, members_taking(session, [human.id], course_id))))
