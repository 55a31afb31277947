"""A person's record as one list: completed courses with their certificates, and levels of competences. No free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.frameworks import CompetencePlan, FrameworkPlan
from learning.catalogue.store import load_document
from learning.certificates import listing
from learning.certificates.models import Certificate, CertificateRevocation
from learning.competences import published
from learning.competences.evidence_models import CompetenceLevel
from learning.competences.models import Competence
from learning.organisation.models import Person
from learning.portfolio.models import BadgeKind, LevelBadge
from learning.progress.models import Completion


@dataclass(frozen=True)
class Skill:
    """A competence by code, with its own and its framework's name."""

    code: str
    title: str
    framework: str


@dataclass(frozen=True)
class Achieved:
    """One thing achieved. ``credential`` is its badge's id; None when there is none: the certificate is revoked.

    ``skills`` are of frameworks of all agencies only: others' codes would mean something else elsewhere.
    """

    kind: BadgeKind
    credential: str | None
    about: str  # what it is, by an id that is the same for everybody
    title: str
    language: str
    source: str | None  # the agency
    at: datetime
    until: date | None
    skills: tuple[Skill, ...]
    level: int | None = None
    serial: str | None = None
    is_revoked: bool = False

    @property
    def on(self) -> date:
        return self.at.astimezone(clock.OSLO).date()


def certificate_credential(code: str) -> str:
    """A badge's id from a certificate's code: the list of revoked badges must not tell the code."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'certificate:{code}')}"


def gather(session: Session, person: Person, language: str) -> list[Achieved]:
    """The person's record, newest first; levels get the badge ids they are said under, which are kept."""
    found = [*_completions(session, person.id, language), *_levels(session, person.id, language)]
    return sorted(found, key=lambda each: (each.at, each.title), reverse=True)


def _completions(session: Session, person_id: int, language: str) -> list[Achieved]:
    certificates = {each.completion_id: each for each in listing.for_person(session, person_id)}
    rows = session.scalars(
        select(Completion)
        .options(joinedload(Completion.agency))
        .where(Completion.person_id == person_id)
        .order_by(Completion.id)
    ).all()
    found = []
    for each in rows:
        document = load_document(session, each.version_id)
        certificate = certificates.get(each.id)
        holds = certificate is not None and certificate.revocation is None
        found.append(
            Achieved(
                kind=BadgeKind.COMPLETION,
                credential=certificate_credential(certificate.code) if certificate is not None and holds else None,
                about=f"course:{document.id}:{each.version.number}",
                title=each.course_title,
                language=each.language,
                source=each.agency.name if each.agency else None,
                at=each.completed_at,
                until=None,
                skills=_skills(session, document.competences, language),
                serial=certificate.serial if certificate is not None else None,
                is_revoked=certificate is not None and not holds,
            )
        )
    return found


def _skills(session: Session, codes: Sequence[str], language: str) -> tuple[Skill, ...]:
    found = []
    for code in codes:
        one = published.competence(session, code)
        if one is not None and one.plan is not None and one.framework.framework.agency_id is None:
            found.append(_skill(one.framework.plan, one.plan, language))
    return tuple(found)


def _skill(framework: FrameworkPlan, plan: CompetencePlan, language: str) -> Skill:
    return Skill(plan.code, published.text_in(plan.titles, language), published.text_in(framework.titles, language))


def _levels(session: Session, person_id: int, language: str) -> list[Achieved]:
    rows = session.execute(
        select(CompetenceLevel, Competence)
        .join(Competence, Competence.id == CompetenceLevel.competence_id)
        .options(joinedload(Competence.framework))
        .where(
            CompetenceLevel.person_id == person_id,
            or_(CompetenceLevel.next_expiry.is_(None), CompetenceLevel.next_expiry >= clock.today()),
        )
        .order_by(Competence.code)
    ).all()
    found = []
    for level, competence in rows:
        version_id = competence.framework.current_version_id
        framework = published.load_plan(session, version_id) if version_id is not None else None
        plan = framework.competence(competence.code) if framework else None
        if framework is None or plan is None:
            continue
        skill = _skill(framework, plan, language)
        is_of_all = competence.framework.agency_id is None
        found.append(
            Achieved(
                kind=BadgeKind.LEVEL,
                credential=f"urn:uuid:{_badge(session, level)}",
                about=f"competence:{competence.code}" if is_of_all else f"competence:own:{competence.id}",
                title=skill.title,
                language=published.language_of(plan.titles, language),
                source=competence.framework.agency.name if competence.framework.agency else None,
                at=level.changed_at,
                until=level.next_expiry,
                skills=(skill,) if is_of_all else (),
                level=level.level,
            )
        )
    return found


def _badge(session: Session, level: CompetenceLevel) -> str:
    """The id under which the level is said; the same one as long as nothing about it changes."""
    same = LevelBadge.until.is_(None) if level.next_expiry is None else LevelBadge.until == level.next_expiry
    found = session.scalar(
        select(LevelBadge.id)
        .where(
            LevelBadge.person_id == level.person_id,
            LevelBadge.competence_id == level.competence_id,
            LevelBadge.level == level.level,
            LevelBadge.since == level.changed_at,
            same,
        )
        .order_by(LevelBadge.id)
        .limit(1)
    )
    if found is not None:
        return found
    made = LevelBadge(
        person_id=level.person_id, competence_id=level.competence_id, level=level.level, since=level.changed_at,
        until=level.next_expiry,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def revoked(session: Session) -> list[str]:
    """The ids of badges that no longer hold although their time is not over: of revoked certificates, and of levels
    that the person has fallen from. Ids alone: no names, and no codes of certificates.
    """
    codes = session.scalars(select(Certificate.code).join(CertificateRevocation).order_by(Certificate.id))
    fallen = session.scalars(
        select(LevelBadge.id)
        .outerjoin(
            CompetenceLevel,
            (CompetenceLevel.person_id == LevelBadge.person_id)
            & (CompetenceLevel.competence_id == LevelBadge.competence_id),
        )
        .where(
            or_(LevelBadge.until.is_(None), LevelBadge.until >= clock.today()),
            or_(CompetenceLevel.level.is_(None), CompetenceLevel.level < LevelBadge.level),
        )
        .order_by(LevelBadge.id)
    )
    return [*map(certificate_credential, codes), *(f"urn:uuid:{each}" for each in fallen)]
