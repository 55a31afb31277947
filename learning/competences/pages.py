"""What the page of a framework shows, gathered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.catalogue.frameworks import CompetencePlan, Group
from learning.competences import coverage, published
from learning.competences.coverage import Building
from learning.competences.models import Relation
from learning.competences.published import PublishedFramework


@dataclass(frozen=True)
class Related:
    """A competence of another framework, and how the page's own is related to it."""

    relation: Relation
    framework: PublishedFramework
    competence: CompetencePlan
    note: Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    competence: CompetencePlan
    related: Sequence[Related]
    courses: Sequence[Building]


@dataclass(frozen=True)
class ShownGroup:
    group: Group
    competences: Sequence[Shown]


def groups_of(session: Session, framework: PublishedFramework) -> list[ShownGroup]:
    """The framework's groups and competences in order, with what each is related to and the courses that build it."""
    related = _related(session, framework)
    # Courses name competences of all agencies; an agency's own may be spelled alike by chance.
    courses = coverage.buildings(session) if framework.framework.agency_id is None else {}
    return [
        ShownGroup(
            group,
            [
                Shown(each, related.get(each.code, ()), courses.get(each.code, ()))
                for each in framework.plan.competences_of(group.id)
            ],
        )
        for group in framework.plan.groups
    ]


def _related(session: Session, framework: PublishedFramework) -> dict[str, list[Related]]:
    others = {each.plan.framework: each for each in published.frameworks(session, ())}
    found: dict[str, list[Related]] = {}
    if framework.framework.agency_id is not None:
        return found
    for link in published.links_of(session, framework):
        from_start = link.start.partition(".")[0] == framework.plan.framework
        own, code = (link.start, link.end) if from_start else (link.end, link.start)
        other = others.get(code.partition(".")[0])
        competence = other.plan.competence(code) if other else None
        if other is not None and competence is not None:
            found.setdefault(own, []).append(Related(link.relation, other, competence, link.note))
    return found


def replacement_of(session: Session, framework: PublishedFramework) -> PublishedFramework | None:
    """The framework that replaced an archived one."""
    code = framework.version.replaced_by
    return published.current(session, code) if code is not None else None


@dataclass(frozen=True)
class Listed:
    """The list of frameworks: those of all agencies, the agencies' own, and those no longer in use."""

    shared: Sequence[PublishedFramework]
    own: Sequence[PublishedFramework]
    past: Sequence[tuple[PublishedFramework, PublishedFramework | None]]


def listed(session: Session, agency_ids: Collection[int]) -> Listed:
    found = published.frameworks(session, agency_ids)
    by_code = {each.plan.framework: each for each in found if each.framework.agency_id is None}
    return Listed(
        shared=[each for each in found if each.in_use and each.framework.agency_id is None],
        own=[each for each in found if each.in_use and each.framework.agency_id is not None],
        past=[(each, by_code.get(each.version.replaced_by or "")) for each in found if not each.in_use],
    )
