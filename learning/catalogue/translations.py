"""Which translations are missing or stale, piece by piece.

A piece is what is translated as one: a block, the prose between two blocks, a title, a glossary term. For each piece
``i18n.lock.json`` keeps a pair of digests, of the source text and of the translation, from when the translation was
last written. A translation is stale when the source text has changed since and the translation has not. The lock says
nothing of the content, so it is no part of a version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from learning.activities.registry import Line, RawBlock, Reporter, Unreported
from learning.catalogue.languages import TERM, read_text
from learning.catalogue.splitter import SplitFile, split
from learning.catalogue.structure import CoursePlan, line_of, read_plan, read_yaml

LOCK = "i18n.lock.json"
STRUCTURE = ("points", "outcome", "optional")  # options that follow the source; all others may change what is said
_QUIET = Unreported()

Pair = tuple[str, str]  # digests of the source text and of its translation


class State(StrEnum):
    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True)
class Piece:
    """``key`` is its own in the course and outlives edits elsewhere; ``name`` says what it is to an author.

    ``file`` is the name within a language's folder.
    """

    key: str
    name: str
    file: str
    line: int
    digest: str


@dataclass(frozen=True)
class Translated:
    """One piece in one language. ``line`` is where the translation stands, or 1 when it is missing."""

    language: str
    key: str
    name: str
    state: State
    path: str  # relative to the course folder's parent, as in a fault
    line: int
    source_path: str
    source_line: int


def is_stale(kept: Pair | None, source: str, translation: str) -> bool:
    """Whether the source text changed after the translation was last written."""
    return kept is not None and kept[0] != source and kept[1] == translation


def follow(kept: Pair | None, source: str, translation: str, *, accept: bool = False) -> Pair:
    """The pair to keep from now on: a translation that is new, changed or accepted goes with the source as it is."""
    if kept is None or kept[1] != translation or accept:
        return source, translation
    return kept


def compare(folder: Path, plan: CoursePlan, report: Reporter) -> tuple[Translated, ...]:
    """Every piece of the source language in every other one. ``report`` is told when the lock cannot be read."""
    try:
        kept = read_lock(folder, plan)
    except ValueError:
        report.error(1, "The lock file cannot be read.", "Take it from version control again.")
        kept = {}
    source = pieces_of(folder / plan.source_language, plan)
    found = []
    for language in plan.languages:
        if language == plan.source_language:
            continue
        ours = pieces_of(folder / language, plan)
        pairs = kept.get(language, {})
        for key, piece in source.items():
            twin = ours.get(key)
            state = State.CURRENT
            if twin is None:
                state = State.MISSING
            elif is_stale(pairs.get(key), piece.digest, twin.digest):
                state = State.STALE
            found.append(
                Translated(
                    language=language,
                    key=key,
                    name=piece.name,
                    state=state,
                    path=f"{folder.name}/{language}/{piece.file}",
                    line=twin.line if twin else 1,
                    source_path=f"{folder.name}/{plan.source_language}/{piece.file}",
                    source_line=piece.line,
                )
            )
    return tuple(found)


def read_lock(folder: Path, plan: CoursePlan) -> dict[str, dict[str, Pair]]:
    """The kept pairs by language and key; none when the source language has become another.

    Raises ValueError when the file is not as ``write_lock`` writes it.
    """
    path = folder / LOCK
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["source_language"] != plan.source_language:
            return {}
        found: dict[str, dict[str, Pair]] = {}
        for language, pieces in content["translations"].items():
            found[language] = {}
            for key, pair in pieces.items():
                source, translation = pair.split(" ")
                found[language][key] = (source, translation)
    except (OSError, KeyError, AttributeError, TypeError, RecursionError) as fault:
        raise ValueError(str(fault)) from fault
    return found


def write_lock(folder: Path, *, accept: bool = False) -> bool:
    """Let the lock follow what has been translated since; whether the file changed.

    With ``accept``, every translation counts as good for the source text as it is now. For courses without errors;
    raises ValueError when course.yaml or the lock cannot be read.
    """
    plan, _ = read_plan(read_text(folder / "course.yaml", _QUIET) or "", folder.name, _QUIET)
    if plan is None:
        raise ValueError("course.yaml cannot be read")
    path = folder / LOCK
    kept = read_lock(folder, plan)
    source = pieces_of(folder / plan.source_language, plan)
    translations: dict[str, dict[str, str]] = {}
    for language in plan.languages:
        if language == plan.source_language:
            continue
        ours, pairs = pieces_of(folder / language, plan), kept.get(language, {})
        translations[language] = {
            key: " ".join(follow(pairs.get(key), source[key].digest, ours[key].digest, accept=accept))
            for key in sorted(source.keys() & ours.keys())
        }
    if not translations and not path.exists():
        return False
    content = json.dumps({"source_language": plan.source_language, "translations": translations}, indent=2) + "\n"
    if path.exists() and path.read_text("utf-8") == content:
        return False
    path.write_text(content, "utf-8")
    return True


def pieces_of(folder: Path, plan: CoursePlan) -> dict[str, Piece]:
    """The pieces of one language by key, in the order of the course. Files that cannot be read have none."""
    found: dict[str, Piece] = {}
    for piece in _pieces(folder, plan):
        found.setdefault(piece.key, piece)
    return found


def _pieces(folder: Path, plan: CoursePlan) -> Iterator[Piece]:
    if (index := _File.open(folder, "index.md")) is not None:
        yield from index.front("index", "title", "summary")
        yield from index.front("index", *(("outcomes", outcome.id) for outcome in plan.outcomes))
        yield from index.body("index")
    for lesson in plan.lessons:
        if (opened := _File.open(folder, lesson.file)) is not None:
            yield from opened.front(f"lesson/{lesson.id}", "title")
            yield from opened.body(f"lesson/{lesson.id}")
    if plan.assessment is not None and (opened := _File.open(folder, plan.assessment.file)) is not None:
        yield from opened.front("assessment", "title")
        yield from opened.body("assessment")
    for name in ("glossary", "manager"):
        if (opened := _File.open(folder, f"{name}.md")) is not None:
            yield from opened.front(name, "title")
            yield from opened.terms(name)


@dataclass(frozen=True)
class _File:
    name: str
    parts: SplitFile

    @classmethod
    def open(cls, folder: Path, name: str) -> _File | None:
        text = read_text(folder / name, _QUIET)
        if text is None:
            return None
        parts = split(text, _QUIET)
        return cls(name, parts) if parts.is_usable else None

    def front(self, place: str, *wanted: str | tuple[str, str]) -> Iterator[Piece]:
        """Texts of the front matter, each a name or a name below a name."""
        content, node = read_yaml("\n".join(line.text for line in self.parts.front), _QUIET)
        for each in wanted:
            path = (each,) if isinstance(each, str) else each
            value = content
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if isinstance(value, str) and value.strip():
                line = line_of(node, path) + 1
                yield Piece("/".join((place, *path)), f"the {' '.join(path)}", self.name, line, _digest(value))

    def body(self, place: str) -> Iterator[Piece]:
        """Blocks by their id, and the prose between them by the block that it follows."""
        before = ""
        for part in self.parts.parts:
            if isinstance(part, RawBlock):
                before = part.id
                yield Piece(f"activity/{part.id}", f"the block {part.id}", self.name, part.line, _digest_of(part))
                continue
            key = f"{place}/after/{before}" if before else f"{place}/beginning"
            name = f"the text after {before}" if before else "the text at the beginning"
            line = next(line.number for line in part if line.text.strip())
            yield Piece(key, name, self.name, line, _digest(_joined(part)))

    def terms(self, place: str) -> Iterator[Piece]:
        """Entries under ``## `id` Words``: the words and what stands under them."""
        entries: list[tuple[str, int, list[Line]]] = []
        for part in self.parts.parts:
            for line in part if not isinstance(part, RawBlock) else ():
                if found := TERM.match(line.text):
                    entries.append((found[1], line.number, []))
                if entries:
                    entries[-1][2].append(line)
        for key, number, lines in entries:
            yield Piece(f"{place}/{key}", f"the entry {key}", self.name, number, _digest(_joined(lines)))


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _digest_of(block: RawBlock) -> str:
    options: Mapping[str, str] = {name: value for name, value in block.options.items() if name not in STRUCTURE}
    header = " ".join(f"{name}={value}" for name, value in sorted(options.items()))
    return _digest(f"{block.type} {header}\n{_joined(block.body)}")


def _digest(text: str) -> str:
    """Of the words alone: where lines are broken says nothing. Sixteen digits are plenty within a course."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]
