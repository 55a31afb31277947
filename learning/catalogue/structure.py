"""course.yaml: read, checked, every fault with its line."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from learning.activities.registry import Reporter

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Language = Literal["nb", "nn", "en"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OutcomePlan(_Strict):
    id: Slug
    bloom: Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]
    evidence: list[str] = Field(min_length=1)


class LessonPlan(_Strict):
    id: Slug
    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.md$")]
    minutes: int = Field(ge=1, le=30)


class AssessmentPlan(_Strict):
    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.md$")]
    minutes: int = Field(ge=1, le=60)
    draw: int = Field(ge=1, le=50)
    pass_percent: int = Field(ge=1, le=100)
    attempts: Literal["unlimited"] | Annotated[int, Field(ge=1, le=20)] = "unlimited"


class CertificatePlan(_Strict):
    show_score: bool = False


class SourcePlan(_Strict):
    title: str
    publisher: str | None = None
    year: int | None = Field(None, ge=1800, le=2100)
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    as_of: date | None = None
    review_by: date | None = None
    note: str | None = None


class CoursePlan(_Strict):
    id: Slug
    line: Literal["innovation", "risk-management", "change-competence"]
    levels: list[Literal["first-line", "middle", "top", "employee", "employee-representative", "elected"]] = Field(
        min_length=1
    )
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
    certificate: CertificatePlan = CertificatePlan()
    sources: dict[str, SourcePlan] = {}
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
    """The content and the composed node; (None, None) after reporting that it cannot be read."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return yaml.safe_load(text), node
    except (yaml.YAMLError, ValueError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line = (mark.line + 1 if mark else 1) + offset
        problem = getattr(fault, "problem", None) or str(fault)
        report.error(line, f"The YAML cannot be read: {problem}.", "Check indentation with spaces, colons and quotes.")
        return None, None


def read_plan(text: str, folder_name: str, report: Reporter) -> tuple[CoursePlan | None, yaml.Node | None]:
    """Read course.yaml; None when it cannot be used at all."""
    content, node = read_yaml(text, report)
    if node is None and content is None:
        if not text.strip():
            report.error(1, "course.yaml is empty.", "Fill it as docs/course-format.md shows.")
        return None, None
    if not isinstance(content, dict):
        report.error(1, "course.yaml is not a list of names and values.", "Write id: ..., line: ... and so on.")
        return None, None
    try:
        plan = CoursePlan.model_validate(content)
    except ValidationError as fault:
        for detail in fault.errors():
            path = tuple(detail["loc"])
            name = ".".join(str(step) for step in path if step not in ("int", "literal['unlimited']"))
            messages = {
                "missing": (f"{name} is missing.", "Add it; docs/course-format.md shows where."),
                "extra_forbidden": (f"{name} is not known.", "Take it away or mend its spelling."),
            }
            message, mend = messages.get(detail["type"], (f"{name} is not right: {detail['msg']}.", "Mend the value."))
            report.error(line_of(node, path), message, mend)
        return None, node
    if plan.id != folder_name:
        report.error(line_of(node, ("id",)), f"The id {plan.id} is not the folder's name.", f"Write id: {folder_name}.")
    if plan.source_language not in plan.languages:
        report.error(line_of(node, ("languages",)), "The source language is not among the languages.", "Add it.")
    for name, ids in (
        ("outcomes", [each.id for each in plan.outcomes]),
        ("lessons", [each.id for each in plan.lessons]),
        ("languages", list(plan.languages)),
    ):
        for place, each in enumerate(ids):
            if each in ids[:place]:
                report.error(line_of(node, (name, place)), f"{each} stands twice in {name}.", "Take one away.")
    total = sum(each.minutes for each in plan.lessons) + (plan.assessment.minutes if plan.assessment else 0)
    if total != plan.minutes:
        report.warning(
            line_of(node, ("minutes",)),
            f"minutes is {plan.minutes}; the lessons and assessment sum to {total}.",
            f"Write {total}.",
        )
    if plan.review_by < date.today():  # noqa: DTZ011  (a day more or less does not matter here)
        report.warning(line_of(node, ("review_by",)), "The review date has passed.", "Review the course, then move it.")
    for key, source in plan.sources.items():
        if source.review_by and source.review_by < date.today():  # noqa: DTZ011
            report.warning(line_of(node, ("sources", key)), f"The source {key} is due for review.", "Read it again.")
    return plan, node
