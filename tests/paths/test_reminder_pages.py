"""HR chooses the plan of reminders of an assignment and sees what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.notifications import reminder_run
from learning.organisation.models import Person
from learning.paths import assigning, reminder_choices, reminder_members, reminder_preview
from learning.paths.due_dates import DueRule
from learning.paths.models import Assignment, DueKind
from learning.paths.reminder_models import ReminderRule
from learning.paths.reminder_plans import DEFAULT_PLAN, Line, Timing, Who
from tests.factories import grant, make_person, make_position
from tests.paths.scene import Town, assign, audience, complete, counted, make_course, make_path, make_town

NOW = datetime(2027, 2, 1, 8, tzinfo=clock.OSLO)
DUE = date(2027, 3, 3)


def scene(session: Session, due: DueRule | None = None, people: int = 3) -> tuple[Town, Person, Assignment]:
    """Three people at the school, the first with a manager; HR; and an assignment to them."""
    town = make_town(session)
    hr = make_person(session)
    make_position(session, hr, town.top)
    grant(session, hr, Role.HR, town.agency)
    for number in range(people):
        make_position(session, make_person(session), town.school, reports_to_id=None if number else hr.id)
    with clock.stopped_at(NOW):
        path = make_path(session, town.agency, make_course(session))
        assignment = assign(session, path, audience(town.school), due or DueRule(DueKind.FIXED, DUE))
    session.commit()
    return town, hr, assignment


def plan(session: Session, assignment_id: int) -> tuple[list[str], bool]:
    lines, is_own = reminder_members.plan_of(session, assignment_id)
    session.commit()
    return [f"{line.key} {line.who}" for line in lines], is_own


def test_a_plan_is_changed_line_by_line_and_set_back(
    session: Session, sign_in: Callable[[Person], FlaskClient]
) -> None:
    town, hr, assignment = scene(session)
    client = sign_in(hr)
    base = f"/agency/{town.agency.slug}/assignments/{assignment.id}"
    assert f"{base}/reminders" in client.get(base).get_data(as_text=True)
    page = client.get(f"{base}/reminders").get_data(as_text=True)
    assert "This assignment has the default plan." in page
    assert "14 days before the due date" in page
    for _ in range(2):  # a double click: the second says that it is there
        answer = client.post(f"{base}/reminders", data={"timing": "before", "days": "30", "who": "manager"})
    assert answer.status_code == 422
    assert "The plan has this line already." in answer.get_data(as_text=True)
    default = [f"{line.key} {line.who}" for line in DEFAULT_PLAN]
    assert plan(session, assignment.id) == (["before-30 manager", *default], True)
    for _ in range(2):
        answer = client.post(f"{base}/reminders/remove", data={"timing": "on", "days": "", "who": "learner"})
        assert answer.status_code == 303
    assert plan(session, assignment.id)[0] == ["before-30 manager", *(line for line in default if line != "on learner")]
    page = client.get(f"{base}/reminders").get_data(as_text=True)
    assert "This assignment has a plan of its own." in page
    assert client.post(f"{base}/reminders/default").status_code == 303
    assert plan(session, assignment.id) == (default, False)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_type == "assignment")).all()
    assert actions.count("assignment.reminders-changed") == 3


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"timing": "before", "days": "0", "who": "learner"}, "The number of days must be from 1 to 365."),
        ({"timing": "after", "days": "366", "who": "learner"}, "The number of days must be from 1 to 365."),
        ({"timing": "after", "days": "-1", "who": "learner"}, "The number of days must be from 1 to 365."),
        ({"timing": "after", "days": "", "who": "learner"}, "The number of days must be from 1 to 365."),
        ({"timing": "after", "days": "x" * 5000, "who": "learner"}, "The number of days must be from 1 to 365."),
        ({"timing": "on", "days": "5", "who": "learner"}, "On the due date there is no number of days."),
        ({"timing": "never", "days": "5", "who": "learner"}, "Not a valid choice"),
        ({"timing": "after", "days": "5", "who": "everybody"}, "Not a valid choice"),
        ({}, "Not a valid choice"),
    ],
)
@pytest.mark.one_database
def test_what_cannot_be_read_is_said_at_the_field_and_changes_nothing(
    session: Session, sign_in: Callable[[Person], FlaskClient], fields: dict[str, str], fault: str
) -> None:
    town, hr, assignment = scene(session)
    address = f"/agency/{town.agency.slug}/assignments/{assignment.id}/reminders"
    answer = sign_in(hr).post(address, data=fields)
    assert answer.status_code == 422
    assert fault in answer.get_data(as_text=True)
    assert not plan(session, assignment.id)[1]


def test_the_last_line_stays_and_there_are_not_too_many(session: Session) -> None:
    _, _, assignment = scene(session)
    for line in DEFAULT_PLAN[1:]:
        reminder_choices.remove_line(session, assignment, line, actor_id=None)
    with pytest.raises(reminder_choices.LastLine):
        reminder_choices.remove_line(session, assignment, DEFAULT_PLAN[0], actor_id=None)
    for days in range(1, 12):
        reminder_choices.add_line(session, assignment, Line(Timing.AFTER, days), actor_id=None)
    with pytest.raises(reminder_choices.TooManyLines):
        reminder_choices.add_line(session, assignment, Line(Timing.AFTER, 30), actor_id=None)


def test_the_page_of_an_assignment_that_has_ended_changes_nothing(
    session: Session, sign_in: Callable[[Person], FlaskClient]
) -> None:
    town, hr, assignment = scene(session)
    assigning.withdraw(session, assignment, actor_id=None)
    session.commit()
    client = sign_in(hr)
    address = f"/agency/{town.agency.slug}/assignments/{assignment.id}/reminders"
    assert "The assignment has ended" in client.get(address).get_data(as_text=True)
    data = {"timing": "before", "days": "30", "who": "learner"}
    assert client.post(address, data=data).status_code == 422
    assert client.post(f"{address}/remove", data={**data, "days": "14"}).status_code == 422
    assert client.post(f"{address}/default").status_code == 422
    assert session.scalars(select(ReminderRule)).all() == []


def test_without_a_due_date_the_page_says_so(session: Session, sign_in: Callable[[Person], FlaskClient]) -> None:
    town, hr, assignment = scene(session, DueRule(DueKind.NONE))
    page = sign_in(hr).get(f"/agency/{town.agency.slug}/assignments/{assignment.id}/reminders").get_data(as_text=True)
    assert "The assignment has no due date" in page
    assert "Nobody is to be reminded in these days." in page


def coming(session: Session, assignment: Assignment) -> list[tuple[str, str, str, int]]:
    found = reminder_preview.preview(session, assignment)
    session.commit()
    return [(each.day.isoformat(), each.line.key, each.line.who.value, each.people) for each in found.coming]


def test_the_preview_counts_who_gets_what(app: Flask, session: Session) -> None:
    town, _, assignment = scene(session)
    (step,) = assignment.path.steps
    someone = make_person(session)
    make_position(session, someone, town.school)
    complete(session, someone, step.course)
    with clock.stopped_at(NOW):
        assert coming(session, assignment) == [
            ("2027-02-17", "before-14", "learner", 3),
            ("2027-03-01", "before-3", "learner", 3),
            ("2027-03-03", "on", "learner", 3),
        ]
    with clock.stopped_at(datetime(2027, 2, 17, 8, tzinfo=clock.OSLO)):
        assert coming(session, assignment)[0] == ("2027-02-17", "before-14", "learner", 3)
        reminder_run.run(session, clock.today())
        assert coming(session, assignment)[0] == ("2027-03-01", "before-3", "learner", 3)
        found = reminder_preview.preview(session, assignment)
        assert (found.undone, found.without_manager) == (3, 2)
        assert ("2027-03-17", "after-14", "manager", 1) in coming(session, assignment)
    with clock.stopped_at(datetime(2027, 2, 27, 8, tzinfo=clock.OSLO)):  # a Saturday
        assert coming(session, assignment)[0] == ("2027-03-01", "before-3", "learner", 3)


def test_the_page_shows_the_preview_and_who_has_no_manager(
    session: Session, sign_in: Callable[[Person], FlaskClient]
) -> None:
    town, hr, assignment = scene(session, DueRule(DueKind.FIXED, clock.today().replace(year=clock.today().year + 20)))
    address = f"/agency/{town.agency.slug}/assignments/{assignment.id}/reminders"
    page = sign_in(hr).get(address).get_data(as_text=True)
    assert "Nobody is to be reminded in these days." in page
    assert "no line manager here" not in page  # their due date is years away


def test_the_preview_takes_few_statements_however_many_people(session: Session) -> None:
    numbers = []
    for people in (3, 40):
        _, _, assignment = scene(session, people=people)
        with clock.stopped_at(NOW), counted(session) as statements:
            reminder_preview.preview(session, assignment)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 5


def test_lines_to_the_manager_are_named(session: Session) -> None:
    _, _, assignment = scene(session)
    assert any(line.who is Who.MANAGER for line in reminder_members.plan_of(session, assignment.id)[0])
