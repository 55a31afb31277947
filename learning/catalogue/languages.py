"""One language of a course: its files compiled, and a translation held against the source language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from learning.activities.registry import Line, RawBlock, Reporter
from learning.catalogue import checking
from learning.catalogue.blocks import compile_block
from learning.catalogue.dialect import check_claims, check_headings
from learning.catalogue.document import Activity, Assessment, CourseText, Lesson, ManagerNote, Outcome, Part, Term
from learning.catalogue.faults import Faults, FileReporter
from learning.catalogue.prose import Links, Prose, plain_words
from learning.catalogue.splitter import SplitFile, split
from learning.catalogue.structure import CoursePlan, line_of, read_yaml

LONGEST_SUMMARY = 240  # characters
TERM = re.compile(r"## `([a-z][a-z0-9-]*)` (.+)")


def read_text(path: Path, report: Reporter) -> str | None:
    """The file's text with plain newlines; None after reporting that it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        report.error(1, "The file is missing.", "Write it; every language has the same files.")
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        report.error(line, "The file is not UTF-8.", "Save it as UTF-8.")
    except OSError as fault:
        report.error(1, f"The file cannot be read: {fault.strerror}.", "Make it a file that can be read.")
    return None


@dataclass
class _File:
    """A file that was opened: its parts, and its front matter or None when that could not be read."""

    parts: SplitFile
    report: FileReporter
    front: dict[str, Any] | None
    node: yaml.Node | None

    def line(self, *path: str) -> int:
        """The line of a name in the front matter."""
        return line_of(self.node, path) + 1 if self.node is not None else 1

    def text(self, name: str) -> str:
        """A required text of the front matter; empty after reporting its lack."""
        if self.front is None:
            return ""
        value = self.front.get(name)
        if value is None or value == "":
            self.report.error(
                self.line(name), f"The front matter has no {name}.", f"Add {name}: ... between the two ---."
            )
        elif not isinstance(value, str):
            self.report.error(self.line(name), f"The front matter's {name} is not text.", "Put it in quotes.")
        else:
            return value.strip()
        return ""


