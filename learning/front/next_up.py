"""The one thing that the start page asks a learner to do next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from learning.catalogue.searching import Found
from learning.paths.due_dates import Status
from learning.paths.learner import MyPath
from learning.progress.overview import CourseProgress


@dataclass(frozen=True)
class NextUp:
    """Either a course to go on with, or one to begin; ``due_on`` when a path asks for it by a day."""

    going_on: CourseProgress | None = None
    begin: Found | None = None
    is_assigned: bool = False
    due_on: date | None = None
    again: bool = False  # what is to be begun is completed and to be renewed


def choose(
    progress: Sequence[CourseProgress], paths: Sequence[MyPath], catalogue: Sequence[Found], level: str | None
) -> NextUp:
    """Go on where the learner left; else the assigned course that is due first; else a new one for their level.

    ``progress`` is the most recently active first and ``paths`` the first due first. All empty when nothing is left.
    """
    open_paths = [path for path in paths if path.status is not Status.DONE]
    asked = {step.course_slug: path for path in reversed(open_paths) for step in path.steps if step.mandatory}
    for each in progress:
        if each.completion is None:
            path = asked.get(each.course_slug)
            return NextUp(going_on=each, is_assigned=path is not None, due_on=path.due_on if path else None)
    by_slug = {each.document.id: each for each in catalogue}
    for path in open_paths:
        step = path.next_step
        if step is not None and step.is_open and step.course_slug in by_slug:
            return NextUp(begin=by_slug[step.course_slug], is_assigned=True, due_on=path.due_on, again=path.is_renewal)
    return NextUp(begin=suggest(catalogue, {each.course_slug for each in progress}, level))


def suggest(catalogue: Sequence[Found], known: Collection[str], level: str | None) -> Found | None:
    """A course the learner has not begun: one for their level before others."""
    fresh = [each for each in catalogue if each.document.id not in known]
    fitting = [each for each in fresh if level in each.document.levels]
    return next(iter(fitting or fresh), None)
