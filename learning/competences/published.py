"""What is published: the face by which other rooms ask for frameworks, competences and their words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from learning.catalogue.frameworks import CompetencePlan, FrameworkPlan
from learning.competences.models import Competence, CrosswalkLink, Framework, FrameworkVersion, Relation

MOST_KEPT = 256
_plans: OrderedDict[str, FrameworkPlan] = OrderedDict()  # by digest; the longest unused first
_lock = Lock()
_ORDER = {"nb": ("nb", "nn", "en"), "nn": ("nn", "nb", "en"), "en": ("en", "nb", "nn")}


@dataclass(frozen=True)
class PublishedFramework:
    """A framework with the version that counts; ``plan`` is what that version says."""

    framework: Framework
    version: FrameworkVersion
    plan: FrameworkPlan

    @property
    def in_use(self) -> bool:
        return not self.plan.is_archived and self.framework.retired_at is None


@dataclass(frozen=True)
class PublishedCompetence:
    """``plan`` is None for one that the version which counts has left out."""

    row: Competence
    framework: PublishedFramework
    plan: CompetencePlan | None


@dataclass(frozen=True)
class Link:
    """How the competence ``start`` is related to ``end``, both by code. ``note`` is in several languages, or empty."""

    start: str
    end: str
    relation: Relation
    note: Mapping[str, str]


def text_in(texts: Mapping[Any, str], language: str) -> str:
    """The words in ``language``, or the nearest there is: nn and nb stand in for each other first."""
    for candidate in _ORDER.get(language, ()):
        if candidate in texts:
            return texts[candidate]
    return next(iter(texts.values()), "")


def language_of(texts: Mapping[Any, str], language: str) -> str:
    """The language that ``text_in`` answers in: pages must say so."""
    return next((each for each in _ORDER.get(language, ()) if each in texts), next(iter(texts), language))


def load_plan(session: Session, version_id: int) -> FrameworkPlan:
    """What a version says. Raises LookupError when there is no such version."""
    digest = session.scalar(select(FrameworkVersion.digest).where(FrameworkVersion.id == version_id))
    if digest is None:
        raise LookupError(f"no framework version {version_id}")
    return _plan(session, version_id, digest)


def _plan(session: Session, version_id: int, digest: str) -> FrameworkPlan:
    with _lock:
        if digest in _plans:
            _plans.move_to_end(digest)
            return _plans[digest]
    content = session.scalar(select(FrameworkVersion.document).where(FrameworkVersion.id == version_id))
    plan = FrameworkPlan.model_validate(content)
    with _lock:
        _plans[digest] = plan
        while len(_plans) > MOST_KEPT:
            _plans.popitem(last=False)
    return plan


def _seen_by(agency_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Framework.agency_id.is_(None), Framework.agency_id.in_(agency_ids))


def _whole(session: Session, framework: Framework) -> PublishedFramework:
    version = framework.current_version
    assert version is not None
    return PublishedFramework(framework, version, _plan(session, version.id, version.digest))


def frameworks(session: Session, agency_ids: Collection[int]) -> list[PublishedFramework]:
    """All frameworks that people of the agencies may see, those of all agencies first, by code."""
    found = session.scalars(
        select(Framework)
        .options(joinedload(Framework.current_version), joinedload(Framework.agency))
        .where(Framework.current_version_id.is_not(None), _seen_by(agency_ids))
    ).all()
    ordered = sorted(found, key=lambda each: (each.agency_id is not None, each.agency_id or 0, each.code))
    return [_whole(session, each) for each in ordered]


def framework_by_id(session: Session, framework_id: int, agency_ids: Collection[int]) -> PublishedFramework | None:
    """A framework that people of the agencies may see; None for another agency's."""
    found = session.scalar(
        select(Framework)
        .options(joinedload(Framework.current_version))
        .where(Framework.id == framework_id, Framework.current_version_id.is_not(None), _seen_by(agency_ids))
    )
    return _whole(session, found) if found is not None else None


def current(session: Session, code: str, agency_id: int | None = None) -> PublishedFramework | None:
    """The framework with the code: that of all agencies, or ``agency_id``'s own."""
    owner = Framework.agency_id.is_(None) if agency_id is None else Framework.agency_id == agency_id
    found = session.scalar(
        select(Framework)
        .options(joinedload(Framework.current_version))
        .where(Framework.code == code, owner, Framework.current_version_id.is_not(None))
    )
    return _whole(session, found) if found is not None else None


def of_agency(session: Session, agency_id: int) -> list[PublishedFramework]:
    """The agency's own frameworks, also those it no longer uses."""
    return [each for each in frameworks(session, (agency_id,)) if each.framework.agency_id == agency_id]


def in_use(session: Session, agency_ids: Collection[int]) -> list[PublishedFramework]:
    """The frameworks that people of the agencies are measured by today: of all agencies, and their own."""
    return [each for each in frameworks(session, agency_ids) if each.in_use]


def competence(session: Session, code: str, agency_id: int | None = None) -> PublishedCompetence | None:
    """The competence with the code, as people of the agency know it; one of all agencies goes first."""
    for owner in (None, agency_id) if agency_id is not None else (None,):
        framework = current(session, code.partition(".")[0], owner)
        if framework is None:
            continue
        row = session.scalar(
            select(Competence).where(Competence.framework_id == framework.framework.id, Competence.code == code)
        )
        if row is not None:
            return PublishedCompetence(row, framework, framework.plan.competence(code))
    return None


def competence_ids(session: Session, framework: PublishedFramework) -> dict[str, int]:
    """The ids of the competences that the framework has now, by code."""
    codes = [each.code for each in framework.plan.competences]
    found = session.execute(
        select(Competence.code, Competence.id).where(
            Competence.framework_id == framework.framework.id, Competence.code.in_(codes)
        )
    )
    return {each.code: each.id for each in found}


def links_of(session: Session, framework: PublishedFramework) -> list[Link]:
    """The links between the framework's competences and those of others, both ways, by code."""
    start, end = aliased(Competence), aliased(Competence)
    of = framework.framework.id
    found = session.execute(
        select(start.code, end.code, CrosswalkLink.relation, CrosswalkLink.note)
        .join(start, CrosswalkLink.start_id == start.id)
        .join(end, CrosswalkLink.end_id == end.id)
        .where(or_(start.framework_id == of, end.framework_id == of))
        .order_by(start.code, end.code)
    )
    return [Link(first, second, relation, dict(note or {})) for first, second, relation, note in found]


def versions(session: Session, framework_id: int) -> Sequence[FrameworkVersion]:
    """Every version of a framework, newest first."""
    return session.scalars(
        select(FrameworkVersion)
        .where(FrameworkVersion.framework_id == framework_id)
        .order_by(FrameworkVersion.number.desc())
    ).all()
