"""A person looks at themselves, makes goals, and is reminded of them; nobody else sees any of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.frameworks import FrameworkPlan
from learning.competences import keeping, published
from learning.competences.evidence_models import Evidence
from learning.competences.levels import EvidenceKind
from learning.competences.publishing import publish
from learning.development import assessing, goals
from learning.development.assessing import NothingChosen
from learning.development.goals import CannotChange, Content, GoalDraft, Way
from learning.development.models import GoalChange, GoalState, SelfAssessment
from learning.notifications.models import OutboxMessage
from learning.organisation.merging import merge
from learning.organisation.models import Person
from tests import factories
from tests.catalogue.frameworks import framework, write

SignIn = Callable[[Person], FlaskClient]
PLAN = FrameworkPlan.model_validate(framework("AB"))
FORM = {
    "level": "3",
    "by_day": (clock.today() + timedelta(days=30)).isoformat(),
    "words": "Ask every week",
    "seen": "They come to me",
}


@pytest.fixture
def ab(session: Session, tmp_path: Path) -> published.PublishedFramework:
    publish(session, write(tmp_path / "frameworks", framework("AB")))
    found = published.current(session, "AB")
    assert found is not None
    return found


@pytest.fixture
def person(session: Session) -> Person:
    found = factories.make_person(session)
    factories.make_position(session, found, factories.make_unit(session, factories.make_agency(session)))
    return found


def first(session: Session, ab: published.PublishedFramework) -> int:
    return published.competence_ids(session, ab)["AB.1"]


def draft(**values: Any) -> GoalDraft:
    return GoalDraft(values.get("level", 3), values.get("by_day", date(2099, 1, 1)), Content(words="w", seen="s"))


@given(
    st.dictionaries(st.sampled_from(["AB.1", "AB.2", "AB.9", "key"]), st.text(max_size=3) | st.sampled_from("01234"))
)
def test_only_choices_of_ours_are_read(sent: dict[str, str]) -> None:
    ours = {c: int(v) for c, v in sent.items() if c in ("AB.1", "AB.2") and v in ("0", "1", "2", "3", "4")}
    if not ours:
        with pytest.raises(NothingChosen):
            assessing.read_choices(PLAN, sent)
    else:
        assert assessing.read_choices(PLAN, sent) == ours


def test_one_looks_at_oneself_again_and_both_times_are_kept(
    session: Session, ab: published.PublishedFramework, person: Person, sign_in: SignIn
) -> None:
    person_id, framework_id = person.id, ab.framework.id
    session.commit()
    client = sign_in(person)
    assert "AB.1 at level 3 (en)" in client.get(f"/my/development/frameworks/{framework_id}").text
    assert client.post(f"/my/development/frameworks/{framework_id}", data={"AB.1": ""}).status_code == 422
    for choice, key in (("0", "one"), ("0", "one"), ("3", "two")):
        sent = {"AB.1": choice, "AB.2": "", "key": key}
        assert client.post(f"/my/development/frameworks/{framework_id}", data=sent).status_code == 303
    page = client.get(f"/my/development/frameworks/{framework_id}/history").text
    assert "Not yet → Does it unaided" in page
    assert [each.choices for each in assessing.history(session, person_id)] == [{"AB.1": 3}, {"AB.1": 0}]
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0  # it is no evidence


def test_what_was_chosen_is_sealed_and_cannot_be_changed(
    session: Session, ab: published.PublishedFramework, person: Person
) -> None:
    assessing.record(session, person.id, ab, {"AB.1": 2}, "k")
    session.flush()
    stored = session.scalars(select(SelfAssessment.choices)).one()
    assert "AB.1" not in str(stored)
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(update(SelfAssessment).values(made_at=clock.now()))


def test_a_goal_is_made_once_changed_dropped_for_a_reason_and_taken_up_again(
    session: Session, ab: published.PublishedFramework, person: Person, sign_in: SignIn
) -> None:
    person_id, competence_id = person.id, first(session, ab)
    session.commit()
    client = sign_in(person)
    assert "Title of AB.1 (en)" in client.get("/my/development/goals/new").text
    new = f"/my/development/goals/new/{competence_id}"
    assert client.post(new, data={**FORM, "by_day": "2001-01-01"}).status_code == 422
    assert client.post(new, data={**FORM, "words": " "}).status_code == 422
    assert client.post(new, data={**FORM, "by_day": "2199-01-01"}).status_code == 422
    by_day = (clock.today() + timedelta(days=30)).isoformat()
    for _ in range(2):
        assert client.post(new, data={**FORM, "by_day": by_day, "key": "k", "ways": ["pair"]}).status_code == 303
    goal_id = goals.goals_of(session, person_id)[0].goal.id
    session.rollback()
    here = f"/my/development/goals/{goal_id}"
    assert "Learn together with a colleague" in client.get(here).text
    sent = {**FORM, "by_day": by_day, "level": "4", "revision": "1"}
    assert client.post(f"{here}/change", data=sent).status_code == 303
    assert client.post(f"{here}/change", data={**sent, "words": "Other"}).status_code == 409
    assert client.post(f"{here}/settle", data={"state": "dropped"}).status_code == 422
    assert client.post(f"{here}/settle", data={"state": "dropped", "reason": "New job"}).status_code == 303
    assert "New job" in client.get(here).text
    assert client.post(f"{here}/settle", data={"state": "open"}).status_code == 303
    states = session.scalars(select(GoalChange.state).order_by(GoalChange.revision)).all()
    assert states == [GoalState.OPEN, GoalState.OPEN, GoalState.DROPPED, GoalState.OPEN]
    [shown] = goals.goals_of(session, person_id)
    assert shown.goal.level == 4
    assert shown.content.ways == ()
    assert shown.history[-1].content.ways == (Way.PAIR,)


def test_reached_is_suggested_when_the_evidence_is_there(
    session: Session, ab: published.PublishedFramework, person: Person, sign_in: SignIn
) -> None:
    competence_id = first(session, ab)
    goal = goals.make(session, person.id, competence_id, draft(level=1), "k")
    assert not goals.shown(session, goal).is_there
    keeping.add(
        session, person.id, [competence_id], EvidenceKind.COMPLETION, source="test", origin="test",
        happened_on=clock.today(),
    )  # fmt: skip
    assert goals.shown(session, goal).is_there
    session.commit()
    assert "The evidence is there" in sign_in(person).get("/my/development").text


def test_one_is_reminded_on_the_day_and_only_of_what_the_goal_says_now(
    session: Session, ab: published.PublishedFramework, person: Person
) -> None:
    goal = goals.make(session, person.id, first(session, ab), draft(by_day=date(2098, 1, 1)), "k")
    goals.change(session, goal, draft(by_day=date(2098, 2, 1)), 1)
    with pytest.raises(CannotChange):
        goals.change(session, goal, draft(level=1), 1)
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [each.cancelled_at is None for each in mails] == [False, True]
    assert mails[1].not_before == datetime(2098, 2, 1, 6, tzinfo=UTC)
    assert mails[1].is_private
    assert mails[1].agency_id is None
    goals.settle(session, goal, GoalState.REACHED)
    session.expire_all()
    assert all(each.cancelled_at for each in mails)


def test_another_agencys_framework_is_not_found(session: Session, person: Person, sign_in: SignIn) -> None:
    theirs = factories.make_framework(session, factories.make_agency(session), person)
    found = published.of_agency(session, theirs.agency_id or 0)[0]
    framework_id, [competence_id] = theirs.id, published.competence_ids(session, found).values()
    session.commit()
    client = sign_in(person)
    assert client.get(f"/my/development/frameworks/{framework_id}").status_code == 404
    assert client.get(f"/my/development/goals/new/{competence_id}").status_code == 404


def test_merging_two_accounts_keeps_what_both_have_written(
    session: Session, ab: published.PublishedFramework, person: Person
) -> None:
    other = factories.make_person(session)
    for each in (person, other):
        assessing.record(session, each.id, ab, {"AB.1": 2}, "k")
        goals.make(session, each.id, first(session, ab), draft(), "k")
    merge(session, person, other, by_id=None)
    assert len(assessing.history(session, person.id)) == 2
    assert len(goals.goals_of(session, person.id)) == 2
