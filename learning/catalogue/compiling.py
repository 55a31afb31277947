"""A course folder becomes a CourseDocument, or a list of everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import learning.activities  # noqa: F401  (registers the types)
from learning.activities.registry import Line, RawBlock, activity_type, all_types
from learning.catalogue import checking
from learning.catalogue.document import (
    Activity,
    Assessment,
    CourseDocument,
    CourseText,
    Lesson,
    Outcome,
    Part,
    Source,
    Term,
)
from learning.catalogue.faults import Faults, FileReporter
from learning.catalogue.prose import Links, Prose, check_claims, plain_words
from learning.catalogue.splitter import SplitFile, split
from learning.catalogue.structure import CoursePlan, read_plan, read_yaml

COMMON_OPTIONS = frozenset({"points", "outcome", "rev", "optional"})
LARGEST_FILE = 2 * 1024 * 1024
MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".vtt": "text/vtt",
}


@dataclass(frozen=True)
class Compiled:
    """``document`` is None when there are errors. ``folder`` is where the course lies."""

    folder: Path
    document: CourseDocument | None
    faults: Faults

    @property
    def is_publishable(self) -> bool:
        return self.document is not None and not self.faults.errors


def read_text(path: Path, report: FileReporter) -> str | None:
    """The file's text with plain newlines; None after reporting that it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        report.error(1, "The file is missing.", "Write it; every language has the same files.")
    except IsADirectoryError:
        report.error(1, "This is a folder, not a file.", "Move it away.")
    except UnicodeDecodeError as fault:
        report.error(1, f"The file is not UTF-8 (byte {fault.start}).", "Save it as UTF-8.")
    return None


def compile_course(folder: Path) -> Compiled:
    """Compile and check a whole course. Never raises for what an author may have written."""
    folder = folder.resolve()
    faults = Faults(folder.parent)
    plan_path = folder / "course.yaml"
    report = faults.for_file(plan_path)
    text = read_text(plan_path, report)
    if text is None:
        return Compiled(folder, None, faults)
    plan, node = read_plan(text, folder.name, report)
    if plan is None:
        return Compiled(folder, None, faults)
    media = _media(folder, faults)
    compilers: dict[str, _LanguageCompiler] = {}
    for language in sorted(plan.languages, key=lambda each: each != plan.source_language):
        source = compilers.get(plan.source_language)
        compilers[language] = _LanguageCompiler(folder, plan, language, media, faults, source)
        compilers[language].compile()
    checking.check_course(plan, node, compilers[plan.source_language].text, report)
    checking.check_used_sources(
        plan, node, {key for each in compilers.values() for key in each.links.used_sources}, report
    )
    checking.check_ids(folder, plan, compilers[plan.source_language].positions, faults)
    document = None
    if not faults.errors:
        document = CourseDocument(
            id=plan.id,
            line=plan.line,
            levels=tuple(plan.levels),
            source_language=plan.source_language,
            minutes=plan.minutes,
            licence=plan.licence,
            authors=tuple(plan.authors),
            published=plan.published,
            review_by=plan.review_by,
            competences=tuple(plan.competences),
            show_score=plan.certificate.show_score,
            sources=tuple(
                Source(id=key, **source.model_dump(exclude={"review_by", "note"}))
                for key, source in plan.sources.items()
            ),
            texts={language: compilers[language].text for language in plan.languages},
        )
    return Compiled(folder, document, faults)


def _media(folder: Path, faults: Faults) -> frozenset[str]:
    """The media files by path below media/; reports those that cannot be served."""
    names = set()
    base = folder / "media"
    for path in sorted(base.rglob("*")) if base.is_dir() else []:
        if path.is_dir():
            continue
        report = faults.for_file(path)
        if path.suffix.lower() not in MEDIA_TYPES:
            report.error(
                1,
                f"Files of the kind {path.suffix or 'without ending'} are not served.",
                f"Use {', '.join(MEDIA_TYPES)}.",
            )
        if path.stat().st_size > LARGEST_FILE:
            report.error(1, "The file is larger than 2 MiB.", "Make it smaller.")
        elif path.suffix == ".svg":
            content = path.read_text("utf-8", errors="replace")
            if re.search(r"<script|\son\w+\s*=|javascript:|<foreignObject", content, re.IGNORECASE):
                report.error(1, "The drawing holds a script.", "Take scripts and event handlers out of the SVG.")
            if "<title" not in content:
                report.warning(1, "The drawing has no <title>.", "Say in <title> what it shows.")
        names.add(str(path.relative_to(base)))
    return frozenset(names)


