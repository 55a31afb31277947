"""course.yaml: read, checked, every fault with its line."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from learning import clock
from learning.activities.registry import Reporter

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Language = Literal["nb", "nn", "en"]
CourseLine = Literal["innovation", "risk-management", "change-competence"]
CourseLevel = Literal["first-line", "middle", "top", "employee", "employee-representative", "elected"]


class _Loader(yaml.SafeLoader):
    """The safe loader with dates left as text, so that an impossible one is reported with its line."""


_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Strict(BaseModel):
    """A part of a YAML file: no name besides those that are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OutcomePlan(Strict):
    id: Slug
    bloom: Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]
    competences: list[str] = Field(min_length=1)
    evidence: list[str] = Field(min_length=1)


class LessonPlan(Strict):
    id: Slug
    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.md$")]
    minutes: int = Field(ge=1, le=30)


class AssessmentPlan(Strict):
    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.md$")]
    minutes: int = Field(ge=1, le=60)
    draw: int = Field(ge=1, le=50)
    pass_percent: int = Field(ge=1, le=100)
    attempts: Literal["unlimited"] | Annotated[int, Field(ge=1, le=20)] = "unlimited"


class PretestPlan(Strict):
    """``lessons``: a lesson -> the outcomes that must all be right for it to be skipped."""

    per_outcome: int = Field(2, ge=1, le=5)
    lessons: dict[Slug, Annotated[list[str], Field(min_length=1)]] = Field(min_length=1)


class CertificatePlan(Strict):
    show_score: bool = False


class SourcePlan(Strict):
    title: str
    publisher: str | None = None
    year: int | None = Field(None, ge=1800, le=2100)
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    as_of: date | None = None
    review_by: date | None = None
    note: str | None = None


class CoursePlan(Strict):
    id: Slug
    line: CourseLine
    levels: list[CourseLevel] = Field(min_length=1)
    source_language: Language
    languages: list[Language] = Field(min_length=1)
    minutes: int = Field(ge=5, le=240)
    licence: str
    authors: list[str] = Field(min_length=1)
    published: date | None = None
    review_by: date
    competences: list[str] = Field(min_length=1)
    outcomes: list[OutcomePlan] = Field(min_length=2, max_length=5)
    lessons: list[LessonPlan] = Field(min_length=1)
    assessment: AssessmentPlan | None = None
    pretest: PretestPlan | None = None
    certificate: CertificatePlan = CertificatePlan()
    sources: dict[Slug, SourcePlan] = {}
    retired: list[str] = []


