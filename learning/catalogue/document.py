"""A compiled course: what is stored in a version and what the player reads. Immutable.

HTML here is sanitised and complete but for addresses that depend on where it is shown; those are
links with the scheme ``course:`` (``course:lesson/l2``, ``course:media/cycle.nb.svg``,
``course:glossary/risk-appetite``, ``course:source/meldst30-ch7``), resolved by ``catalogue.addresses``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Activity(_Frozen):
    """``data`` is the activity type's own parsed form, answer key included: never send it to a browser."""

    id: str
    type: str
    rev: int = 1
    outcome: str | None = None
    points: Decimal | None = None  # None for unscored types
    optional: bool = False
    options: dict[str, str] = {}
    data: dict[str, Any]


class Part(_Frozen):
    """A piece of a lesson: either prose or an activity."""

    html: str | None = None
    activity: Activity | None = None


class Lesson(_Frozen):
    id: str
    title: str
    minutes: int
    parts: tuple[Part, ...]

    @property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(part.activity for part in self.parts if part.activity is not None)

    def activity(self, activity_id: str) -> Activity | None:
        return next((activity for activity in self.activities if activity.id == activity_id), None)


class Assessment(_Frozen):
    title: str
    minutes: int
    intro_html: str
    items: tuple[Activity, ...]  # the pool
    draw: int
    pass_percent: int
    attempts: int | None  # None: unlimited

    def item(self, item_id: str) -> Activity | None:
        return next((item for item in self.items if item.id == item_id), None)


class Outcome(_Frozen):
    id: str
    bloom: str
    text: str
    evidence: tuple[str, ...]
    competences: tuple[str, ...] = ()  # versions from before outcomes named them have none


class Term(_Frozen):
    id: str
    term: str
    html: str


class Source(_Frozen):
    id: str
    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None
    as_of: date | None = None


class ManagerNote(_Frozen):
    """What a learner may send to their own manager before and after the course."""

    title: str
    before_html: str
    after_html: str


class Pretest(_Frozen):
    """Lessons that the experienced may skip: a lesson -> the outcomes that must all be right."""

    per_outcome: int
    lessons: dict[str, tuple[str, ...]]

    @property
    def outcomes(self) -> tuple[str, ...]:
        return tuple(sorted({outcome for asked in self.lessons.values() for outcome in asked}))


class CourseText(_Frozen):
    """The course in one language."""

    language: str
    title: str
    summary: str
    start_html: str
    outcomes: tuple[Outcome, ...]
    lessons: tuple[Lesson, ...]
    assessment: Assessment | None
    glossary: tuple[Term, ...]
    manager_note: ManagerNote | None = None
    search_text: str  # plain words of titles, prose and glossary

    def lesson(self, lesson_id: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)

    def lesson_after(self, lesson_id: str) -> Lesson | None:
        ids = [lesson.id for lesson in self.lessons]
        place = ids.index(lesson_id) + 1
        return self.lessons[place] if place < len(ids) else None


class CourseDocument(_Frozen):
    id: str
    line: str  # innovation | risk-management | change-competence
    levels: tuple[str, ...]
    source_language: str
    minutes: int
    licence: str
    authors: tuple[str, ...]
    published: date | None = None
    review_by: date | None = None
    competences: tuple[str, ...]
    show_score: bool
    pretest: Pretest | None = None
    sources: tuple[Source, ...]
    texts: dict[str, CourseText]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    def text(self, language: str) -> CourseText:
        """The course in ``language``, or the nearest there is: nn and nb stand in for each other first."""
        order = {"nb": ("nb", "nn", "en"), "nn": ("nn", "nb", "en"), "en": ("en", "nb", "nn")}
        for candidate in order.get(language, ()):
            if candidate in self.texts:
                return self.texts[candidate]
        return self.texts[self.source_language]
