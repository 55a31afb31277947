"""What becomes evidence by itself: completions, passed assessments, promises that were kept, prior learning granted.

A course builds competences of the frameworks of all agencies. One whose framework is not published here is passed over;
``make_missing`` makes it later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from learning import clock
from learning.catalogue.document import CourseDocument
from learning.catalogue.models import Course, CourseVersion
from learning.catalogue.store import load_document
from learning.competences import keeping
from learning.competences.evidence_models import Evidence
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence, Framework
from learning.paths.models import Recognition, RecognitionKind
from learning.practice.models import FollowUp, FollowUpKind, Outcome
from learning.progress.models import Attempt, AttemptAnswer, Completion

OTHER_ANSWER = "It was answered anew."
ENDED = "The recognition was ended."


def ids_of(session: Session, codes: Collection[str]) -> set[int]:
    """The published competences of all agencies with these codes."""
    return set(
        session.scalars(
            select(Competence.id)
            .join(Competence.framework)
            .where(Competence.code.in_(codes), Framework.agency_id.is_(None))
        )
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.OSLO).date()


def from_completion(session: Session, completion: Completion) -> bool:
    """Evidence of a completed course, and of its assessment when it was passed; whether any was new."""
    document = load_document(session, completion.version_id)
    found = keeping.add(
        session,
        completion.person_id,
        ids_of(session, document.competences),
        EvidenceKind.COMPLETION,
        source=f"completion:{completion.id}",
        origin=f"course:{completion.course_id}",
        happened_on=_day(completion.completed_at),
        agency_id=completion.agency_id,
    )
    best = session.scalar(
        select(Attempt)
        .where(Attempt.enrolment_id == completion.enrolment_id, Attempt.passed.is_(True))
        .order_by(Attempt.score_percent.desc(), Attempt.id)
        .limit(1)
    )
    if best is None or best.submitted_at is None:
        return found
    more = keeping.add(
        session,
        completion.person_id,
        ids_of(session, _shown_in(session, best)),
        EvidenceKind.ASSESSMENT,
        source=f"assessment:{completion.id}",
        origin=f"assessment:{completion.course_id}",
        happened_on=_day(best.submitted_at),
        agency_id=completion.agency_id,
    )
    return found or more


def _shown_in(session: Session, attempt: Attempt) -> set[str]:
    """The competences of the outcomes whose questions went well enough; of the course if outcomes name none."""
    document = load_document(session, attempt.version_id)
    text = document.text(attempt.language)
    if text.assessment is None or not any(each.competences for each in text.outcomes):
        return set(document.competences)
    answers = session.execute(
        select(AttemptAnswer.item_id, AttemptAnswer.points).where(AttemptAnswer.attempt_id == attempt.id)
    )
    points = {each.item_id: each.points for each in answers}
    shown: set[str] = set()
    for outcome in text.outcomes:
        items = [each for each in text.assessment.items if each.outcome == outcome.id and each.id in attempt.items]
        most = sum((each.points or Decimal(1) for each in items), Decimal(0))
        got = sum((points.get(each.id) or Decimal(0) for each in items), Decimal(0))
        if items and got * 100 >= most * text.assessment.pass_percent:
            shown.update(outcome.competences)
    return shown


def from_follow_up(session: Session, follow_up: FollowUp) -> bool:
    """A promise that was kept, by the answer that was given last; whether it was new. Another answer takes it back."""
    if follow_up.kind is not FollowUpKind.COMMITMENT or not follow_up.answers:
        return False
    last = follow_up.answers[-1]
    source = f"follow-up:{follow_up.id}"
    if last.outcome is not Outcome.DONE:
        withdraw_from(session, follow_up.person_id, source, OTHER_ANSWER)
        return False
    enrolment = follow_up.enrolment
    return keeping.add(
        session,
        follow_up.person_id,
        ids_of(
            session, _promised(load_document(session, enrolment.version_id), enrolment.language, follow_up.activity_id)
        ),
        EvidenceKind.COMMITMENT,
        source=f"{source}:{last.id}",
        origin=f"commitment:{enrolment.course_id}:{follow_up.activity_id}",
        happened_on=_day(last.at),
    )


def _promised(document: CourseDocument, language: str, activity_id: str) -> Collection[str]:
    text = document.text(language)
    found = next((each for lesson in text.lessons if (each := lesson.activity(activity_id)) is not None), None)
    outcome = next((each for each in text.outcomes if found is not None and each.id == found.outcome), None)
    return outcome.competences if outcome is not None and outcome.competences else document.competences


def from_recognition(session: Session, recognition: Recognition) -> bool:
    """Prior learning that HR has granted; whether it was new. When the recognition is ended it is taken back."""
    if recognition.kind is not RecognitionKind.PRIOR_LEARNING or not recognition.granted:
        return False
    source = f"recognition:{recognition.id}"
    if recognition.ended_at is not None:
        withdraw_from(session, recognition.person_id, source, ENDED)
        return False
    version_id = recognition.course.current_version_id
    if version_id is None or recognition.decided_at is None:
        return False
    return keeping.add(
        session,
        recognition.person_id,
        ids_of(session, _built_by(session, version_id)),
        EvidenceKind.PRIOR_LEARNING,
        source=source,
        origin=f"prior-learning:{recognition.agency_id}:{recognition.course_id}",
        happened_on=_day(recognition.decided_at),
        until=recognition.valid_until,
        agency_id=recognition.agency_id,
        by_id=recognition.decided_by_id,
    )


def _built_by(session: Session, version_id: int) -> list[str]:
    """The codes of the competences that a course builds; without reading the whole of it."""
    return session.scalar(select(CourseVersion.document["competences"]).where(CourseVersion.id == version_id)) or []


def withdraw_from(session: Session, person_id: int, source: str, reason: str) -> None:
    for each in session.scalars(
        select(Evidence).where(
            Evidence.person_id == person_id,
            Evidence.source_key.startswith(f"{source}:", autoescape=True),
            Evidence.withdrawn_at.is_(None),
        )
    ).all():
        keeping.withdraw(session, each, reason)


def make_missing(session: Session) -> int:
    """Make what is not evidence yet of all that has happened; of how many things. Once more makes nothing."""
    made = 0
    for completion in session.scalars(select(Completion).order_by(Completion.id)).all():
        made += from_completion(session, completion)
    for follow_up in session.scalars(
        select(FollowUp)
        .options(joinedload(FollowUp.enrolment, innerjoin=True), selectinload(FollowUp.answers))
        .where(FollowUp.kind == FollowUpKind.COMMITMENT, FollowUp.answers.any())
        .order_by(FollowUp.id)
    ).all():
        made += from_follow_up(session, follow_up)
    for recognition in session.scalars(
        select(Recognition)
        .options(joinedload(Recognition.course, innerjoin=True).load_only(Course.current_version_id))
        .where(Recognition.kind == RecognitionKind.PRIOR_LEARNING, Recognition.granted.is_(True))
        .order_by(Recognition.id)
    ).all():
        made += from_recognition(session, recognition)
    return made
