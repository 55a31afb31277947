"""Mail follows the assignment: joining, moved due dates, leaving and coming back."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications.models import OutboxMessage
from learning.organisation import people
from learning.organisation.models import Level
from learning.organisation.people import NewPosition
from learning.paths import assigning
from learning.paths.due_dates import DueRule
from learning.paths.models import DueKind
from tests.factories import make_person
from tests.paths.scene import assign, audience, counted, make_course, make_path, make_town, manager


def waiting(session: Session) -> list[tuple[str, date]]:
    """Kind of each reminder that waits, and the day it goes out."""
    found = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.cancelled_at.is_(None), OutboxMessage.kind.in_(("due-soon", "overdue")))
        .order_by(OutboxMessage.not_before)
        .execution_options(populate_existing=True)
    )
    return [(each.kind, each.not_before.astimezone(clock.OSLO).date()) for each in found]


def test_reminders_go_out_before_and_after_the_due_date(session: Session) -> None:
    town, due = make_town(session), clock.today() + timedelta(days=30)
    manager(session, town.school)
    assign(
        session, make_path(session, town.agency, make_course(session)), audience(town.top), DueRule(DueKind.FIXED, due)
    )
    assert waiting(session) == [
        ("due-soon", due - timedelta(days=7)),
        ("due-soon", due - timedelta(days=1)),
        ("overdue", due + timedelta(days=3)),
    ]


def test_a_moved_due_date_brings_reminders_of_the_new_day(session: Session) -> None:
    town, due = make_town(session), clock.today() + timedelta(days=30)
    manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    assignment = assign(session, path, audience(town.top), DueRule(DueKind.FIXED, due))
    later = due + timedelta(days=10)
    assigning.change_due(session, assignment, DueRule(DueKind.FIXED, later), actor_id=None)
    assert waiting(session) == [
        ("due-soon", later - timedelta(days=7)),
        ("due-soon", later - timedelta(days=1)),
        ("overdue", later + timedelta(days=3)),
    ]


def test_leaving_stops_the_reminders_and_coming_back_starts_them_again(session: Session) -> None:
    town, today = make_town(session), clock.today()
    person = manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top), DueRule(DueKind.FIXED, today + timedelta(days=30)))
    (position,) = people.positions_in(session, town.agency.id, person.id)
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        people.end_position(session, position, today + timedelta(days=1))
        assert waiting(session) == []
        new = NewPosition(town.nursing.id, "Head", Level.FIRST_LINE, clock.today())
        people.add_position(session, town.agency.id, person, new)
        assert len(waiting(session)) == 3


def test_a_new_manager_is_told_at_once(session: Session) -> None:
    town = make_town(session)
    manager(session, town.school, level=Level.MIDDLE)
    assign(session, make_path(session, town.agency, make_course(session)), audience(town.top, levels=(Level.MIDDLE,)))
    person = make_person(session)
    new = NewPosition(town.nursing.id, "Head", Level.MIDDLE, clock.today())
    people.add_position(session, town.agency.id, person, new)
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.person_id == person.id)).all()
    assert [mail.kind for mail in mails] == ["assigned"]


def test_telling_many_takes_few_statements(session: Session) -> None:
    town = make_town(session)
    path = make_path(session, town.agency, make_course(session))
    for _ in range(60):
        manager(session, town.school)
    session.commit()
    with counted(session) as statements:
        assign(session, path, audience(town.top), DueRule(DueKind.FIXED, clock.today() + timedelta(days=30)))
    assert len([each for each in statements if "outbox_message" in each]) <= 4
