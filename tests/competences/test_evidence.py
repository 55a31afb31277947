"""Evidence comes from what happens, the kept levels follow in the same transaction, and can be made anew from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.frameworks import DELIVERED
from learning.competences import confirming, holdings, keeping, sources
from learning.competences.commands import competences
from learning.competences.evidence_models import CompetenceLevel, ConfirmationRequest, Evidence, RequestStatus
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence
from learning.competences.publishing import publish
from learning.notifications import worker
from learning.organisation.merging import merge
from learning.organisation.models import Person
from learning.paths import recognising
from learning.paths.models import RecognitionKind
from learning.practice import follow_ups
from learning.practice.models import FollowUp, FollowUpKind, Outcome
from tests import factories
from tests.catalogue.frameworks import framework, write
from tests.competences.test_publishing import link
from tests.practice import scene

K = EvidenceKind
DAY = date(2026, 11, 25)


def competence_id(session: Session, code: str) -> int:
    return session.scalars(select(Competence.id).where(Competence.code == code)).one()


def level(session: Session, person: Person, code: str) -> int:
    found = session.get(CompetenceLevel, (person.id, competence_id(session, code)), populate_existing=True)
    return found.level if found else 0


def kinds(session: Session, person: Person, code: str) -> list[EvidenceKind]:
    return list(
        session.scalars(
            select(Evidence.kind)
            .where(
                Evidence.person_id == person.id,
                Evidence.competence_id == competence_id(session, code),
                Evidence.withdrawn_at.is_(None),
            )
            .order_by(Evidence.id)
        )
    )


def state(
    session: Session, person: Person, code: str, kind: EvidenceKind, by: Person, stated: int, day: date = DAY
) -> Evidence:
    """Somebody states a level."""
    source = f"test:{person.id}:{by.id}:{day}:{code}"
    ids = [competence_id(session, code)]
    keeping.add(session, person.id, ids, kind, source=source, origin=source, happened_on=day, level=stated, by_id=by.id)
    return session.scalars(select(Evidence).where(Evidence.source_key == f"{source}:{ids[0]}")).one()


@pytest.fixture
def two(session: Session, tmp_path: Path) -> Path:
    """The frameworks AB and CD; AB.1 says the same as CD.1, AB.2 nearly the same as CD.2."""
    links = [link("AB.1", "CD.1"), link("AB.2", "CD.2", "close")]
    folder = write(tmp_path / "frameworks", framework("AB", crosswalk=links), framework("CD"))
    publish(session, folder)
    return folder


def test_a_completed_course_and_its_assessment_are_evidence_once(session: Session) -> None:
    publish(session, DELIVERED)
    person = factories.make_person(session)
    completion = factories.complete_course(session, person, factories.publish_sample(session))
    assert kinds(session, person, "RM.1") == [K.COMPLETION, K.ASSESSMENT]
    assert level(session, person, "RM.1") == 1
    assert not sources.from_completion(session, completion)
    assert sources.make_missing(session) == 0
    assert keeping.differences(session) == []


def test_what_was_completed_before_frameworks_were_published_is_made_evidence_later(session: Session) -> None:
    person = factories.make_person(session)
    factories.complete_course(session, person, factories.publish_sample(session))
    assert session.scalars(select(Evidence)).all() == []
    publish(session, DELIVERED)
    assert sources.make_missing(session) == 1
    assert level(session, person, "RM.1") == 1


def test_a_promise_that_was_kept_counts_once_until_it_is_answered_otherwise(session: Session) -> None:
    publish(session, DELIVERED)
    with clock.stopped_at(datetime(2026, 2, 1, 12, tzinfo=UTC)):
        here = scene.set_up(session)
        scene.answer(session, here.enrolment, "c-ask", {"choice": ["ask"]}, "1")
    found = session.scalars(select(FollowUp).where(FollowUp.kind == FollowUpKind.COMMITMENT)).all()
    follow_ups.answer(session, found[0], Outcome.NOT_YET, "", "a")
    assert kinds(session, here.learner, "IC.P4") == []
    follow_ups.answer(session, found[0], Outcome.DONE, "", "b")
    follow_ups.answer(session, found[1], Outcome.DONE, "", "c")
    assert kinds(session, here.learner, "IC.P4") == [K.COMMITMENT] * 2
    found_level = keeping.found_levels(session, [here.learner.id], None, clock.today())
    (only,) = found_level.values()
    assert len(only.counted) == 1
    follow_ups.answer(session, found[0], Outcome.DROPPED, "", "d")
    assert kinds(session, here.learner, "IC.P4") == [K.COMMITMENT]
    assert sources.make_missing(session) == 0


def test_prior_learning_counts_until_it_is_ended(session: Session) -> None:
    publish(session, DELIVERED)
    here = scene.set_up(session)
    asked = recognising.ask(
        session, here.agency.id, here.learner.id, here.enrolment.course_id, RecognitionKind.PRIOR_LEARNING,
        reason="I taught it", evidence="A diploma", actor_id=here.learner.id,
    )  # fmt: skip
    recognising.decide(session, asked, granted=True, valid_until=date(2099, 1, 1), actor_id=here.manager.id)
    assert level(session, here.learner, "IC.P4") == 2
    row = session.get(CompetenceLevel, (here.learner.id, competence_id(session, "IC.P4")))
    assert row is not None
    assert row.next_expiry == date(2099, 1, 1)
    recognising.end(session, asked, actor_id=here.manager.id)
    assert level(session, here.learner, "IC.P4") == 0


@pytest.mark.usefixtures("two")
def test_evidence_carries_over_to_what_says_the_same_and_to_nothing_else(session: Session) -> None:
    person, manager = factories.make_person(session), factories.make_person(session)
    found = state(session, person, "AB.1", K.MANAGER, manager, 2)
    assert [level(session, person, each) for each in ("AB.1", "AB.2", "CD.1", "CD.2")] == [2, 0, 2, 0]
    state(session, person, "CD.1", K.MANAGER, manager, 1, DAY + timedelta(days=-1))
    assert level(session, person, "CD.1") == 2, "the same manager's word counts once over both"
    keeping.withdraw(session, found, "A mistake")
    assert [level(session, person, each) for each in ("AB.1", "CD.1")] == [1, 1]
    assert not keeping.withdraw(session, found, "Again")


def test_new_links_carry_evidence_over_when_they_are_published(session: Session, two: Path) -> None:
    person, manager = factories.make_person(session), factories.make_person(session)
    state(session, person, "AB.2", K.MANAGER, manager, 1)
    assert level(session, person, "CD.2") == 0
    write(two, framework("AB", version=2, crosswalk=[link("AB.2", "CD.2")]))
    publish(session, two)
    assert level(session, person, "CD.2") == 1


@pytest.mark.usefixtures("two")
def test_a_day_later_the_levels_fall_of_what_has_run_out_and_no_others(session: Session) -> None:
    person, manager = factories.make_person(session), factories.make_person(session)
    state(session, person, "AB.1", K.MANAGER, manager, 1)
    state(session, person, "AB.2", K.MANAGER, manager, 1, DAY - timedelta(days=100))
    last = date(2028, 8, 17)
    for day, expected in ((last, (1, 1)), (last + timedelta(days=1), (1, 0))):
        with clock.stopped_at(datetime(day.year, day.month, day.day, 10, tzinfo=UTC)):
            changed = keeping.expire(session, clock.today())
            assert (level(session, person, "AB.1"), level(session, person, "AB.2")) == expected
            assert changed == 2 - sum(expected)
            assert keeping.expire(session, clock.today()) == 0
            assert keeping.differences(session) == []


@pytest.mark.usefixtures("two")
def test_rebuilding_mends_what_is_kept(session: Session) -> None:
    person, manager = factories.make_person(session), factories.make_person(session)
    state(session, person, "AB.1", K.MANAGER, manager, 2)
    session.execute(update(CompetenceLevel).values(level=4))
    session.add(CompetenceLevel(person_id=manager.id, competence_id=competence_id(session, "AB.2"), level=3))
    session.flush()
    assert {(each.person_id, each.kept, each.found) for each in keeping.differences(session)} == {
        (person.id, 4, 2),
        (manager.id, 3, 0),
    }
    assert keeping.settle_all(session) == 3
    assert keeping.differences(session) == []


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("statement", ["UPDATE evidence SET level = 4", "DELETE FROM evidence"])
def test_evidence_cannot_be_changed_or_deleted(session: Session, statement: str) -> None:
    state(session, factories.make_person(session), "AB.1", K.MANAGER, factories.make_person(session), 2)
    with pytest.raises(DatabaseError, match="append-only"):
        session.connection().exec_driver_sql(statement)
    session.rollback()


@pytest.mark.usefixtures("two")
def test_two_accounts_that_become_one_have_one_level_and_confirm_nothing_of_themselves(session: Session) -> None:
    agency = factories.make_agency(session)
    kept, merged, other = (factories.make_person(session) for _ in range(3))
    state(session, merged, "AB.2", K.MANAGER, other, 2)
    state(session, kept, "AB.1", K.COLLEAGUE, merged, 3)
    state(session, other, "AB.1", K.COLLEAGUE, kept, 1)
    state(session, other, "AB.1", K.COLLEAGUE, merged, 1, DAY - timedelta(days=1))
    assert level(session, other, "AB.1") == 1
    one, two = competence_id(session, "AB.1"), competence_id(session, "AB.2")
    for person, asked, about in (
        (kept, merged, one), (merged, kept, one), (kept, other, two), (merged, other, two), (other, kept, two),
        (other, merged, two),
    ):  # fmt: skip
        session.add(
            ConfirmationRequest(person_id=person.id, asked_id=asked.id, competence_id=about, agency_id=agency.id)
        )
    session.flush()
    merge(session, kept, merged, by_id=None)
    assert level(session, kept, "AB.2") == 2
    assert level(session, kept, "AB.1") == 0
    assert level(session, merged, "AB.2") == 0
    waiting = session.scalars(
        select(ConfirmationRequest).where(ConfirmationRequest.status == RequestStatus.WAITING)
    ).all()
    assert {(each.person_id, each.asked_id) for each in waiting} == {(kept.id, other.id), (other.id, kept.id)}
    assert level(session, other, "AB.1") == 0, "what both accounts said of another is one person's word"
    assert keeping.differences(session) == []


@pytest.mark.usefixtures("two")
def test_the_worker_lowers_what_has_run_out(session: Session) -> None:
    person = factories.make_person(session)
    state(session, person, "AB.1", K.MANAGER, factories.make_person(session), 1)
    session.commit()
    session.expunge_all()
    with clock.stopped_at(datetime(2028, 11, 26, 10, tzinfo=UTC)):
        worker.expire_competences()
    assert level(session, person, "AB.1") == 0


@pytest.mark.usefixtures("two")
def test_levels_are_rebuilt_and_checked_from_the_command_line(app: Flask, session: Session) -> None:
    person = factories.make_person(session)
    state(session, person, "AB.1", K.MANAGER, factories.make_person(session), 2)
    session.execute(update(CompetenceLevel).values(level=1))
    session.commit()
    run = CliRunner().invoke
    found = run(competences, ["rebuild", "--check"], obj=lambda: app)
    assert found.exit_code == 1
    assert f"person {person.id}" in found.stderr
    assert "2 levels changed" in run(competences, ["rebuild"], obj=lambda: app).stdout
    assert run(competences, ["rebuild", "--check"], obj=lambda: app).exit_code == 0


def test_ones_own_data_hold_levels_and_what_others_wrote(session: Session) -> None:
    publish(session, DELIVERED)
    here = scene.set_up(session)
    asked = confirming.ask(session, here.learner.id, competence_id(session, "IC.P4"), here.colleague.email)
    confirming.confirm(session, asked, 2, "She asked first")
    found = holdings.in_own_data(session, here.learner.id)
    assert [each["words"] for each in found["evidence"]] == ["She asked first"]
    assert [(each["asked"], each["status"]) for each in found["confirmations"]] == [(here.colleague.name, "confirmed")]
