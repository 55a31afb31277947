from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.paths import building
from learning.paths.building import InvalidPath, PathDraft, StepDraft, TitleTaken
from learning.paths.models import PathVersion
from learning.paths.signals import members_left
from tests.factories import make_agency
from tests.paths.scene import assign, audience, make_course, make_path, make_town, manager


def test_steps_keep_their_order_and_kind(session: Session) -> None:
    agency = make_agency(session)
    one, two, three = (make_course(session) for _ in range(3))
    draft = PathDraft(" New leaders ", "For all.", (StepDraft(two.id), StepDraft(one.id, False), StepDraft(three.id)))
    path = building.create_path(session, agency.id, draft, actor_id=None)
    session.expire_all()
    found = building.path_of(session, agency.id, path.id)
    assert found is not None
    assert found.title == "New leaders"
    assert [(step.course_id, step.place, step.mandatory) for step in found.steps] == [
        (two.id, 1, True),
        (one.id, 2, False),
        (three.id, 3, True),
    ]
    assert building.draft_of(found).steps == draft.steps


def test_steps_can_change_places(session: Session) -> None:
    agency = make_agency(session)
    one, two, three = (make_course(session) for _ in range(3))
    path = make_path(session, agency, one, two)
    steps = (StepDraft(two.id), StepDraft(one.id, False), StepDraft(three.id))
    building.change_path(session, path, PathDraft("Turned", "", steps), actor_id=None)
    session.expire_all()
    found = building.path_of(session, agency.id, path.id)
    assert found is not None
    assert (found.title, building.draft_of(found).steps) == ("Turned", steps)
    versions = session.scalars(select(PathVersion).where(PathVersion.path_id == path.id).order_by(PathVersion.number))
    assert [(each.number, each.is_current, len(each.steps)) for each in versions] == [(1, False, 2), (2, True, 3)]


def test_two_paths_of_an_agency_cannot_share_a_title(session: Session) -> None:
    agency, other, course = make_agency(session), make_agency(session), make_course(session)
    first = make_path(session, agency, course)
    draft = PathDraft(first.title, "", (StepDraft(course.id),))
    with pytest.raises(TitleTaken):
        building.create_path(session, agency.id, draft, actor_id=None)
    second = make_path(session, agency, course)
    with pytest.raises(TitleTaken):
        building.change_path(session, second, draft, actor_id=None)
    session.refresh(second)
    assert second.title != first.title
    assert building.create_path(session, other.id, draft, actor_id=None).title == first.title


def test_paths_without_title_or_courses_are_refused(session: Session) -> None:
    agency, course, closed = make_agency(session), make_course(session), make_course(session)
    closed.withdrawn_at = clock.now()
    session.flush()
    for draft in (
        PathDraft(" ", "", (StepDraft(course.id),)),
        PathDraft("x" * 201, "", (StepDraft(course.id),)),
        PathDraft("None", "", ()),
        PathDraft("Twice", "", (StepDraft(course.id), StepDraft(course.id))),
        PathDraft("Closed", "", (StepDraft(closed.id),)),
        PathDraft("Unknown", "", (StepDraft(10**6),)),
    ):
        with pytest.raises(InvalidPath):
            building.create_path(session, agency.id, draft, actor_id=None)


def test_a_path_may_keep_a_course_that_was_withdrawn_later(session: Session) -> None:
    agency, course = make_agency(session), make_course(session)
    path = make_path(session, agency, course)
    course.withdrawn_at = clock.now()
    session.flush()
    building.change_path(session, path, PathDraft("Kept", "", (StepDraft(course.id),)), actor_id=None)
    assert path.title == "Kept"


def test_archiving_ends_the_assignments(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    manager(session, town.school)
    path = make_path(session, town.agency, course)
    assign(session, path, audience(town.top))
    told: list[int] = []

    def note(sender: Session, *, member_ids: list[int]) -> None:
        told.extend(member_ids)

    with members_left.connected_to(note):
        building.archive_path(session, path, actor_id=None)
        building.archive_path(session, path, actor_id=None)
    assert len(told) == 1
    assert building.summaries(session, town.agency.id)[0].path.archived_at is not None


def test_paths_stay_in_their_agency(session: Session) -> None:
    mine, theirs = make_agency(session), make_agency(session)
    path = make_path(session, theirs, make_course(session))
    assert building.path_of(session, mine.id, path.id) is None
    assert building.summaries(session, mine.id) == []
