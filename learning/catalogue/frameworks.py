"""Frameworks of competences on disk: one YAML file each, read and checked, every fault with its line.

docs/frameworks.md is the reference for those who write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from config import ROOT
from learning.activities.registry import Reporter
from learning.catalogue.faults import Faults
from learning.catalogue.languages import read_text
from learning.catalogue.structure import Language, Slug, Strict, line_of, read_yaml, report_invalid

DELIVERED = ROOT / "courses" / "frameworks"
DOCS = "docs/frameworks.md"
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")
LEVELS = (1, 2, 3, 4)
STATEMENTS = 3  # a competence has so many, or none

FrameworkCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]
CompetenceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}\.[A-Z0-9]{1,4}$")]
Relation = Literal["same", "close", "part"]

_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
_About = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]
Texts = Mapping[Language, str]  # the same words in every language of the framework


class Replacement(Strict):
    framework: FrameworkCode
    version: int = Field(ge=1)


class FrameworkSource(Strict):
    title: _About
    publisher: str | None = None
    year: int | None = Field(None, ge=1800, le=2100)
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    as_of: date | None = None
    note: str | None = None


class Group(Strict):
    id: Slug
    titles: dict[Language, _Title]


class Statement(Strict):
    """What colleagues can see at the workplace; asked about in surveys, answered by how far one agrees."""

    id: Slug
    nb: _Text | None = None
    nn: _Text | None = None
    en: _Text | None = None

    @property
    def texts(self) -> dict[Language, str]:
        return {language: text for language in LANGUAGES if (text := getattr(self, language)) is not None}


class CompetencePlan(Strict):
    """``added`` is true when it is not in the framework's source. ``levels`` go from 1 to 4."""

    code: CompetenceCode
    group: Slug
    added: bool = False
    titles: dict[Language, _Title]
    descriptions: dict[Language, _Text]
    levels: list[dict[Language, _Text]]
    statements: list[Statement] = []


