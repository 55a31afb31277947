from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from learning import clock
from learning.paths import assigning
from learning.paths.due_dates import DueRule, Status
from learning.paths.learner import my_paths
from learning.paths.models import DueKind
from tests.factories import make_person
from tests.paths.scene import assign, audience, begin, complete, counted, make_course, make_path, make_town, manager


def test_my_paths_come_with_the_next_due_first(session: Session) -> None:
    town, today = make_town(session), clock.today()
    me = manager(session, town.school)
    done, later, sooner, whenever = (make_course(session) for _ in range(4))
    complete(session, me, done)
    for course, due in (
        (done, DueRule(DueKind.FIXED, on=today)),
        (whenever, DueRule(DueKind.NONE)),
        (later, DueRule(DueKind.AFTER_ASSIGNMENT, days=30)),
        (sooner, DueRule(DueKind.AFTER_ASSIGNMENT, days=5)),
    ):
        assign(session, make_path(session, town.agency, course), audience(town.top), due)
    mine = my_paths(session, me.id)
    assert [path.steps[0].course_slug for path in mine] == [sooner.slug, later.slug, whenever.slug, done.slug]
    assert [path.status for path in mine] == [Status.NOT_BEGUN] * 3 + [Status.DONE]
    assert my_paths(session, make_person(session).id) == []


def test_the_next_step_is_the_first_mandatory_one_left(session: Session) -> None:
    town = make_town(session)
    me = manager(session, town.school)
    one, two, extra = make_course(session), make_course(session), make_course(session)
    assign(session, make_path(session, town.agency, one, two, electives=(extra,)), audience(town.top))
    complete(session, me, one)
    enrolment = begin(session, me, two)
    (path,) = my_paths(session, me.id)
    assert (path.taken, path.needed, path.status) == (1, 2, Status.UNDER_WAY)
    assert [step.status for step in path.steps] == [Status.DONE, Status.UNDER_WAY, Status.NOT_BEGUN]
    assert path.next_step is not None
    assert (path.next_step.course_slug, path.next_step.enrolment_id) == (two.slug, enrolment.id)


def test_a_path_assigned_twice_comes_once_with_the_earlier_date(session: Session) -> None:
    town, today = make_town(session), clock.today()
    me = manager(session, town.school)
    path = make_path(session, town.agency, make_course(session))
    for days in (30, 5, 60):
        assign(session, path, audience(town.top), DueRule(DueKind.AFTER_ASSIGNMENT, days=days))
    assign(session, path, audience(town.top))
    (mine,) = my_paths(session, me.id)
    assert mine.due_on == today + timedelta(days=5)


def test_a_withdrawn_assignment_is_gone(session: Session) -> None:
    town = make_town(session)
    me = manager(session, town.school)
    assignment = assign(session, make_path(session, town.agency, make_course(session)), audience(town.top))
    assigning.withdraw(session, assignment, actor_id=None)
    assert my_paths(session, me.id) == []


def test_five_queries_however_many_paths(session: Session) -> None:
    town = make_town(session)
    me = manager(session, town.school).id
    for _ in range(6):
        assign(session, make_path(session, town.agency, *(make_course(session) for _ in range(3))), audience(town.top))
    session.expunge_all()
    with counted(session) as statements:
        assert len(my_paths(session, me)) == 6
    assert len(statements) == 5
