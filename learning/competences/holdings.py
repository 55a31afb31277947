"""What a person has of competences, gathered for pages: levels by framework, and all about one competence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.activities.commitment import Commitment
from learning.catalogue.document import Lesson
from learning.catalogue.frameworks import CompetencePlan
from learning.catalogue.models import Course, CourseVersion
from learning.competences import coverage, keeping, published
from learning.competences.advice import Offer, Way, ways
from learning.competences.evidence_models import CompetenceLevel, ConfirmationRequest, Contest, Evidence
from learning.competences.levels import EvidenceKind, Level, level_of
from learning.competences.models import Competence, CrosswalkLink, Relation
from learning.competences.published import PublishedFramework
from learning.sealing import open_or_empty

MOST = 5  # courses that are suggested on the page of all competences


@dataclass(frozen=True)
class Standing:
    """A competence with the level that the person has; 0 is none."""

    id: int
    plan: CompetencePlan
    level: int
    next_expiry: date | None


@dataclass(frozen=True)
class Framework:
    published: PublishedFramework
    standings: Sequence[Standing]


@dataclass(frozen=True)
class One:
    """A competence as its page shows it."""

    row: Competence
    framework: PublishedFramework
    plan: CompetencePlan


@dataclass(frozen=True)
class Shown:
    """A piece of evidence. ``state``: "counts", "replaced", "expired" or "withdrawn".

    ``titles`` are the course's by language, when there is one; ``code`` is the competence that it was given for.
    """

    row: Evidence
    state: str
    titles: Mapping[str, str] | None
    code: str


@dataclass(frozen=True)
class Near:
    """A competence of another framework that is close to it, or a part, with the level that the person has there."""

    code: str
    id: int
    level: int
    relation: Relation


@dataclass(frozen=True)
class Lift:
    """A course that takes the person to the next level of some competences: each with the level now and after."""

    course: Offer
    competences: Sequence[tuple[Standing, int]]


def frameworks(session: Session, person_id: int, agency_ids: Collection[int]) -> list[Framework]:
    """The frameworks in use that people of the agencies are measured by, with the person's levels."""
    kept = {
        each.competence_id: each
        for each in session.scalars(select(CompetenceLevel).where(CompetenceLevel.person_id == person_id))
    }
    found = []
    for each in published.in_use(session, agency_ids):
        ids = published.competence_ids(session, each)
        standings = []
        for plan in each.plan.competences:
            level = kept.get(ids[plan.code])
            standings.append(
                Standing(ids[plan.code], plan, level.level if level else 0, level.next_expiry if level else None)
            )
        found.append(Framework(each, standings))
    return found


def one(session: Session, competence_id: int, agency_ids: Collection[int]) -> One | None:
    """A competence that people of the agencies may see; None for another agency's, or one that is left out now."""
    row = session.get(Competence, competence_id)
    framework = published.framework_by_id(session, row.framework_id, agency_ids) if row is not None else None
    plan = framework.plan.competence(row.code) if framework is not None and row is not None else None
    return One(row, framework, plan) if row is not None and framework is not None and plan is not None else None


def level_now(session: Session, person_id: int, competence_id: int) -> Level:
    today = clock.today()
    found = keeping.found_levels(session, [person_id], [competence_id], today)
    return found.get((person_id, competence_id)) or level_of([], today)


def course_id_of(row: Evidence) -> int | None:
    """The course that evidence comes from."""
    parts = row.origin.split(":")
    places = {
        EvidenceKind.COMPLETION: 1, EvidenceKind.ASSESSMENT: 1, EvidenceKind.COMMITMENT: 1,
        EvidenceKind.PRIOR_LEARNING: 2,
    }  # fmt: skip
    place = places.get(row.kind)
    return int(parts[place]) if place is not None and len(parts) > place and parts[place].isdigit() else None


def _titles(session: Session, rows: Sequence[Evidence]) -> dict[int, dict[str, str]]:
    ids = {found for each in rows if (found := course_id_of(each)) is not None}
    query = select(Course.id, CourseVersion.titles).join(CourseVersion, CourseVersion.id == Course.current_version_id)
    return {each.id: dict(each.titles) for each in session.execute(query.where(Course.id.in_(ids)))}


def _shown(session: Session, rows: Sequence[Evidence], states: Mapping[int, str]) -> list[Shown]:
    titles = _titles(session, rows)
    return [
        Shown(
            each,
            "withdrawn" if each.withdrawn_at is not None else states.get(each.id, ""),
            titles.get(course_id_of(each) or 0),
            each.competence.code,
        )
        for each in rows
    ]


def _rows(
    session: Session, person_id: int, competence_ids: Collection[int] | None, most: int | None
) -> Sequence[Evidence]:
    statement = (
        select(Evidence)
        .options(joinedload(Evidence.competence, innerjoin=True), joinedload(Evidence.by))
        .where(Evidence.person_id == person_id)
        .order_by(Evidence.happened_on.desc(), Evidence.id.desc())
        .limit(most)
    )
    if competence_ids is not None:
        statement = statement.where(Evidence.competence_id.in_(competence_ids))
    return session.scalars(statement).all()


def opened(row: Evidence) -> str:
    """What the one who confirmed it has seen; for the person and the one who wrote it. Empty when it cannot be read."""
    return open_or_empty(row.words)


def states_of(level: Level) -> dict[int, str]:
    """What has become of each piece, by its id."""
    return {
        **{each.id: "counts" for each in level.counted},
        **{each.id: "replaced" for each in level.replaced},
        **{each.id: "expired" for each in level.expired},
    }