class _LanguageCompiler:
    """Compiles one language of a course."""

    def __init__(
        self,
        folder: Path,
        plan: CoursePlan,
        language: str,
        media: frozenset[str],
        faults: Faults,
        source: _LanguageCompiler | None,
    ) -> None:
        self.plan, self.language, self.faults, self.source = plan, language, faults, source
        self.folder = folder / language
        self.blocks: dict[str, dict[str, RawBlock]] = {}  # file -> block id -> block
        self.positions: dict[str, tuple[Path, int]] = {}  # block id -> where
        self.activities: dict[str, Activity] = {}
        self.text: CourseText
        self._terms: tuple[Term, ...] = ()
        self.links = Links(
            lessons={lesson.file: lesson.id for lesson in plan.lessons},
            media=media,
            terms=frozenset(),
            sources=tuple(plan.sources),
        )

    def compile(self) -> None:
        self._glossary()
        title, summary, start_html, outcomes = self._index()
        lessons = []
        for each in self.plan.lessons:
            name, parts = self._lesson(each.file, each.id)
            lessons.append(Lesson(id=each.id, title=name, minutes=each.minutes, parts=parts))
        assessment = self._assessment()
        everything = [title, summary, plain_words(start_html)]
        for lesson in lessons:
            everything.append(lesson.title)
            everything += [plain_words(part.html) for part in lesson.parts if part.html]
        everything += [f"{term.term} {plain_words(term.html)}" for term in self._terms]
        self.text = CourseText(
            language=self.language,
            title=title,
            summary=summary,
            start_html=start_html,
            outcomes=outcomes,
            lessons=tuple(lessons),
            assessment=assessment,
            glossary=self._terms,
            search_text=" ".join(everything),
        )
        for lesson, planned in zip(lessons, self.plan.lessons, strict=True):
            checking.check_lesson(lesson, self.faults.for_file(self.folder / planned.file), self.language)

    def _open(self, name: str) -> tuple[SplitFile, FileReporter, dict[str, Any]] | None:
        path = self.folder / name
        report = self.faults.for_file(path)
        text = read_text(path, report)
        if text is None:
            return None
        parts = split(text, report)
        front, _ = read_yaml("\n".join(line.text for line in parts.front), report, offset=1)
        return parts, report, front if isinstance(front, dict) else {}

    def _front_text(self, front: Mapping[str, Any], name: str, report: FileReporter) -> str:
        value = front.get(name)
        if not isinstance(value, str) or not value.strip():
            report.error(1, f"The front matter has no {name}.", f"Add {name}: ... between the two ---.")
            return ""
        return value.strip()

    def _known_front(self, front: Mapping[str, Any], known: set[str], report: FileReporter) -> None:
        for name in front:
            if name not in known:
                report.error(2, f"The front matter's {name} is not known.", f"Keep {', '.join(sorted(known))} only.")

    def _glossary(self) -> None:
        if not (self.folder / "glossary.md").exists():
            return
        opened = self._open("glossary.md")
        if opened is None:
            return
        parts, report, front = opened
        self._known_front(front, {"title"}, report)
        entries: list[tuple[str, str, int, list[Line]]] = []
        for part in parts.parts:
            if isinstance(part, RawBlock):
                report.error(part.line, "The glossary holds no blocks.", "Move it to a lesson.")
                continue
            for line in part:
                found = re.match(r"## `([a-z][a-z0-9-]*)` (.+)", line.text)
                if found:
                    entries.append((found[1], found[2].strip(), line.number, []))
                elif entries:
                    entries[-1][3].append(line)
                elif line.text.strip():
                    report.error(line.number, "This line belongs to no term.", "Begin with ## `id` Term.")
        self.links.terms = frozenset(entry[0] for entry in entries)
        seen: set[str] = set()
        terms = []
        for key, term, number, lines in entries:
            if key in seen:
                report.error(number, f"The term {key} stands twice.", "Take one away.")
            seen.add(key)
            prose = Prose(self.links, report)
            terms.append(Term(id=key, term=term, html=prose.block(lines)))
        self._terms = tuple(terms)
        if self.source is not None:
            for missing in sorted(self.source.links.terms - self.links.terms):
                report.error(1, f"The term {missing} is missing in this language.", "Add it.")

    def _index(self) -> tuple[str, str, str, tuple[Outcome, ...]]:
        opened = self._open("index.md")
        if opened is None:
            return "", "", "", ()
        parts, report, front = opened
        self._known_front(front, {"title", "summary", "outcomes"}, report)
        summary = self._front_text(front, "summary", report)
        if len(summary) > 240:
            report.error(1, f"The summary has {len(summary)} characters.", "Use 240 at most.")
        texts = front.get("outcomes")
        texts = texts if isinstance(texts, dict) else {}
        outcomes = []
        for planned in self.plan.outcomes:
            words = texts.get(planned.id)
            if not isinstance(words, str) or not words.strip():
                report.error(
                    1, f"The outcome {planned.id} has no words here.", f"Add {planned.id}: ... under outcomes."
                )
                words = ""
            outcomes.append(Outcome(id=planned.id, bloom=planned.bloom, text=words, evidence=tuple(planned.evidence)))
        for extra in sorted(set(map(str, texts)) - {planned.id for planned in self.plan.outcomes}):
            report.error(1, f"The outcome {extra} is not in course.yaml.", "Add it there or take it away here.")
        prose = Prose(self.links, report)
        html = []
        for part in parts.parts:
            if isinstance(part, RawBlock):
                report.error(part.line, "The start page holds no blocks.", "Move it to a lesson.")
            else:
                check_claims(part, report)
                html.append(prose.block(part))
        return self._front_text(front, "title", report), summary, "\n".join(html), tuple(outcomes)

    def _lesson(self, name: str, lesson_id: str) -> tuple[str, tuple[Part, ...]]:
        opened = self._open(name)
        if opened is None:
            return "", ()
        parts, report, front = opened
        self._known_front(front, {"title"}, report)
        prose = Prose(self.links, report)
        compiled: list[Part] = []
        level = 1
        for part in parts.parts:
            if isinstance(part, RawBlock):
                activity = self._activity(part, name, prose, report)
                if activity is not None:
                    compiled.append(Part(activity=activity))
            else:
                level = checking.check_headings(part, level, report)
                check_claims(part, report)
                compiled.append(Part(html=prose.block(part)))
        self._compare(name, parts, report)
        return self._front_text(front, "title", report), tuple(compiled)

    def _assessment(self) -> Assessment | None:
        planned = self.plan.assessment
        if planned is None:
            return None
        opened = self._open(planned.file)
        if opened is None:
            return None
        parts, report, front = opened
        self._known_front(front, {"title"}, report)
        prose = Prose(self.links, report)
        intro: list[str] = []
        items: list[Activity] = []
        for part in parts.parts:
            if not isinstance(part, RawBlock):
                if items:
                    report.error(
                        part[0].number, "There is prose between the items.", "Keep one introduction, at the top."
                    )
                intro.append(prose.block(part))
                continue
            activity = self._activity(part, planned.file, prose, report)
            if activity is None:
                continue
            if activity.points is None:
                report.error(
                    part.line, f"A {activity.type} gives no points.", "Keep scored blocks only in the assessment."
                )
                continue
            items.append(activity)
        self._compare(planned.file, parts, report)
        if self.source is None:
            checking.check_pool(self.plan, items, report)
        return Assessment(
            title=self._front_text(front, "title", report),
            minutes=planned.minutes,
            intro_html="\n".join(intro),
            items=tuple(items),
            draw=planned.draw,
            pass_percent=planned.pass_percent,
            attempts=None if planned.attempts == "unlimited" else planned.attempts,
        )

    def _activity(self, block: RawBlock, name: str, prose: Prose, report: FileReporter) -> Activity | None:
        if self.source is not None:
            twin = self.source.blocks.get(name, {}).get(block.id)
            block = RawBlock(block.type, block.id, block.options, block.body, block.line, twin)
        if block.id in self.positions:
            path, line = self.positions[block.id]
            report.error(block.line, f"The id {block.id} is used already in {path.name}:{line}.", "Give it its own id.")
        self.positions.setdefault(block.id, (self.folder / name, block.line))
        self.blocks.setdefault(name, {})[block.id] = block
        if block.type not in all_types():
            report.error(
                block.line, f"There is no block type {block.type}.", f"Use one of {', '.join(sorted(all_types()))}."
            )
            return None
        kind = activity_type(block.type)
        for option in sorted(set(block.options) - COMMON_OPTIONS - kind.known_options):
            report.error(block.line, f"The option {option} is not known for {block.type}.", "Take it away.")
        points = self._points(block, report) if kind.scored else None
        outcome = block.option("outcome")
        if outcome is None and kind.scored:
            report.error(block.line, "The block names no outcome.", "Add outcome= with an id from course.yaml.")
        if outcome is not None and outcome not in {each.id for each in self.plan.outcomes}:
            report.error(block.line, f"There is no outcome {outcome}.", "Use an id from course.yaml.")
        rev = block.option("rev", "1") or "1"
        if not rev.isdigit() or int(rev) < 1:
            report.error(block.line, f"rev={rev} is not a whole number from 1.", "Write rev=2.")
            rev = "1"
        data = kind.parse(block, prose, report)
        options = {key: value for key, value in (block.source or block).options.items() if key in ("recall", "minutes")}
        recall = options.get("recall")
        if recall and recall not in self.positions:
            report.error(
                block.line, f"There is no earlier block {recall} to recall.", "Use the id of an earlier reflect."
            )
        activity = Activity(
            id=block.id,
            type=block.type,
            rev=int(rev),
            outcome=outcome,
            points=points,
            optional=block.option("optional") == "true",
            options=options,
            data=data,
        )
        self.activities[block.id] = activity
        if self.source is not None:
            original = self.source.activities.get(block.id)
            if (
                original is not None
                and original.type == activity.type
                and kind.shape(original.data) != kind.shape(activity.data)
            ):
                report.error(
                    block.line,
                    f"{block.id} differs from the {self.plan.source_language} version in keys, right answers or shape.",
                    "Keep the same keys in the same order and the same answers.",
                )
        return activity

    @staticmethod
    def _points(block: RawBlock, report: FileReporter) -> Decimal:
        written = block.option("points", "1") or "1"
        try:
            points = Decimal(written)
        except InvalidOperation:
            points = Decimal(0)
        if not (points.is_finite() and 0 < points <= 100):
            report.error(block.line, f"points={written} is not a number above 0.", "Write points=1.")
            return Decimal(1)
        return points

    def _compare(self, name: str, parts: SplitFile, report: FileReporter) -> None:
        """A translation has the source's blocks in the source's order."""
        if self.source is None:
            return
        theirs = [(block.type, block.id) for block in self.source.blocks.get(name, {}).values()]
        ours = [(block.type, block.id) for block in parts.blocks]
        for kind, block_id in theirs:
            if block_id not in {each for _, each in ours}:
                report.error(1, f"The block {kind} {block_id} is missing in this language.", "Translate it here.")
        for block in parts.blocks:
            match = next((kind for kind, each in theirs if each == block.id), None)
            if match is None:
                report.error(
                    block.line, f"The block {block.id} is not in the source language.", "Take it away or add it there."
                )
            elif match != block.type:
                report.error(
                    block.line, f"{block.id} is {block.type} here and {match} in the source.", f"Write {match}."
                )
        common = [each for each in ours if each in theirs]
        if common != [each for each in theirs if each in ours]:
            report.error(1, "The blocks stand in another order than in the source language.", "Use the same order.")