class CrosswalkPlan(Strict):
    """From a competence of this framework to one of another."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    start: CompetenceCode = Field(alias="from")
    end: CompetenceCode = Field(alias="to")
    relation: Relation
    note: dict[Language, _Text] | None = None


class FrameworkPlan(Strict):
    framework: FrameworkCode
    version: int = Field(ge=1)
    status: Literal["current", "archived"]
    replaced_by: Replacement | None = None
    languages: list[Language] = Field(min_length=1)
    titles: dict[Language, _Title]
    descriptions: dict[Language, _About]
    source: FrameworkSource | None = None
    groups: list[Group] = Field(min_length=1)
    competences: list[CompetencePlan] = Field(min_length=1)
    crosswalk: list[CrosswalkPlan] = []

    @property
    def is_archived(self) -> bool:
        return self.status == "archived"

    def competence(self, code: str) -> CompetencePlan | None:
        return next((each for each in self.competences if each.code == code), None)

    def competences_of(self, group_id: str) -> list[CompetencePlan]:
        return [each for each in self.competences if each.group == group_id]


@dataclass(frozen=True)
class Frameworks:
    """The frameworks of a folder, as far as their files can be read, by code. ``faults`` are those of all the files."""

    plans: Mapping[str, FrameworkPlan]
    faults: Faults

    @property
    def current(self) -> list[FrameworkPlan]:
        return [plan for plan in self.plans.values() if not plan.is_archived]

    def of_competence(self, code: str) -> FrameworkPlan | None:
        """The framework that has the competence; None when there is no such competence."""
        plan = self.plans.get(code.partition(".")[0])
        return plan if plan is not None and plan.competence(code) is not None else None


@dataclass(frozen=True)
class _File:
    plan: FrameworkPlan
    node: yaml.Node | None
    report: Reporter


def read_frameworks(folder: Path) -> Frameworks:
    """Read and check every framework of a folder. Never raises for what somebody may have written."""
    folder = folder.resolve()
    faults = Faults(folder.parent)
    files: list[_File] = []
    for path in sorted(folder.glob("*.yml")):
        faults.for_file(path).error(1, "The file is not read.", f"Name it {path.stem}.yaml.")
    for path in sorted(folder.glob("*.yaml")):
        report = faults.for_file(path)
        text = read_text(path, report)
        plan, node = read_framework(text, report) if text is not None else (None, None)
        if plan is None:
            continue
        if path.name != f"{plan.framework.lower()}.yaml":
            mend = f"Name the file {plan.framework.lower()}.yaml."
            report.error(line_of(node, ("framework",)), f"The framework {plan.framework} is not the file's name.", mend)
            continue
        files.append(_File(plan, node, report))
    plans = {file.plan.framework: file.plan for file in files}
    pairs: set[frozenset[str]] = set()
    for file in files:
        _check_replacement(file, plans)
        _check_crosswalk(file, plans, pairs)
    return Frameworks(plans, faults)


_State = tuple[tuple[str, int, int], ...]
_kept: dict[Path, tuple[_State, Frameworks]] = {}  # the last result of each folder; written whole, so threads may race


def frameworks_for(course_folder: Path) -> Frameworks:
    """The frameworks that a course's competences are of: those beside the course, else the delivered ones.

    They are read again only when a file has changed.
    """
    folder = folder_for(course_folder)
    state = state_of(folder)
    kept = _kept.get(folder)
    if kept is None or kept[0] != state:
        kept = _kept[folder] = (state, read_frameworks(folder))
    return kept[1]


def folder_for(course_folder: Path) -> Path:
    beside = course_folder.resolve().parent / "frameworks"
    return beside if beside.is_dir() else DELIVERED


def state_of(folder: Path) -> _State:
    """Changes whenever a file of the folder does."""
    files = sorted(folder.glob("*.y*ml"))
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


def read_framework(text: str, report: Reporter) -> tuple[FrameworkPlan | None, yaml.Node | None]:
    """Read one file and check what can be checked of it alone; no framework when it cannot be used."""
    if not text.strip():
        report.error(1, "The file is empty.", f"Fill it as {DOCS} shows.")
        return None, None
    content, node = read_yaml(text, report)
    if node is None:
        return None, None
    if not isinstance(content, dict):
        report.error(1, "The file does not hold names and values.", f"Fill it as {DOCS} shows.")
        return None, node
    try:
        plan = FrameworkPlan.model_validate(content)
    except ValidationError as fault:
        report_invalid(fault, node, report, DOCS)
        return None, node
    _check_languages(plan, node, report)
    _check_competences(plan, node, report)
    return plan, node


def _check_languages(plan: FrameworkPlan, node: yaml.Node, report: Reporter) -> None:
    """Every text in every language of the framework, and a framework of all agencies in all three."""
    for language in LANGUAGES:
        if language not in plan.languages:
            report.error(line_of(node, ("languages",)), f"The language {language} is missing.", "Write it everywhere.")
    for path, texts in every_text(plan):
        name = ".".join(str(step) for step in path)
        for language in plan.languages:
            if language not in texts:
                report.error(line_of(node, path), f"{name} has no text in {language}.", f"Add {language}: ...")
        for language in texts:
            if language not in plan.languages:
                mend = "Add it there or take the text away."
                report.error(line_of(node, path), f"{name} has {language}, which is not among the languages.", mend)


def every_text(plan: FrameworkPlan) -> Iterator[tuple[tuple[str | int, ...], Texts]]:
    """Every text of a framework with its place in the file."""
    yield ("titles",), plan.titles
    yield ("descriptions",), plan.descriptions
    for at, group in enumerate(plan.groups):
        yield ("groups", at, "titles"), group.titles
    for at, competence in enumerate(plan.competences):
        yield ("competences", at, "titles"), competence.titles
        yield ("competences", at, "descriptions"), competence.descriptions
        for place, level in enumerate(competence.levels):
            yield ("competences", at, "levels", place), level
        for place, statement in enumerate(competence.statements):
            yield ("competences", at, "statements", place), statement.texts
    for at, link in enumerate(plan.crosswalk):
        if link.note is not None:
            yield ("crosswalk", at, "note"), link.note


def _check_competences(plan: FrameworkPlan, node: yaml.Node, report: Reporter) -> None:
    groups = [group.id for group in plan.groups]
    _report_twice("groups", groups, node, report)
    _report_twice("competences", [each.code for each in plan.competences], node, report)
    used = Counter(each.group for each in plan.competences)
    for at, group in enumerate(groups):
        if not used[group]:
            mend = "Put one in it or take it away."
            report.error(line_of(node, ("groups", at)), f"The group {group} has no competence.", mend)
    statements: set[str] = set()
    for at, competence in enumerate(plan.competences):
        place: tuple[str | int, ...] = ("competences", at)
        code = competence.code
        if code.partition(".")[0] != plan.framework:
            mend = f"Begin it with {plan.framework}."
            report.error(line_of(node, (*place, "code")), f"The code {code} is another framework's.", mend)
        if competence.group not in groups:
            mend = f"Name one of {', '.join(groups)}."
            report.error(line_of(node, (*place, "group")), f"There is no group {competence.group}.", mend)
        if len(competence.levels) != len(LEVELS):
            message = f"{code} has {len(competence.levels)} levels."
            report.error(line_of(node, (*place, "levels")), message, "Write four, from beginning to leading others.")
        if len(competence.statements) not in (0, STATEMENTS):
            message = f"{code} has {len(competence.statements)} statements."
            report.error(line_of(node, (*place, "statements")), message, f"Write {STATEMENTS}, or none.")
        for row, statement in enumerate(competence.statements):
            if statement.id in statements:
                line = line_of(node, (*place, "statements", row))
                report.error(line, f"The statement {statement.id} stands twice.", "Give it an id of its own.")
            statements.add(statement.id)


def _report_twice(name: str, ids: list[str], node: yaml.Node, report: Reporter) -> None:
    for place, each in enumerate(ids):
        if each in ids[:place]:
            report.error(line_of(node, (name, place)), f"{each} stands twice in {name}.", "Take one away.")


def _check_replacement(file: _File, plans: Mapping[str, FrameworkPlan]) -> None:
    wanted = file.plan.replaced_by
    if wanted is None:
        return
    line = line_of(file.node, ("replaced_by",))
    found = plans.get(wanted.framework)
    if not file.plan.is_archived:
        mend = "Write status: archived, or take replaced_by away."
        file.report.error(line, "A framework that is current is not replaced.", mend)
    elif found is None or found is file.plan:
        known = ", ".join(code for code in plans if code != file.plan.framework)
        mend = f"Name one of {known}." if known else "Take it away."
        file.report.error(line, f"There is no framework {wanted.framework} to replace it.", mend)
    elif wanted.version > found.version:
        mend = f"Write {found.version} or a version before."
        file.report.error(line, f"{wanted.framework} has no version {wanted.version}.", mend)


def _check_crosswalk(file: _File, plans: Mapping[str, FrameworkPlan], pairs: set[frozenset[str]]) -> None:
    """``pairs`` are those that stand in the files before, and grows."""
    known = {competence.code for plan in plans.values() for competence in plan.competences}
    for at, link in enumerate(file.plan.crosswalk):
        line = line_of(file.node, ("crosswalk", at))
        for code in (link.start, link.end):
            if code not in known:
                file.report.error(line, f"There is no competence {code}.", "Mend the code or take the link away.")
        start, end = link.start.partition(".")[0], link.end.partition(".")[0]
        if start != file.plan.framework:
            mend = f"Begin at one of {file.plan.framework}, or move the link to {start.lower()}.yaml."
            file.report.error(line, f"The link begins at {link.start}, of another framework.", mend)
        if start == end:
            mend = "Let it end in another framework."
            file.report.error(line, f"{link.start} and {link.end} are of the same framework.", mend)
        pair = frozenset((link.start, link.end))
        if pair in pairs:
            mend = "Keep one link for the two, whichever way it goes."
            file.report.error(line, f"{link.start} and {link.end} are linked already.", mend)
        pairs.add(pair)
