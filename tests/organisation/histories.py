"""Random histories of two accounts that are one person's, and what can be told of an account afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role, RoleGrant
from learning.catalogue.models import Course
from learning.certificates.issuing import new_code
from learning.certificates.models import Certificate
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Agency, Level, Membership, MembershipTag, Person, Position, Unit
from learning.paths.due_dates import DueRule
from learning.paths.membership import refresh
from learning.paths.models import AssignmentMember, DueKind
from learning.practice.models import (
    FollowUp,
    FollowUpAnswer,
    FollowUpKind,
    LearningPair,
    MailChoice,
    Outcome,
    PairStatus,
    RecallAnswer,
    RecallRound,
)
from learning.progress import ledger
from learning.progress.completing import current_position
from learning.progress.models import Attempt, Completion, Enrolment, LessonFinish, Note, Pretest, Response
from learning.sealing import seal, seal_text
from tests.factories import make_person, make_position
from tests.paths.scene import Town, assign, audience, begin, make_course, make_path, make_town

_numbers = count(1)


@dataclass
class World:
    town: Town
    other: Town
    courses: list[Course]
    colleague: Person


def make_world(session: Session) -> World:
    """Two agencies with assignments whose audiences overlap, some courses, and a colleague."""
    town, other = make_town(session), make_town(session)
    courses = [make_course(session) for _ in range(4)]
    colleague = make_person(session)
    for each, units in ((town, (town.top, town.school, town.nursing)), (other, (other.top, other.school))):
        make_position(session, colleague, each.top)
        make_position(session, make_person(session), each.home_care)
        for number, unit in enumerate(units):
            make_position(session, make_person(session), unit)
            path = make_path(session, each.agency, courses[number], electives=(courses[3],))
            assign(session, path, audience(unit), DueRule(DueKind.AFTER_ASSIGNMENT, days=20 + number))
            assign(session, path, audience(each.health), DueRule(DueKind.AFTER_POSITION_START, days=10))
    return World(town, other, courses, colleague)


def _chain(session: Session, enrolment: Enrolment) -> Completion:
    """A completion with its certificate, as the next link of the agency's ledger."""
    position = current_position(session, enrolment.person_id)
    last = None
    if position is not None:
        last = session.execute(
            select(Completion.agency_sequence, Completion.hash)
            .where(Completion.agency_id == position.agency_id)
            .order_by(Completion.agency_sequence.desc())
            .limit(1)
        ).first()
    course = session.get_one(Course, enrolment.course_id)
    completion = Completion(
        enrolment_id=enrolment.id, person_id=enrolment.person_id, recorded_person_id=enrolment.person_id,
        course_id=course.id, version_id=enrolment.version_id, language="en", course_title="A course", minutes=30,
        completed_at=clock.now(), previous_hash=last[1] if last else ledger.GENESIS,
        agency_id=position.agency_id if position else None, unit_id=position.unit_id if position else None,
        position_id=position.id if position else None, level=position.level if position else None,
        agency_sequence=((last[0] if last else 0) + 1) if position else None,
    )  # fmt: skip
    version = course.current_version
    assert version is not None
    completion.hash = ledger.hash_of(completion, course.slug, version.digest)
    session.add(completion)
    session.flush()
    session.add(
        Certificate(
            completion_id=completion.id, person_id=completion.person_id, code=new_code(),
            serial=f"HR-TEST-{next(_numbers)}", language="en", content={"name": "As it was"},
        )
    )  # fmt: skip
    session.flush()
    return completion


