"""The competences that an agency can need: those of the frameworks in use, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competences import published
from learning.competences.models import Competence
from learning.competences.published import text_in


@dataclass(frozen=True)
class KnownCompetence:
    """``levels`` are the words for level 1 to 4, or nothing when the framework has none."""

    id: int
    code: str
    title: str
    description: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class KnownFramework:
    id: int
    code: str
    title: str
    competences: tuple[KnownCompetence, ...]


@dataclass(frozen=True)
class Known:
    """The frameworks in use, and their competences by id and by code."""

    frameworks: tuple[KnownFramework, ...]
    by_id: Mapping[int, KnownCompetence]
    by_code: Mapping[str, KnownCompetence]

    def framework_of(self, competence_id: int) -> KnownFramework | None:
        return next((each for each in self.frameworks if any(c.id == competence_id for c in each.competences)), None)

    def chosen(self, framework_code: str | None) -> Sequence[KnownFramework]:
        """The framework with the code alone, or all without one."""
        return [each for each in self.frameworks if framework_code in (None, "", each.code)]


def load(session: Session, agency_id: int, language: str) -> Known:
    """What the agency can need. As many queries as there are frameworks in use, and two."""
    in_use = published.in_use(session, (agency_id,))
    rows = session.execute(
        select(Competence.framework_id, Competence.code, Competence.id).where(
            Competence.framework_id.in_([each.framework.id for each in in_use])
        )
    )
    ids = {(framework_id, code): competence_id for framework_id, code, competence_id in rows}
    frameworks = tuple(
        KnownFramework(
            each.framework.id,
            each.framework.code,
            text_in(each.plan.titles, language),
            tuple(
                KnownCompetence(
                    ids[each.framework.id, plan.code],
                    plan.code,
                    text_in(plan.titles, language),
                    text_in(plan.descriptions, language),
                    tuple(text_in(level, language) for level in plan.levels),
                )
                for plan in each.plan.competences
            ),
        )
        for each in in_use
    )
    everything = [competence for each in frameworks for competence in each.competences]
    return Known(
        frameworks,
        {each.id: each for each in everything},
        {each.code: each for each in reversed(everything)},  # one of all agencies goes first
    )