def line_of(node: yaml.Node | None, path: tuple[Any, ...]) -> int:
    """The line, from 1, of the deepest part of ``path`` that exists in a composed YAML document."""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            match = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if match is None:
                break
            line, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def read_yaml(text: str, report: Reporter, *, offset: int = 0) -> tuple[Any, yaml.Node | None]:
    """The content and the composed node; (None, None) after reporting that it cannot be read.

    ``offset`` is the number of lines in the file before the text.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        _report_doubles(node, report, offset)
        return yaml.load(text, Loader=_Loader), node  # noqa: S506  (a SafeLoader)
    except RecursionError:
        report.error(1 + offset, "The YAML is nested too deeply.", "Write it as docs/course-format.md shows.")
    except (yaml.YAMLError, ValueError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line = (mark.line + 1 if mark else 1) + offset
        problem = getattr(fault, "problem", None) or str(fault)
        report.error(
            line, f"The YAML cannot be read: {problem}.", "Indent with spaces; put text with a colon in quotes."
        )
    return None, None


def _report_doubles(node: yaml.Node | None, report: Reporter, offset: int) -> None:
    """YAML takes the last of two equal keys in silence; an author means one of them."""
    waiting, seen = [node], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, yaml.SequenceNode):
            waiting += each.value
        elif isinstance(each, yaml.MappingNode):
            waiting += [value for _, value in each.value]
            keys = Counter(str(key.value) for key, _ in each.value)
            for key, _ in each.value:
                if keys[str(key.value)] > 1:
                    keys[str(key.value)] = 0
                    line = key.start_mark.line + 1 + offset
                    report.error(line, f"{key.value} stands twice.", "Keep one of them.")


def read_plan(text: str, folder_name: str, report: Reporter) -> tuple[CoursePlan | None, yaml.Node | None]:
    """Read course.yaml; None when it cannot be used at all."""
    if not text.strip():
        report.error(1, "course.yaml is empty.", "Fill it as docs/course-format.md shows.")
        return None, None
    content, node = read_yaml(text, report)
    if node is None:
        return None, None
    if not isinstance(content, dict):
        report.error(1, "course.yaml does not hold names and values.", "Write id: ..., line: ... and so on.")
        return None, None
    try:
        plan = CoursePlan.model_validate(content)
    except ValidationError as fault:
        report_invalid(fault, node, report)
        return None, node
    usable = _check_plan(plan, node, folder_name, report)
    return plan if usable else None, node


def report_invalid(
    fault: ValidationError, node: yaml.Node, report: Reporter, docs: str = "docs/course-format.md"
) -> None:
    """One fault for each value that is wrong, however many alternatives pydantic tried for it."""
    told: set[str] = set()
    for each in fault.errors():
        # pydantic adds the alternative it tried, which is no part of the file
        path = tuple(step for step in each["loc"] if step not in ("int", "constrained-int", "literal['unlimited']"))
        name = ".".join(str(step) for step in path if step != "[key]")
        if name in told:
            continue
        told.add(name)
        messages = {
            "missing": (f"{name} is missing.", f"Add it; {docs} shows where."),
            "extra_forbidden": (f"{name} is not known.", "Take it away or mend its spelling."),
        }
        message, mend = messages.get(each["type"], (f"{name} is not right: {each['msg']}.", "Mend the value."))
        report.error(line_of(node, path), message, mend)


def _check_plan(plan: CoursePlan, node: yaml.Node, folder_name: str, report: Reporter) -> bool:
    """Whether the files can be compiled by this plan: its names are clear."""
    usable = True
    if plan.id != folder_name:
        report.error(line_of(node, ("id",)), f"The id {plan.id} is not the folder's name.", f"Write id: {folder_name}.")
    if plan.source_language not in plan.languages:
        usable = False
        report.error(line_of(node, ("languages",)), "The source language is not among the languages.", "Add it.")
    for name, ids in (
        ("outcomes", [each.id for each in plan.outcomes]),
        ("lessons", [each.id for each in plan.lessons]),
        ("languages", list(plan.languages)),
        ("levels", list(plan.levels)),
        ("competences", list(plan.competences)),
    ):
        for place, each in enumerate(ids):
            if each in ids[:place]:
                usable = False
                report.error(line_of(node, (name, place)), f"{each} stands twice in {name}.", "Take one away.")
    usable &= _check_pretest(plan, node, report)
    taken = {"index.md", "glossary.md", "manager.md", *([plan.assessment.file] if plan.assessment else [])}
    for place, lesson in enumerate(plan.lessons):
        if lesson.file in taken:
            usable = False
            report.error(
                line_of(node, ("lessons", place)), f"The file {lesson.file} is in use already.", "Name its own file."
            )
        taken.add(lesson.file)
    total = sum(each.minutes for each in plan.lessons) + (plan.assessment.minutes if plan.assessment else 0)
    if total != plan.minutes:
        report.warning(
            line_of(node, ("minutes",)),
            f"minutes is {plan.minutes}; the lessons and assessment sum to {total}.",
            f"Write {total}.",
        )
    today = clock.today()
    if plan.review_by < today:
        report.warning(line_of(node, ("review_by",)), "The review date has passed.", "Review the course, then move it.")
    for key, source in plan.sources.items():
        if source.review_by and source.review_by < today:
            report.warning(line_of(node, ("sources", key)), f"The source {key} is due for review.", "Read it again.")
    return usable


def _check_pretest(plan: CoursePlan, node: yaml.Node, report: Reporter) -> bool:
    """A pre-test names lessons and outcomes of the course, and needs a pool to draw from."""
    if plan.pretest is None:
        return True
    usable = True
    known = {lesson.id for lesson in plan.lessons}
    outcomes = {outcome.id for outcome in plan.outcomes}
    if plan.assessment is None:
        usable = False
        report.error(line_of(node, ("pretest",)), "A pre-test draws from the assessment's pool.", "Add an assessment.")
    for lesson, asked in plan.pretest.lessons.items():
        line = line_of(node, ("pretest", "lessons", lesson))
        if lesson not in known:
            usable = False
            report.error(line, f"There is no lesson {lesson} to skip.", f"Name one of {', '.join(sorted(known))}.")
        for outcome in asked:
            if outcome not in outcomes:
                usable = False
                report.error(line, f"There is no outcome {outcome}.", f"Name one of {', '.join(sorted(outcomes))}.")
    return usable
