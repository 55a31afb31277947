"""Mails about paths say what is asked, and whoever has done the path hears nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.notifications import path_mails
from learning.notifications.models import OutboxMessage
from learning.organisation import people
from learning.organisation.models import Person, Position
from learning.organisation.people import NewPosition
from learning.paths import assigning, building, renewals
from learning.paths.building import PathDraft, StepDraft
from learning.paths.due_dates import DueRule
from learning.paths.models import AssignmentMember, DueKind, LearningPath
from learning.paths.renewal import RenewRule
from learning.paths.standing import done_members, members_taking
from tests.conftest import PASSWORD
from tests.factories import complete_course, publish_sample
from tests.paths.scene import (
    NO_DUE_DATE,
    assign,
    audience,
    complete,
    make_course,
    make_path,
    make_town,
    manager,
)


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


def in_days(days: int) -> DueRule:
    return DueRule(DueKind.FIXED, clock.today() + timedelta(days=days))


def test_those_who_are_done_from_the_start_are_told_nothing(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    done, waits = manager(session, town.school), manager(session, town.school)
    complete(session, done, course)
    assignment = assign(session, make_path(session, town.agency, course), audience(town.top), in_days(30))
    assert kinds(session, done) == []
    assert kinds(session, waits) == ["assigned"]
    assigning.change_due(session, assignment, in_days(40), actor_id=None)
    assert kinds(session, done) == []
    assert kinds(session, waits) == ["assigned", "due-changed"]


def test_a_moved_due_date_is_told_once_to_those_it_moves_for(session: Session) -> None:
    town = make_town(session)
    old, new = manager(session, town.school), manager(session, town.school, starts_on=clock.today())
    old.language = "nb"
    path = make_path(session, town.agency, make_course(session))
    assignment = assign(session, path, audience(town.top), DueRule(DueKind.AFTER_ASSIGNMENT, days=30))
    # Both began so that thirty days from the position are thirty days from now: nobody's date moves.
    assigning.change_due(session, assignment, DueRule(DueKind.AFTER_POSITION_START, days=30), actor_id=None)
    for person in (old, new):
        assert kinds(session, person) == ["assigned"]
    with clock.stopped_at(clock.now() + timedelta(seconds=2)):
        assigning.change_due(session, assignment, in_days(31), actor_id=None)
    with clock.stopped_at(clock.now() + timedelta(seconds=4)):
        assigning.change_due(session, assignment, in_days(32), actor_id=None)
    last = mails(session, old)[-1]
    assert last.subject.startswith("Ny frist ")
    assert kinds(session, old).count("due-changed") == 1  # the one that still waited was replaced
    with clock.stopped_at(clock.now() + timedelta(seconds=6)):
        assigning.change_due(session, assignment, NO_DUE_DATE, actor_id=None)
    assert kinds(session, old) == ["assigned", "due-removed"]
    assert "har ikke lenger noen frist" in mails(session, old)[-1].text_body


def test_the_last_course_takes_back_what_waits(session: Session) -> None:
    town, first, last = make_town(session), make_course(session), publish_sample(session)
    person = manager(session, town.school)
    assign(session, make_path(session, town.agency, first, last.course), audience(town.top), in_days(30))
    other = assign(session, make_path(session, town.agency, make_course(session)), audience(town.top), in_days(60))
    complete(session, person, first)
    assert kinds(session, person) == ["assigned"] * 2
    complete_course(session, person, last)
    left = mails(session, person)
    assert [mail.kind for mail in left if mail.kind != "certificate"] == ["assigned"]
    assert all(other.path.title in mail.subject for mail in left if mail.kind != "certificate")


def _draft(path: LearningPath, *course_ids: int) -> PathDraft:
    return PathDraft(path.title, "", tuple(StepDraft(course_id) for course_id in course_ids))


def test_other_courses_in_a_path_change_who_hears_of_it(session: Session) -> None:
    town, first, second = make_town(session), make_course(session), make_course(session)
    person = manager(session, town.school)
    complete(session, person, first)
    path = make_path(session, town.agency, first)
    assign(session, path, audience(town.top), in_days(30))
    assert kinds(session, person) == []
    building.change_path(session, path, _draft(path, first.id, second.id), actor_id=None, for_everybody=True)
    assert kinds(session, person) == ["assigned"]
    building.change_path(session, path, _draft(path, first.id), actor_id=None, for_everybody=True)
    assert kinds(session, person) == []
    building.change_path(session, path, _draft(path, second.id, first.id), actor_id=None, for_everybody=True)
    assert kinds(session, person) == ["assigned"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ("har gitt deg", "– Risiko, 30 min", "– Endring, 30 min (valgfritt)", "Til sammen 30 minutter.")),
        ("nn", ("har gitt deg", "– Risiko, 30 min", "– Endring, 30 min (valfritt)", "Til saman 30 minutt.")),
        ("en", ("has assigned you", "– Risk, 30 min", "– Change, 30 min (elective)", "30 minutes in all.")),
    ],
)
def test_the_first_mail_names_agency_courses_and_minutes(
    session: Session, language: str, words: tuple[str, ...]
) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    person.language = language
    risk, change = make_course(session, "Risk", nb="Risiko"), make_course(session, "Change", nb="Endring")
    path = make_path(session, town.agency, risk, electives=(change,))
    assign(session, path, audience(town.top))
    (mail,) = mails(session, person)
    for each in (town.agency.name, path.title, *words):
        assert each in mail.text_body, mail.text_body
        assert each in mail.html_body


def test_where_one_course_is_enough_the_mail_says_so(session: Session) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    one, other = make_course(session, "One"), make_course(session, "Other")
    assign(session, make_path(session, town.agency, electives=(one, other)), audience(town.top))
    (mail,) = mails(session, person)
    assert "Choose one of the courses:\n– One, 30 min\n– Other, 30 min\n" in mail.text_body
    assert "in all" not in mail.text_body


def test_the_link_leads_to_the_path_signed_in_or_not(
    session: Session, client: FlaskClient, sign_in: Callable[[Person], FlaskClient]
) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    path = make_path(session, town.agency, publish_sample(session).course)
    assign(session, path, audience(town.top))
    (mail,) = mails(session, person)
    session.commit()
    link = mail.text_body.split("Begin here: ")[1].split()[0].split("8000", 1)[1]
    browser = sign_in(person)
    answer = browser.get(link)
    assert (answer.status_code, answer.location) == (303, f"/#path-{path.id}")
    assert f'id="path-{path.id}"' in browser.get("/").get_data(as_text=True)
    page = client.get(link).get_data(as_text=True)
    assert f'name="next" value="/#path-{path.id}"' in page
    answer = client.post(link, data={"email": person.email, "password": PASSWORD, "next": f"/#path-{path.id}"})
    assert (answer.status_code, answer.location) == (303, f"/#path-{path.id}")


def test_somebody_who_left_before_being_told_is_told_when_back(session: Session) -> None:
    town = make_town(session)
    person = manager(session, town.school)
    assignment = assign(session, make_path(session, town.agency, make_course(session)), audience(town.top))
    (member,) = session.scalars(select(AssignmentMember).where(AssignmentMember.assignment_id == assignment.id))
    assigning.members_left.send(session, member_ids=[member.id])
    assert kinds(session, person) == []
    assigning.members_joined.send(session, assignment=assignment, member_ids=[member.id])
    assert kinds(session, person) == ["assigned"]


def test_many_are_told_by_the_worker_once_each_and_not_those_who_left(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_mails, "AT_ONCE", 2)
    town = make_town(session)
    people = [manager(session, town.school) for _ in range(5)]
    left, *stay = people
    assignment = assign(session, make_path(session, town.agency, make_course(session)), audience(town.top))
    session.execute(update(AssignmentMember).where(AssignmentMember.person_id == left.id).values(left_at=clock.now()))
    assert [kinds(session, person) for person in people] == [[]] * 5
    session.commit()
    told = []
    while batch := path_mails.tell_next(session):
        told.append(batch)
        session.rollback() if len(told) == 1 else session.commit()  # the first turn's work is lost in a crash
    assert told == [2, 2, 2]
    assert kinds(session, left) == []
    assert [kinds(session, person) for person in stay] == [["assigned"]] * 4
    assigning.withdraw(session, assignment, actor_id=None)
    assert path_mails.tell_next(session) == 0


def test_word_of_a_renewal_is_taken_back_when_somebody_leaves_or_is_done(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    leaver, done = manager(session, town.school), manager(session, town.school)
    for person in (leaver, done):
        complete(session, person, course)
    path = make_path(session, town.agency, course)
    assign(session, path, audience(town.top), renew=RenewRule(1, 20))
    renewals.settle(session)
    with clock.stopped_at(clock.now() + timedelta(days=15)):
        renewals.open_rounds(session)
        assert kinds(session, leaver) == kinds(session, done) == ["renew"]
        position = session.scalars(select(Position).where(Position.person_id == leaver.id)).one()
        people.end_position(session, position, clock.today() - timedelta(days=1))
        again = complete(session, done, course, again=2)
        path_mails.let_go(session, sorted(done_members(session, members_taking(session, [done.id], again.course_id))))
        assert kinds(session, leaver) == kinds(session, done) == []
        people.amend_position(session, position, NewPosition(town.school.id, "Head", position.level,
                                                             position.starts_on), reopen=True)  # fmt: skip
        assert "renew" in kinds(session, leaver)
        assert kinds(session, done) == []
