"""Competences with their words: what a goal's or a conversation's competence is called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.catalogue.frameworks import CompetencePlan
from learning.competences import published
from learning.competences.models import Competence, Framework
from learning.competences.published import PublishedFramework, text_in


@dataclass(frozen=True)
class Named:
    """A competence as its framework has it now; ``plan`` is None when it was left out since."""

    row: Competence
    framework: PublishedFramework
    plan: CompetencePlan | None

    def title(self, language: str) -> str:
        return text_in(self.plan.titles, language) if self.plan else self.row.code


def named(session: Session, competence_ids: Collection[int], agency_ids: Collection[int] | None) -> dict[int, Named]:
    """Competences by id, of frameworks of all agencies and of these; of any agency when that is None."""
    statement = select(Competence).join(Competence.framework).where(Competence.id.in_(competence_ids))
    if agency_ids is not None:
        statement = statement.where(or_(Framework.agency_id.is_(None), Framework.agency_id.in_(agency_ids)))
    rows = session.scalars(statement).all()
    owners = {each.framework.agency_id for each in rows} - {None}
    found = {
        each.framework.id: each for each in published.frameworks(session, [each for each in owners if each is not None])
    }
    return {
        each.id: Named(each, found[each.framework_id], found[each.framework_id].plan.competence(each.code))
        for each in rows
        if each.framework_id in found
    }


def competence(session: Session, competence_id: int, agency_ids: Collection[int]) -> Named | None:
    """A competence that a goal can be made of: of a framework in use that people of the agencies may see."""
    found = named(session, [competence_id], agency_ids).get(competence_id)
    return found if found is not None and found.framework.in_use and found.plan is not None else None