def evidence_of(session: Session, person_id: int, competence_id: int, level: Level) -> list[Shown]:
    """All evidence that speaks of a competence, also what counts no more; newest first, at most 500."""
    ids = keeping.with_same([competence_id], keeping.same_as(session))
    return _shown(session, _rows(session, person_id, ids, 500), states_of(level))


def timeline(session: Session, person_id: int, most: int = 100) -> list[Shown]:
    """The newest evidence of all competences."""
    return _shown(session, _rows(session, person_id, None, most), {})


def _has_promise(lessons: Sequence[Lesson]) -> bool:
    return any(activity.type == Commitment.name for lesson in lessons for activity in lesson.activities)


def offers(session: Session, codes: Collection[str]) -> dict[str, list[Offer]]:
    """The courses that take learners, by the code of each of these competences that they build."""
    ids = {each.slug: each.id for each in session.execute(select(Course.slug, Course.id))}
    found: dict[str, list[Offer]] = {}
    for code, buildings in coverage.buildings(session).items():
        if code not in codes:
            continue
        for each in buildings:
            text = each.course.texts[each.course.source_language]
            found.setdefault(code, []).append(
                Offer(ids[each.course.id], each.course.id, text.assessment is not None, _has_promise(text.lessons))
            )
    return found


def ways_on(session: Session, competence: One, level: Level) -> list[Way]:
    """What takes the person on to the next level of a competence."""
    code = competence.row.code
    built = offers(session, [code]).get(code, []) if competence.framework.framework.agency_id is None else []
    return ways(level, built, clock.today())


def lifts(session: Session, person_id: int, found: Sequence[Framework]) -> list[Lift]:
    """The courses that reach the next level of most competences, what lifts most first."""
    standings = {
        each.plan.code: each
        for framework in found
        if framework.published.framework.agency_id is None
        for each in framework.standings
    }
    today = clock.today()
    levels = keeping.found_levels(session, [person_id], None, today)
    lifted: dict[Offer, list[tuple[Standing, int]]] = {}
    for code, built in offers(session, standings).items():
        standing = standings[code]
        now = levels.get((person_id, standing.id)) or level_of([], today)
        for way in ways(now, built, today):
            if way.course is not None and way.reached > now.level:
                lifted.setdefault(way.course, []).append((standing, way.reached))
    ordered = sorted(lifted.items(), key=lambda each: (-len(each[1]), each[0].slug))
    return [Lift(course, competences) for course, competences in ordered[:MOST]]


def in_own_data(session: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """All that is held of the person's competences, as plain values; ``words`` as whoever confirmed it wrote them."""
    levels = session.execute(
        select(Competence.code, CompetenceLevel.level, CompetenceLevel.next_expiry)
        .join(Competence, Competence.id == CompetenceLevel.competence_id)
        .where(CompetenceLevel.person_id == person_id)
        .order_by(Competence.code)
    )
    requests = session.scalars(
        select(ConfirmationRequest)
        .options(
            joinedload(ConfirmationRequest.person, innerjoin=True),
            joinedload(ConfirmationRequest.asked, innerjoin=True),
            joinedload(ConfirmationRequest.competence, innerjoin=True),
            joinedload(ConfirmationRequest.evidence),
        )
        .where((ConfirmationRequest.person_id == person_id) | (ConfirmationRequest.asked_id == person_id))
        .order_by(ConfirmationRequest.id)
    )
    contests = session.scalars(
        select(Contest)
        .options(joinedload(Contest.competence, innerjoin=True))
        .where(Contest.person_id == person_id)
        .order_by(Contest.id)
    )
    return {
        "levels": [
            {"competence": code, "level": level, "counts_until": until.isoformat() if until else None}
            for code, level, until in levels
        ],
        "evidence": [
            {
                "competence": each.competence.code,
                "kind": each.kind.value,
                "level": each.level,
                "points": each.weight,
                "happened_on": each.happened_on.isoformat(),
                "expires_on": each.expires_on.isoformat() if each.expires_on else None,
                "by": each.by.name if each.by else None,
                "words": opened(each),
                "withdrawn": each.withdrawn_reason if each.withdrawn_at else None,
            }
            for each in _rows(session, person_id, None, None)
        ],
        "confirmations": [
            {
                "competence": each.competence.code,
                "asked_by": each.person.name,
                "asked": each.asked.name,
                "at": each.requested_at.isoformat(),
                "status": each.status.value,
                "words": opened(each.evidence) if each.evidence else "",
            }
            for each in requests
        ],
        "contests": [
            {"competence": each.competence.code, "at": each.at.isoformat(), "words": each.words, "answer": each.answer}
            for each in contests
        ],
    }


def near(session: Session, person_id: int, competence_id: int) -> list[Near]:
    """What is close to a competence, or a part of it or the whole, and where the person has a level of it."""
    found = []
    for link in session.scalars(
        select(CrosswalkLink)
        .options(joinedload(CrosswalkLink.start, innerjoin=True), joinedload(CrosswalkLink.end, innerjoin=True))
        .where(
            (CrosswalkLink.start_id == competence_id) | (CrosswalkLink.end_id == competence_id),
            CrosswalkLink.relation != Relation.SAME,
        )
        .order_by(CrosswalkLink.id)
    ):
        other = link.end if link.start_id == competence_id else link.start
        kept = session.get(CompetenceLevel, (person_id, other.id))
        if kept is not None:
            found.append(Near(other.code, other.id, kept.level, link.relation))
    return found
