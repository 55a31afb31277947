"""An archived path taken into use again: assignments come back, and nobody is told twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.paths import assigning, building, restoring
from learning.paths.due_dates import DueRule
from learning.paths.member_list import listing
from learning.paths.models import DueKind
from tests.factories import grant, make_position
from tests.paths.scene import assign, audience, complete, make_course, make_path, make_town, manager, move

SignIn = Callable[[Person], FlaskClient]


def waiting(session: Session, person: Person) -> list[str]:
    """The kinds of the mails that are to go out to the person."""
    return list(
        session.scalars(
            select(OutboxMessage.kind)
            .where(
                OutboxMessage.person_id == person.id,
                OutboxMessage.cancelled_at.is_(None),
                OutboxMessage.sent_at.is_(None),
            )
            .order_by(OutboxMessage.not_before)
        )
    )


def send_all(session: Session) -> None:
    """As the worker would by now."""
    for mail in session.scalars(select(OutboxMessage).where(OutboxMessage.not_before <= clock.now())):
        if mail.cancelled_at is None:
            mail.sent_at = clock.now()
    session.flush()


def test_assignments_come_back_with_the_people_of_today(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    stays, done = manager(session, town.health, "Ada Stays"), manager(session, town.health, "Bo Done")
    leaves, comes = manager(session, town.nursing, "Cato Leaves"), manager(session, town.school, "Dag Comes")
    complete(session, done, course)
    path = make_path(session, town.agency, course)
    due = DueRule(DueKind.FIXED, clock.today() + timedelta(days=30))
    assign(session, path, audience(town.health), due)
    withdrawn = assign(session, path, audience(town.school), due)
    assigning.withdraw(session, withdrawn, actor_id=None)
    send_all(session)
    assert waiting(session, stays) == []  # reminders are found day by day

    building.archive_path(session, path, actor_id=None)
    assert waiting(session, stays) == []
    assert listing(session, town.agency.id).total == 0
    today = clock.today()
    move(session, leaves.positions[0], town.school, today - timedelta(days=1))
    leaves.positions[0].ends_on = today - timedelta(days=1)
    make_position(session, comes, town.nursing, starts_on=today)
    session.flush()

    with clock.stopped_at(clock.now() + timedelta(days=25)):  # a week before the due date is past
        found = restoring.preview(session, path)
        assert found == restoring.Return(assignments=1, people=3, joining=1, leaving=1, past_due=0)
        assert path.archived_at is not None
        restoring.restore(session, path, actor_id=None)
        restoring.restore(session, path, actor_id=None)
    names = {row.name for row in listing(session, town.agency.id).rows}
    assert names == {"Ada Stays", "Bo Done", "Dag Comes"}
    assert waiting(session, stays) == []  # was told of it before
    assert waiting(session, comes) == ["assigned"]
    assert waiting(session, done) == []
    assert waiting(session, leaves) == []
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "path.restored")).one()
    assert event.detail["members"] == 3


def test_dates_that_have_passed_are_said(session: Session) -> None:
    town = make_town(session)
    manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top), DueRule(DueKind.FIXED, clock.today()))
    building.archive_path(session, path, actor_id=None)
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        assert restoring.preview(session, path).past_due == 1


def test_the_pages(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    hr = manager(session, town.top)
    grant(session, hr, Role.HR, town.agency)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top))
    building.archive_path(session, path, actor_id=hr.id)
    session.commit()
    browser, address = sign_in(hr), f"/agency/{town.agency.slug}/paths"
    assert f"{address}/{path.id}/restore" in browser.get(address).get_data(as_text=True)
    assert f"{address}/{path.id}/restore" in browser.get(f"{address}/{path.id}").get_data(as_text=True)
    page = browser.get(f"{address}/{path.id}/restore").get_data(as_text=True)
    assert "1 assignment comes back" in page
    assert "1 person is reached today" in page
    answer = browser.post(f"{address}/{path.id}/restore")
    assert (answer.status_code, answer.location) == (303, f"{address}/{path.id}")
    assert "is in use again" in browser.get(answer.location).get_data(as_text=True)
    assert browser.get(f"{address}/{path.id}/restore").status_code == 303
    assert browser.post(f"{address}/{path.id}/restore").status_code == 303  # a second click
    session.rollback()
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "path.restored")).all()) == 1