def live_a_day(session: Session, world: World, person: Person, rng: Random) -> None:
    """One thing that an account does or that is done to it."""
    number = next(_numbers)
    mine = session.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).all()
    enrolment = rng.choice(mine) if mine else None
    match rng.randrange(12):
        case 0 | 1:
            course = rng.choice(world.courses)
            last = session.scalar(
                select(func.max(Enrolment.round)).where(
                    Enrolment.person_id == person.id, Enrolment.course_id == course.id
                )
            )
            begin(session, person, course, again=(last or 0) + 1)
        case 2 | 3 if enrolment:
            done = session.scalar(select(Completion.id).where(Completion.enrolment_id == enrolment.id))
            if done is None:
                _chain(session, enrolment)
        case 4 if enrolment:
            session.add(
                Response(
                    enrolment_id=enrolment.id, version_id=enrolment.version_id, lesson_id="l1", activity_id="a",
                    language="en", answer=seal({"text": f"secret {number}"}), key=rng.choice(["k1", f"k{number}"]),
                )
                if not session.scalar(
                    select(Response.id).where(Response.enrolment_id == enrolment.id, Response.key == "k1")
                )
                else LessonFinish(enrolment_id=enrolment.id, lesson_id=f"l{number}")
            )  # fmt: skip
        case 5 if enrolment:
            session.add(Note(enrolment_id=enrolment.id, lesson_id=f"l{number}", text=seal_text(f"note {number}")))
            if session.get(Pretest, enrolment.id) is None:
                session.add(
                    Pretest(enrolment_id=enrolment.id, version_id=enrolment.version_id, language="en", seed=1, items=[])
                )
            tries = session.scalar(select(func.count()).where(Attempt.enrolment_id == enrolment.id)) or 0
            if tries == 0:
                session.add(
                    Attempt(
                        enrolment_id=enrolment.id, version_id=enrolment.version_id, number=1, seed=1, items=[],
                        language="en",
                    )
                )  # fmt: skip
        case 6 if enrolment:
            follow_up = FollowUp(
                enrolment_id=enrolment.id, person_id=person.id, lesson_id="l1", activity_id=f"p{number}",
                kind=FollowUpKind.PLAN, days=30, due_on=clock.today(),
            )  # fmt: skip
            session.add(follow_up)
            session.flush()
            session.add(FollowUpAnswer(follow_up_id=follow_up.id, outcome=Outcome.DONE, key="k"))
        case 7:
            day = clock.today() - timedelta(days=rng.randrange(3))
            if not session.scalar(
                select(RecallRound.id).where(RecallRound.person_id == person.id, RecallRound.due_on == day)
            ):
                made = RecallRound(person_id=person.id, due_on=day, language="en", seed=1, items=[])
                session.add(made)
                session.flush()
                session.add(RecallAnswer(round_id=made.id, item_id="c:a", answer={}, correct=True))
        case 8:
            place = rng.choice([world.town, world.town, world.other])
            unit: Unit = rng.choice([place.top, place.school, place.nursing])
            starts_on = date(2024, rng.choice([1, 2]), 1)
            taken = select(Position.id).where(
                Position.person_id == person.id, Position.unit_id == unit.id, Position.starts_on == starts_on
            )
            if not session.scalar(taken):
                ends_on = rng.choice([None, None, date(2025, 1, 1)])
                make_position(
                    session, person, unit, starts_on=starts_on, ends_on=ends_on, level=rng.choice(list(Level)),
                    reports_to_id=rng.choice([None, world.colleague.id]),
                )  # fmt: skip
                membership = session.get_one(Membership, (place.agency.id, person.id))
                membership.employee_number = membership.employee_number or rng.choice([None, f"n{number}"])
                session.flush()
                if not session.get(MembershipTag, (place.agency.id, person.id, "new")) and rng.random() < 0.5:
                    session.add(MembershipTag(agency_id=place.agency.id, person_id=person.id, tag="new"))
                session.flush()
                refresh(session, place.agency.id)
        case 9:
            if session.get(MailChoice, person.id) is None:
                session.add(MailChoice(person_id=person.id, recall=rng.random() < 0.5))
        case 10:
            agency: Agency | None = rng.choice([world.town.agency, world.other.agency, None])
            role = Role.PLATFORM_ADMIN if agency is None else rng.choice([Role.HR, Role.AUTHOR])
            held = select(RoleGrant.id).where(
                RoleGrant.person_id == person.id,
                RoleGrant.role == role,
                RoleGrant.revoked_at.is_(None),
                RoleGrant.agency_id.is_not_distinct_from(agency.id if agency else None),
            )
            if not session.scalar(held):
                session.add(RoleGrant(person_id=person.id, agency_id=agency.id if agency else None, role=role))
        case 11 if enrolment:
            has = select(LearningPair.id).where(LearningPair.enrolment_id == enrolment.id)
            if not session.scalar(has):
                session.add(
                    LearningPair(
                        enrolment_id=enrolment.id, person_id=person.id, partner_id=world.colleague.id,
                        agency_id=world.town.agency.id, status=PairStatus.ACTIVE,
                    )
                )  # fmt: skip
    session.flush()


