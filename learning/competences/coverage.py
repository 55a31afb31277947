"""Which courses build which competence: what the current courses say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.catalogue import store
from learning.catalogue.document import CourseDocument
from learning.catalogue.frameworks import CompetencePlan
from learning.competences import published
from learning.competences.published import PublishedFramework, text_in


@dataclass(frozen=True)
class Building:
    """A course that builds a competence, and the ids of its outcomes that do.

    Versions from before outcomes named competences have none.
    """

    course: CourseDocument
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A competence with what builds it, by course id. ``courses`` are in the order of ``Matrix.courses``."""

    competence: CompetencePlan
    by_course: Mapping[str, Building]

    @property
    def is_hole(self) -> bool:
        return not self.by_course


@dataclass(frozen=True)
class Matrix:
    """One framework against the courses that have anything to do with it."""

    framework: PublishedFramework
    courses: Sequence[CourseDocument]
    rows: Sequence[Row]

    @property
    def holes(self) -> int:
        return sum(row.is_hole for row in self.rows)


def buildings(session: Session) -> dict[str, list[Building]]:
    """The courses that take learners, by the code of each competence that they build."""
    found: dict[str, list[Building]] = {}
    for version in store.current_versions(session):
        course = store.load_document(session, version.id)
        outcomes = course.texts[course.source_language].outcomes
        for code in course.competences:
            built = tuple(each.id for each in outcomes if code in each.competences)
            found.setdefault(code, []).append(Building(course, built))
    return found


def matrices(session: Session) -> list[Matrix]:
    """Every framework of all agencies that is in use, with its holes."""
    found = buildings(session)
    return [_matrix(each, found) for each in published.in_use(session, ())]


def _matrix(framework: PublishedFramework, found: Mapping[str, Sequence[Building]]) -> Matrix:
    rows = [
        Row(competence, {each.course.id: each for each in found.get(competence.code, ())})
        for competence in framework.plan.competences
    ]
    courses = {each.course.id: each.course for row in rows for each in row.by_course.values()}
    return Matrix(framework, [courses[slug] for slug in sorted(courses)], rows)


def as_rows(found: Sequence[Matrix], language: str) -> Iterator[list[object]]:
    """The matrices as lines: framework, code, competence, course id, course, outcomes. A hole has no course."""
    for matrix in found:
        for row in matrix.rows:
            head = [matrix.framework.plan.framework, row.competence.code, text_in(row.competence.titles, language)]
            if row.is_hole:
                yield [*head, None, None, None]
            for slug in sorted(row.by_course):
                each = row.by_course[slug]
                yield [*head, slug, each.course.text(language).title, ", ".join(each.outcomes)]
