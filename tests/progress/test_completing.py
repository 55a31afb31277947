"""A completion is recorded once and for ever, with what held at that moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Level
from learning.progress import assessing, enrolling, ledger
from learning.progress.models import Completion, Enrolment, EnrolmentMove, Response
from learning.progress.signals import course_completed
from tests import factories


@pytest.fixture
def announced() -> Iterator[list[int]]:
    """The ids of completions announced to other rooms."""
    heard: list[int] = []

    def hear(session: Session, *, completion: Completion, **_: Any) -> None:
        heard.append(completion.id)

    course_completed.connect(hear)
    yield heard
    course_completed.disconnect(hear)


def test_a_completion_holds_who_what_where_and_when(session: Session, announced: list[int]) -> None:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency, name="North")
    person = factories.make_person(session)
    factories.make_position(session, person, unit, title="Head", level=Level.MIDDLE)
    version = factories.publish_sample(session)
    with clock.stopped_at(datetime(2026, 3, 1, 11, 30, tzinfo=UTC)):
        completion = factories.complete_course(session, person, version)
    session.commit()
    session.expire_all()
    assert completion.completed_at == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert (completion.agency_id, completion.unit_id, completion.unit_name) == (agency.id, unit.id, "North")
    assert (completion.position_title, completion.level) == ("Head", Level.MIDDLE)
    assert (completion.version_id, completion.language, completion.score_percent) == (version.id, "en", 100)
    assert announced == [completion.id]


def test_handing_in_again_adds_nothing(session: Session, announced: list[int]) -> None:
    person = factories.make_person(session)
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    factories.finish_lessons(session, enrolment)
    attempt = factories.open_attempt(session, enrolment)
    first = assessing.hand_in(session, enrolment, attempt)
    second = assessing.hand_in(session, enrolment, attempt)
    assert first is second
    assert len(announced) == 1


def test_a_failed_assessment_completes_nothing_and_opens_a_new_try(session: Session) -> None:
    person = factories.make_person(session)
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    factories.finish_lessons(session, enrolment)
    attempt = factories.open_attempt(session, enrolment, right=False)
    assert assessing.hand_in(session, enrolment, attempt) is None
    assert attempt.score_percent == 0
    assert factories.open_attempt(session, enrolment).number == 2


def test_a_lesson_with_an_unanswered_question_cannot_be_finished(session: Session) -> None:
    from learning.catalogue.store import load_document
    from learning.progress.answering import NotAllAnswered, finish_lesson

    person = factories.make_person(session)
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    document = load_document(session, version.id)
    with pytest.raises(NotAllAnswered) as fault:
        finish_lesson(session, enrolment, document, document.text("en").lessons[0])
    assert [activity.id for activity in fault.value.activities] == ["q-risk"]


def test_the_same_form_sent_twice_is_one_response(session: Session) -> None:
    person = factories.make_person(session)
    version = factories.publish_sample(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    factories.finish_lessons(session, enrolment)
    factories.finish_lessons(session, enrolment)  # the same keys
    assert session.scalar(select(func.count()).select_from(Response)) == 2


def _new_edition(tmp_path: Path) -> Path:
    folder = tmp_path / "sample-101"
    shutil.copytree(factories.SAMPLE_COURSE / "sample-101", folder)
    page = folder / "en" / "index.md"
    page.write_text(page.read_text("utf-8").replace("A sample course", "A better sample course"), "utf-8")
    return folder


def test_a_republished_course_takes_nothing_away_and_moves_nobody_unasked(session: Session, tmp_path: Path) -> None:
    done, under_way = factories.make_person(session), factories.make_person(session)
    old = factories.publish_sample(session)
    completion = factories.complete_course(session, done, old)
    enrolment = enrolling.enrol(session, under_way, old.course, "en")
    new = factories.publish_sample(session, _new_edition(tmp_path))
    session.commit()
    session.expire_all()
    assert new.number == 2
    assert completion.version_id == old.id
    assert completion.course_title == "A sample course"
    assert session.get_one(Enrolment, enrolment.id).version_id == old.id
    assert enrolling.newer_version(session, enrolment) == new
    assert enrolling.newer_version(session, completion.enrolment) is None
    assert enrolling.move_to_newest(session, enrolment)
    moved = session.scalars(select(EnrolmentMove)).one()
    assert (moved.from_version_id, moved.to_version_id) == (old.id, new.id)


def test_publishing_the_same_source_again_makes_no_version(session: Session) -> None:
    assert factories.publish_sample(session).id == factories.publish_sample(session).id


def test_the_database_refuses_to_change_or_delete_a_completion(session: Session) -> None:
    person = factories.make_person(session)
    factories.complete_course(session, person, factories.publish_sample(session))
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(Completion).values(minutes=1))
    session.rollback()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM completion"))


def test_the_ledger_proves_a_chain_and_finds_what_was_altered(session: Session) -> None:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    version = factories.publish_sample(session)
    for _ in range(3):
        person = factories.make_person(session)
        factories.make_position(session, person, unit)
        factories.complete_course(session, person, version)
    session.commit()
    assert ledger.verify(session, agency.id) == (3, None)
    # Somebody with the keys to the database takes the guard away and betters a score.
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER completion_refuses_update"))
    else:
        session.execute(text("ALTER TABLE completion DISABLE TRIGGER completion_is_append_only"))
    session.execute(text("UPDATE completion SET score_percent = 12 WHERE agency_sequence = 2"))
    session.expire_all()
    count, fault = ledger.verify(session, agency.id)
    session.rollback()
    assert count == 1
    assert fault is not None
    assert fault.sequence == 2
    assert "content" in fault.reason


def test_somebody_without_a_position_completes_outside_every_ledger(session: Session) -> None:
    person = factories.make_person(session)
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    factories.make_position(session, person, unit, starts_on=date(2019, 1, 1), ends_on=date(2020, 1, 1))
    completion = factories.complete_course(session, person, factories.publish_sample(session))
    assert completion.agency_id is None
    assert completion.agency_sequence is None
