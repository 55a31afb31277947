"""One's own competences, asking others to confirm, contesting, and what managers and HR see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.frameworks import DELIVERED
from learning.competences import keeping
from learning.competences.evidence_models import CompetenceLevel, ConfirmationRequest, Contest, Evidence
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence, CrosswalkLink, Relation
from learning.competences.publishing import publish
from learning.competences.radar import radar
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from tests import factories

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Town:
    slug: str
    manager: Person
    learner: Person
    colleague: Person
    hr: Person
    stranger: Person
    rm1: int
    ids: dict[str, int]


@pytest.fixture
def town(session: Session) -> Town:
    """A learner with a manager, a colleague and HR, and somebody of another agency; RM.1 is what they speak of."""
    publish(session, DELIVERED)
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    manager, learner, colleague, hr = (
        factories.make_person(session, given_name=name) for name in ("Mari", "Lars", "Kaja", "Hanne")
    )
    factories.make_position(session, manager, unit)
    factories.make_position(session, learner, unit, reports_to_id=manager.id)
    factories.make_position(session, colleague, unit)
    factories.make_position(session, hr, unit)
    factories.grant(session, hr, Role.HR, agency)
    elsewhere = factories.make_agency(session)
    stranger = factories.make_person(session, given_name="Stig")
    factories.make_position(session, stranger, factories.make_unit(session, elsewhere))
    factories.grant(session, stranger, Role.HR, elsewhere)
    version = factories.publish_sample(session)
    factories.complete_course(session, learner, version)
    rm1 = session.scalars(select(Competence.id).where(Competence.code == "RM.1")).one()
    people = {"manager": manager, "learner": learner, "colleague": colleague, "hr": hr, "stranger": stranger}
    ids = {name: person.id for name, person in people.items()}
    session.commit()
    session.expunge_all()  # so that a rollback leaves them readable
    return Town(agency.slug, **people, rm1=rm1, ids=ids)


def level(session: Session, town: Town) -> int:
    session.rollback()
    found = session.scalar(
        select(CompetenceLevel.level).where(
            CompetenceLevel.person_id == town.ids["learner"], CompetenceLevel.competence_id == town.rm1
        )
    )
    session.rollback()
    return found or 0


def mails(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(
        select(OutboxMessage.kind, OutboxMessage.person_id)
        .where(OutboxMessage.kind.in_(["confirmation-asked", "confirmation-given", "confirmation-declined",
                                       "level-contested", "contest-answered"]), OutboxMessage.cancelled_at.is_(None))
        .order_by(OutboxMessage.id)
    ).all()  # fmt: skip
    session.rollback()
    return [(kind, person_id) for kind, person_id in rows]


def ask(session: Session, client: FlaskClient, town: Town, email: str) -> int:
    answer = client.post(f"/my/competences/{town.rm1}/ask", data={"ask-email": email})
    assert answer.status_code == 303, answer.text
    found = session.scalar(select(func.max(ConfirmationRequest.id)))
    session.rollback()
    return found or 0


def test_the_page_tells_why_and_what_is_missing(town: Town, sign_in: SignIn) -> None:
    client = sign_in(town.learner)
    page = client.get("/my/competences").text
    assert "Risk competence" in page
    assert page.count("<svg") >= 4
    assert "Completed course: «" in page
    page = client.get(f"/my/competences/{town.rm1}").text
    assert "Why am I at level 1?" in page
    assert "You have 2 + 4 = 6." in page or "You have 4 + 2 = 6." in page
    assert "Level 2 is missing 2 points." in page
    assert "If nothing is added, there is no level after" in page
    assert "Gives 2 points, and takes you to level 2." in page
    assert "How a level is worked out" in client.get("/my/competences/rule").text


def test_a_colleague_confirms_and_the_level_rises(session: Session, town: Town, sign_in: SignIn) -> None:
    learner, colleague = sign_in(town.learner), sign_in(town.colleague)
    number = ask(session, learner, town, town.colleague.email)
    assert ask(session, learner, town, town.colleague.email) == number
    assert mails(session) == [("confirmation-asked", town.ids["colleague"])]
    assert "asks you to confirm RM.1" in colleague.get("/my/competences").text
    page = colleague.get(f"/confirmations/{number}").text
    assert "You answer as a colleague." in page
    assert "Tells a risk from a problem" in page
    refused = colleague.post(f"/confirmations/{number}", data={"level": "9", "words": ""})
    assert refused.status_code == 422
    assert "Choose the description that fits best." in refused.text
    data = {"level": "2", "words": "She led the meeting, and all wrote first."}
    assert colleague.post(f"/confirmations/{number}", data=data).status_code == 303
    assert level(session, town) == 2
    colleague.post(f"/confirmations/{number}", data={"level": "4", "words": "Again"})
    assert level(session, town) == 2
    assert mails(session) == [("confirmation-given", town.ids["learner"])]
    assert "all wrote first" in learner.get(f"/my/competences/{town.rm1}").text
    assert "all wrote first" in colleague.get(f"/confirmations/{number}").text
    for person in (town.manager, town.hr):
        assert "all wrote first" not in sign_in(person).get(f"/team/{town.ids['learner']}/competences").text
    hr = sign_in(town.hr).get(f"/agency/{town.slug}/people/{town.ids['learner']}/competences").text
    assert "all wrote first" not in hr
    assert "A colleague has seen it" in hr
    colleague.post(f"/confirmations/{number}/take-back")
    assert level(session, town) == 1
    stored = session.scalars(select(Evidence.words).where(Evidence.words.is_not(None))).one()
    assert "meeting" not in (stored or "")


def test_the_manager_speaks_as_the_manager_and_may_decline(session: Session, town: Town, sign_in: SignIn) -> None:
    learner, manager = sign_in(town.learner), sign_in(town.manager)
    first = ask(session, learner, town, town.manager.email)
    assert "You answer as their manager." in manager.get(f"/confirmations/{first}").text
    assert manager.post(f"/confirmations/{first}/decline").status_code == 303
    assert mails(session) == [("confirmation-declined", town.ids["learner"])]
    second = ask(session, learner, town, town.manager.email)
    manager.post(f"/confirmations/{second}", data={"level": "2", "words": "Often"})
    assert level(session, town) == 2
    kind = session.scalar(select(Evidence.kind).where(Evidence.by_id == town.ids["manager"]))
    assert kind is EvidenceKind.MANAGER


def test_a_question_can_be_withdrawn(session: Session, town: Town, sign_in: SignIn) -> None:
    learner = sign_in(town.learner)
    number = ask(session, learner, town, town.colleague.email)
    assert learner.post(f"/my/confirmation-requests/{number}/withdraw").status_code == 303
    assert mails(session) == []
    late = sign_in(town.colleague).post(f"/confirmations/{number}", data={"level": "2", "words": "x"})
    assert late.status_code == 303
    assert level(session, town) == 1


@pytest.mark.parametrize(
    ("who", "message"), [("stranger", "Nobody in your agency"), ("learner", "Ask somebody else"), ("", "filled in")]
)
def test_only_somebody_in_ones_own_agency_can_be_asked(town: Town, sign_in: SignIn, who: str, message: str) -> None:
    email = getattr(town, who).email if who else ""
    answer = sign_in(town.learner).post(f"/my/competences/{town.rm1}/ask", data={"ask-email": email})
    assert answer.status_code == 422
    assert message in answer.text


def test_others_see_no_request(session: Session, town: Town, sign_in: SignIn) -> None:
    number = ask(session, sign_in(town.learner), town, town.colleague.email)
    for person in (town.stranger, town.hr, town.learner):
        client = sign_in(person)
        assert client.get(f"/confirmations/{number}").status_code == 404
        assert client.post(f"/confirmations/{number}", data={"level": "4", "words": "x"}).status_code == 404
    assert sign_in(town.colleague).post(f"/my/confirmation-requests/{number}/withdraw").status_code == 404


def test_a_contested_level_is_answered_in_words_and_stays(session: Session, town: Town, sign_in: SignIn) -> None:
    learner, manager, hr = sign_in(town.learner), sign_in(town.manager), sign_in(town.hr)
    address = f"/my/competences/{town.rm1}/contest"
    assert learner.post(address, data={"words": " "}).status_code == 422
    assert learner.post(address, data={"words": "I do this every day"}).status_code == 303
    assert learner.post(address, data={"words": "Once more"}).status_code == 303
    number = session.scalars(select(Contest.id)).one()
    session.rollback()
    assert mails(session) == [("level-contested", town.ids["manager"])]
    for client, base in ((manager, "/team"), (hr, f"/agency/{town.slug}")):
        assert "RM.1" in client.get(f"{base}/contested-levels").text
        assert "I do this every day" in client.get(f"{base}/contested-levels/{number}").text
    assert sign_in(town.colleague).get(f"/team/contested-levels/{number}").status_code == 404
    assert manager.post(f"/team/contested-levels/{number}", data={"words": ""}).status_code == 422
    assert manager.post(f"/team/contested-levels/{number}", data={"words": "Let us talk"}).status_code == 303
    twice = hr.post(f"/agency/{town.slug}/contested-levels/{number}", data={"words": "Other"})
    assert twice.status_code == 422
    assert "Somebody else has answered" in twice.text
    assert mails(session) == [("contest-answered", town.ids["learner"])]
    assert "Let us talk" in learner.get(f"/my/competences/{town.rm1}").text
    assert level(session, town) == 1


def test_nobody_answers_what_they_have_contested_themselves(session: Session, town: Town, sign_in: SignIn) -> None:
    hr = sign_in(town.hr)
    hr.post(f"/my/competences/{town.rm1}/contest", data={"words": "Mine"})
    number = session.scalars(select(Contest.id)).one()
    session.rollback()
    answer = hr.post(f"/agency/{town.slug}/contested-levels/{number}", data={"words": "Yes"})
    assert answer.status_code == 422
    assert session.scalars(select(Contest.answered_at)).one() is None


def test_work_in_another_job_is_registered_once(session: Session, town: Town, sign_in: SignIn) -> None:
    manager = sign_in(town.manager)
    address = f"/team/{town.ids['learner']}/competences"
    assert "Register work in another job" in manager.get(address).text
    day = clock.today() - timedelta(days=30)
    data = {"words": "Half a year at the port", "ended_on": day.isoformat(), "competences": str(town.rm1), "key": "k"}
    for _ in range(2):
        assert manager.post(address, data=data).status_code == 303
    assert level(session, town) == 2
    kinds = session.scalars(select(Evidence.kind).where(Evidence.kind == EvidenceKind.MOBILITY)).all()
    session.rollback()
    assert len(kinds) == 1
    for wrong, message in (
        ({"ended_on": (clock.today() + timedelta(days=1)).isoformat()}, "a day that has been"),
        ({"ended_on": "1999-01-01"}, "a day that has been"),
        ({"ended_on": "soon"}, "date"),
        ({"competences": "999999"}, "choice"),
        ({"words": ""}, "filled in"),
    ):
        refused = manager.post(address, data={**data, "key": "other", **wrong})
        assert refused.status_code == 422
        assert message in refused.text
    assert sign_in(town.colleague).get(address).status_code == 404
    assert sign_in(town.colleague).post(address, data=data).status_code == 404


def test_hr_withdraws_evidence_with_a_reason_that_the_person_reads(
    session: Session, town: Town, sign_in: SignIn
) -> None:
    hr = sign_in(town.hr)
    page = f"/agency/{town.slug}/people/{town.ids['learner']}/competences"
    number = session.scalars(select(Evidence.id).where(Evidence.kind == EvidenceKind.COMPLETION)).one()
    session.rollback()
    assert hr.post(f"{page}/evidence/{number}/withdraw", data={"reason": ""}).status_code == 422
    assert hr.post(f"{page}/evidence/{number}/withdraw", data={"reason": "Taken by another"}).status_code == 303
    assert level(session, town) == 0
    assert "Taken by another" in sign_in(town.learner).get(f"/my/competences/{town.rm1}").text
    assert sign_in(town.stranger).get(page).status_code == 404
    assert sign_in(town.colleague).get(page).status_code == 403
    assert keeping.differences(session) == []


def test_a_radar_has_an_axis_for_each_competence() -> None:
    assert radar([("A", 1), ("B", 2)]) is None
    drawn = radar([("A", 4), ("B", 0), ("C", 2), ("D", 4)])
    assert drawn is not None
    assert drawn.area == "200.0,50.0 200.0,200.0 200.0,275.0 50.0,200.0"
    assert len(drawn.rings) == 4
    assert [each.anchor for each in drawn.axes] == ["middle", "start", "middle", "end"]


def test_a_level_of_something_near_is_told_and_does_not_count(session: Session, town: Town, sign_in: SignIn) -> None:
    link = session.scalars(select(CrosswalkLink).where(CrosswalkLink.relation == Relation.CLOSE)).first()
    assert link is not None
    keeping.add(
        session, town.ids["learner"], [link.start_id], EvidenceKind.PRIOR_LEARNING, source="near", origin="near",
        happened_on=clock.today(),
    )  # fmt: skip
    other = link.end_id
    session.commit()
    page = sign_in(town.learner).get(f"/my/competences/{other}").text
    assert "you are at level 2 there" in page
    assert "Is close to" in page
    assert "Why do I have no level yet?" in page
