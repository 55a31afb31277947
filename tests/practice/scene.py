"""A learner with a course that has a plan and a promise, and colleagues around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.activities.registry import activity_type
from learning.catalogue.store import load_document
from learning.organisation.models import Agency, Person, Unit
from learning.progress import answering, assessing, enrolling
from learning.progress.models import Completion, Enrolment
from tests import factories

PLAN = {"slot-situation": ["they ask"], "slot-action": ["I listen"]}
PROMISE = {"choice": ["own-words"], "text": ["I will ask Åse"]}
SHEET = {"cell-0-step": ["Ask first"], "cell-0-size": ["small"], "cell-0-gain": ["high"]}


@dataclass
class Scene:
    agency: Agency
    unit: Unit
    learner: Person
    colleague: Person
    manager: Person
    enrolment: Enrolment


def set_up(session: Session) -> Scene:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    manager = factories.make_person(session, given_name="Mari")
    learner = factories.make_person(session, given_name="Lars")
    colleague = factories.make_person(session, given_name="Kaja")
    factories.make_position(session, manager, unit)
    factories.make_position(session, learner, unit, reports_to_id=manager.id)
    factories.make_position(session, colleague, unit)
    version = factories.publish_practice(session)
    enrolment = enrolling.enrol(session, learner, version.course, "en")
    return Scene(agency, unit, learner, colleague, manager, enrolment)


def answer(session: Session, enrolment: Enrolment, activity_id: str, form: dict[str, list[str]], key: str) -> None:
    text = load_document(session, enrolment.version_id).text("en")
    lesson = next(each for each in text.lessons if each.activity(activity_id))
    activity = lesson.activity(activity_id)
    assert activity is not None
    answering.record_response(session, enrolment, lesson, activity, form, key)


def complete(session: Session, enrolment: Enrolment) -> Completion:
    """Take the course to the end: plan, promise and sheet filled in."""
    document = load_document(session, enrolment.version_id)
    answer(session, enrolment, "k-one", {"choice": ["day"]}, "k")
    answer(session, enrolment, "s-steps", SHEET, "s")
    answer(session, enrolment, "c-ask", PROMISE, "c")
    answer(session, enrolment, "p-next", PLAN, "p")
    for lesson in document.text("en").lessons:
        answering.finish_lesson(session, enrolment, document, lesson)
    attempt = assessing.start_attempt(session, enrolment, document)
    assessment = document.text("en").assessment
    assert assessment is not None
    for item in assessing.drawn_items(attempt, assessment):
        form = activity_type(item.type).best_form(item.data)
        assert form is not None
        assessing.save_answer(session, attempt, item, form)
    completion = assessing.hand_in(session, enrolment, attempt)
    assert completion is not None
    return completion


def year_around(due: Iterable[int], late: int) -> list[int]:
    """Days of a year: each from before something is due until it is too late for it, and one a week in between."""
    near = {day for each in due for day in range(each - 1, each + late + 2)}
    return sorted({*near, *range(0, 365, 7)})