class LanguageCompiler:
    """Compiles one language of a course. ``source`` is the source language's compiler, None for itself."""

    def __init__(
        self,
        folder: Path,
        plan: CoursePlan,
        language: str,
        media: frozenset[str],
        faults: Faults,
        source: LanguageCompiler | None = None,
    ) -> None:
        self.plan, self.language, self.faults, self.source = plan, language, faults, source
        self.folder = folder / language
        self.blocks: dict[str, dict[str, RawBlock]] = {}  # file that could be read -> block id -> block
        self.positions: dict[str, tuple[Path, int]] = {}  # block id -> where
        self.kinds: dict[str, str] = {}  # block id -> type
        self.activities: dict[str, Activity] = {}
        self.is_whole = True  # whether every file could be read
        self._comparable: set[str] = set()  # files whose blocks could all be read
        self.text: CourseText
        self.links = Links(
            lessons={lesson.file: lesson.id for lesson in plan.lessons},
            media=media,
            terms=frozenset(),
            sources=tuple(plan.sources),
        )

    def compile(self) -> None:
        """Compile all files into ``text``, reporting what is wrong with them."""
        glossary = self._glossary()
        title, summary, start_html, outcomes = self._index()
        lessons = tuple(self._lesson(each.file, each.id, each.minutes) for each in self.plan.lessons)
        assessment = self._assessment()
        manager_note = self._manager_note()
        words = [title, summary, plain_words(start_html)]
        for lesson in lessons:
            words += [lesson.title, *(plain_words(part.html) for part in lesson.parts if part.html)]
        words += [f"{term.term} {plain_words(term.html)}" for term in glossary]
        self.text = CourseText(
            language=self.language,
            title=title,
            summary=summary,
            start_html=start_html,
            outcomes=outcomes,
            lessons=lessons,
            assessment=assessment,
            glossary=glossary,
            manager_note=manager_note,
            search_text=" ".join(words),
        )

    def _open(self, name: str, *known: str) -> _File | None:
        """Read, split, and check the names of the front matter; None when there is no such file."""
        path = self.folder / name
        report = self.faults.for_file(path)
        text = read_text(path, report)
        if text is None:
            self.is_whole = False
            return None
        parts = split(text, report)
        self.is_whole &= parts.is_whole
        if not parts.is_usable:
            return None
        opened = _File(parts, report, None, None)
        front_text = "\n".join(line.text for line in parts.front)
        if parts.has_front and not front_text.strip():
            opened.front = {}
        elif parts.has_front:
            front, opened.node = read_yaml(front_text, report, offset=1)
            if isinstance(front, dict):
                opened.front = front
            elif opened.node is not None:
                report.error(2, "The front matter does not hold names and values.", "Write title: ...")
        for each in opened.front or {}:
            if each not in known:
                report.error(
                    opened.line(str(each)), f"The front matter's {each} is not known.", f"Keep {', '.join(known)} only."
                )
        if self.source is not None and not self.source.is_whole and name not in self.source.blocks:
            self.is_whole = False
            return None  # without its source, a translation's blocks lack their options
        self.blocks[name] = {}
        if parts.is_whole and parts.parts:
            self._comparable.add(name)
        return opened

    def _prose(self, report: FileReporter) -> Prose:
        return Prose(self.links, report, self.language)

    def _terms(self, opened: _File) -> list[tuple[str, str, int, list[Line]]]:
        """Entries under ``## `id` Words`` headings: id, words, line of the heading, lines under it."""
        report = opened.report
        entries: list[tuple[str, str, int, list[Line]]] = []
        for part in opened.parts.parts:
            if isinstance(part, RawBlock):
                report.error(part.line, "This file holds no blocks.", "Move it to a lesson.")
                continue
            for line in part:
                found = TERM.match(line.text)
                if found:
                    entries.append((found[1], found[2].strip(), line.number, []))
                elif line.text.startswith("#"):
                    report.error(line.number, "This heading has no id.", "Write ## `id` and the words.")
                    entries.append(("", "", line.number, []))
                elif entries:
                    entries[-1][3].append(line)
                elif line.text.strip():
                    report.error(line.number, "This line stands under no heading.", "Begin with ## `id` and the words.")
        return [entry for entry in entries if entry[0]]

    def _manager_note(self) -> ManagerNote | None:
        """The note to one's own manager, where the course has one; each language then has it."""
        is_there = (self.folder / "manager.md").exists()
        if not is_there and (self.source is None or self.source.text.manager_note is None):
            return None
        opened = self._open("manager.md", "title")
        if opened is None:
            return None
        prose = self._prose(opened.report)
        html = {}
        for key, _, number, lines in self._terms(opened):
            if key not in ("before", "after") or key in html:
                opened.report.error(number, f"{key} is not known here, or stands twice.", "Keep `before` and `after`.")
                continue
            check_claims(lines, opened.report)
            html[key] = prose.page(lines)
        for key in ("before", "after"):
            if not html.get(key):
                opened.report.error(
                    1, f"The note says nothing {key} the course.", f"Write ## `{key}` and what to send."
                )
        if self.source is not None and self.source.text.manager_note is None:
            opened.report.error(1, "The source language has no such note.", "Add it there or take it away.")
        return ManagerNote(
            title=opened.text("title"), before_html=html.get("before", ""), after_html=html.get("after", "")
        )

    def _glossary(self) -> tuple[Term, ...]:
        if not (self.folder / "glossary.md").exists():
            if self.source is not None and self.source.links.terms:
                self._open("glossary.md")  # reports that it is missing
            return ()
        opened = self._open("glossary.md", "title")
        if opened is None:
            return ()
        report = opened.report
        opened.text("title")
        entries = self._terms(opened)
        self.links.terms = frozenset(entry[0] for entry in entries)
        prose = self._prose(report)
        terms: dict[str, Term] = {}
        for key, term, number, lines in entries:
            if key in terms:
                report.error(number, f"The term {key} stands twice.", "Take one away.")
            check_claims(lines, report)
            html = prose.page(lines)
            if not html:
                report.error(number, f"The term {key} is not explained.", "Write one to three sentences under it.")
            terms[key] = Term(id=key, term=term, html=html)
            if self.source is not None and key not in self.source.links.terms:
                report.error(number, f"The term {key} is not in the source language.", "Add it there or take it away.")
        if self.source is not None:
            for missing in sorted(self.source.links.terms - self.links.terms):
                report.error(1, f"The term {missing} is missing in this language.", "Add it.")
        return tuple(terms.values())

    def _index(self) -> tuple[str, str, str, tuple[Outcome, ...]]:
        opened = self._open("index.md", "title", "summary", "outcomes")
        if opened is None:
            return "", "", "", ()
        report = opened.report
        summary = opened.text("summary")
        if len(summary) > LONGEST_SUMMARY:
            report.error(
                opened.line("summary"),
                f"The summary has {len(summary)} characters.",
                f"Use {LONGEST_SUMMARY} at most.",
            )
        outcomes = self._outcomes(opened)
        prose = self._prose(report)
        level = 1
        html = []
        for part in opened.parts.parts:
            if isinstance(part, RawBlock):
                report.error(part.line, "The start page holds no blocks.", "Move it to a lesson.")
            else:
                level = check_headings(part, level, report)
                check_claims(part, report)
                html.append(prose.page(part))
        return opened.text("title"), summary, "\n".join(html), outcomes

    def _outcomes(self, opened: _File) -> tuple[Outcome, ...]:
        if opened.front is None:
            return ()
        report = opened.report
        texts = opened.front.get("outcomes")
        texts = {str(key): words for key, words in texts.items()} if isinstance(texts, dict) else {}
        outcomes = []
        for planned in self.plan.outcomes:
            words = texts.get(planned.id)
            if not isinstance(words, str) or not words.strip():
                report.error(
                    opened.line("outcomes", planned.id),
                    f"The outcome {planned.id} has no words here.",
                    f"Add {planned.id}: ... under outcomes.",
                )
                words = ""
            outcomes.append(
                Outcome(
                    id=planned.id, bloom=planned.bloom, text=words.strip(), evidence=tuple(planned.evidence),
                    competences=tuple(planned.competences),
                )
            )  # fmt: skip
        for extra in sorted(set(texts) - {planned.id for planned in self.plan.outcomes}):
            report.error(
                opened.line("outcomes", extra),
                f"The outcome {extra} is not in course.yaml.",
                "Add it there or take it away here.",
            )
        return tuple(outcomes)

    def _lesson(self, name: str, lesson_id: str, minutes: int) -> Lesson:
        opened = self._open(name, "title")
        if opened is None:
            return Lesson(id=lesson_id, title="", minutes=minutes, parts=())
        report = opened.report
        prose = self._prose(report)
        compiled: list[Part] = []
        lines: list[int] = []
        level = 1
        for part in opened.parts.parts:
            if isinstance(part, RawBlock):
                activity = compile_block(self, part, name, prose, report)
                if activity is not None:
                    compiled.append(Part(activity=activity))
                    lines.append(part.line)
            else:
                level = check_headings(part, level, report)
                check_claims(part, report)
                compiled.append(Part(html=prose.page(part)))
                lines.append(next(line.number for line in part if line.text.strip()))
        self._compare(name, opened.parts, report)
        lesson = Lesson(id=lesson_id, title=opened.text("title"), minutes=minutes, parts=tuple(compiled))
        if not opened.parts.parts:
            self.is_whole = False
            report.error(1, "The lesson is empty.", "Write its text and blocks, or take it out of course.yaml.")
        checking.check_lesson(lesson, lines, report, self.language)
        return lesson

    def _assessment(self) -> Assessment | None:
        planned = self.plan.assessment
        if planned is None:
            return None
        opened = self._open(planned.file, "title")
        if opened is None:
            return None
        report = opened.report
        prose = self._prose(report)
        intro: list[str] = []
        items: list[Activity] = []
        for part in opened.parts.parts:
            if isinstance(part, RawBlock):
                activity = compile_block(self, part, planned.file, prose, report)
                if activity is None:
                    continue
                if activity.points is None:
                    report.error(part.line, f"A {activity.type} gives no points.", "Move it to a lesson.")
                items.append(activity)
                continue
            if items:
                line = next(line.number for line in part if line.text.strip())
                report.error(line, "There is prose between the items.", "Keep one introduction, at the top.")
            check_headings(part, 1, report)
            intro.append(prose.page(part))
        self._compare(planned.file, opened.parts, report)
        if self.source is None:
            checking.check_pool(self.plan, [item for item in items if item.points is not None], report)
        return Assessment(
            title=opened.text("title"),
            minutes=planned.minutes,
            intro_html="\n".join(intro),
            items=tuple(items),
            draw=planned.draw,
            pass_percent=planned.pass_percent,
            attempts=None if planned.attempts == "unlimited" else planned.attempts,
        )

    def _compare(self, name: str, parts: SplitFile, report: FileReporter) -> None:
        """A translation has the source's blocks in the source's order."""
        if self.source is None or name not in self._comparable & self.source._comparable:
            return
        theirs: Mapping[str, RawBlock] = self.source.blocks[name]
        ours = [block.id for block in parts.blocks]
        for block in theirs.values():
            if block.id not in ours:
                report.error(1, f"The block {block.type} {block.id} is missing in this language.", "Translate it here.")
        for block in parts.blocks:
            twin = theirs.get(block.id)
            if twin is None:
                report.error(
                    block.line,
                    f"The block {block.id} is not in the source language's {name}.",
                    "Take it away or add it there.",
                )
            elif twin.type != block.type:
                report.error(
                    block.line,
                    f"{block.id} is {block.type} here and {twin.type} in the source language.",
                    f"Write {twin.type}.",
                )
        expected = [block_id for block_id in theirs if block_id in ours]
        common = [block for block in parts.blocks if block.id in theirs]
        moved = next((block for block, wanted in zip(common, expected, strict=False) if block.id != wanted), None)
        if moved is not None:
            report.error(
                moved.line,
                "The blocks stand in another order than in the source language.",
                f"Here comes {expected[common.index(moved)]}.",
            )