def pair_up(session: Session, world: World, one: Person, other: Person) -> None:
    """The one asks the other account to be their partner, and is their manager: both must end."""
    enrolment = session.scalar(
        select(Enrolment)
        .outerjoin(LearningPair, LearningPair.enrolment_id == Enrolment.id)
        .where(Enrolment.person_id == one.id, LearningPair.id.is_(None))
        .limit(1)
    )
    if enrolment is not None:
        session.add(
            LearningPair(
                enrolment_id=enrolment.id, person_id=one.id, partner_id=other.id, agency_id=world.town.agency.id
            )
        )
    for position in session.scalars(select(Position).where(Position.person_id == other.id)):
        position.reports_to_id = one.id
    session.flush()


def belongings(session: Session, *person_ids: int) -> dict[str, set[object]]:
    """Everything that the accounts have left, by what it is."""
    enrolled = select(Enrolment.id).where(Enrolment.person_id.in_(person_ids))

    def ids(statement: object) -> set[object]:
        return set(session.scalars(statement))  # type: ignore[call-overload]

    return {
        "enrolments": ids(enrolled),
        "completions": ids(select(Completion.id).where(Completion.person_id.in_(person_ids))),
        "certificates": ids(select(Certificate.code).where(Certificate.person_id.in_(person_ids))),
        "responses": ids(select(Response.id).where(Response.enrolment_id.in_(enrolled))),
        "finishes": ids(select(LessonFinish.id).where(LessonFinish.enrolment_id.in_(enrolled))),
        "attempts": ids(select(Attempt.id).where(Attempt.enrolment_id.in_(enrolled))),
        "notes": ids(select(Note.lesson_id).where(Note.enrolment_id.in_(enrolled))),
        "pretests": ids(select(Pretest.enrolment_id).where(Pretest.enrolment_id.in_(enrolled))),
        "follow-ups": ids(select(FollowUp.id).where(FollowUp.person_id.in_(person_ids))),
        "recall": ids(select(RecallRound.id).where(RecallRound.person_id.in_(person_ids))),
        "pairs": ids(select(LearningPair.id).where(LearningPair.person_id.in_(person_ids))),
        "roles": ids(select(RoleGrant.id).where(RoleGrant.person_id.in_(person_ids))),
        "mails": ids(select(OutboxMessage.id).where(OutboxMessage.person_id.in_(person_ids))),
        "places": ids(select(Position.unit_id).where(Position.person_id.in_(person_ids))),
        "agencies": ids(select(Membership.agency_id).where(Membership.person_id.in_(person_ids))),
        "tags": ids(select(MembershipTag.agency_id).where(MembershipTag.person_id.in_(person_ids))),
        "assigned": ids(select(AssignmentMember.assignment_id).where(AssignmentMember.person_id.in_(person_ids))),
        "assigned now": ids(
            select(AssignmentMember.assignment_id).where(
                AssignmentMember.person_id.in_(person_ids), AssignmentMember.left_at.is_(None)
            )
        ),
    }
