"""Search over titles, text and glossary: one function, with SQLite's FTS5 or PostgreSQL's full text beneath.

Words are stemmed here (Snowball: Norwegian for nb and nn, English), so that both databases find the same. A word that
stands inside another is found too, after the whole ones: Norwegian writes "risikostyring" in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from learning.catalogue.document import CourseDocument, CourseText
from learning.catalogue.models import CoursePassage, CourseVersion, PassageKind
from learning.catalogue.prose import plain_words
from learning.catalogue.store import current_versions, load_document

MOST_WORDS = 10
INSIDE_WEIGHT = 0.2  # of a word inside another, against 1 and more for a whole one
MOST_HITS = 3  # passages shown for a course
AROUND = 90  # characters of a passage on each side of the word
_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {"nb": "norwegian", "nn": "norwegian", "en": "english"}


@dataclass(frozen=True)
class Hit:
    """A place in a course where the words stand. ``anchor``: the lesson's or term's id, empty for the course."""

    kind: PassageKind
    anchor: str
    title: str
    before: str
    word: str
    after: str


@dataclass(frozen=True)
class Found:
    """A course in the catalogue; ``text`` is in the searcher's language or the nearest."""

    version: CourseVersion
    document: CourseDocument
    text: CourseText
    hits: tuple[Hit, ...] = ()


@lru_cache(maxsize=4)
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


def stems(words: str, language: str) -> list[str]:
    """The stems of a text, in order: small letters, no punctuation."""
    found = _WORD.findall(words.casefold())
    return list(_stemmer(_STEMMERS.get(language, "norwegian")).stemWords(found))


def passages(document: CourseDocument) -> Iterable[tuple[str, PassageKind, str, str, str]]:
    """What is searched in a course: language, kind, anchor, title and plain text of each passage."""
    for language, each in document.texts.items():
        outcomes = " ".join(outcome.text for outcome in each.outcomes)
        start = f"{document.id} {each.summary} {outcomes} {plain_words(each.start_html)}"
        yield language, PassageKind.COURSE, "", each.title, start
        for lesson in each.lessons:
            prose = " ".join(plain_words(part.html) for part in lesson.parts if part.html)
            yield language, PassageKind.LESSON, lesson.id, lesson.title, prose
        for term in each.glossary:
            yield language, PassageKind.TERM, term.id, term.term, plain_words(term.html)


def index(session: Session, version: CourseVersion, document: CourseDocument) -> None:
    """Make a version the one that is found of its course. Doing it again changes nothing."""
    known = session.scalar(
        select(CoursePassage.version_id).where(CoursePassage.course_id == version.course_id).limit(1)
    )
    if known == version.id:
        return
    forget(session, version.course_id)
    for language, kind, anchor, title, words in passages(document):
        passage = CoursePassage(
            course_id=version.course_id, version_id=version.id, language=language, kind=kind, anchor=anchor,
            title=title, text=words, folded=f"{title} {words}".casefold(),
        )  # fmt: skip
        session.add(passage)
        session.flush()
        session.execute(
            text(_INSERT[session.get_bind().dialect.name]),
            {"id": passage.id, "title": " ".join(stems(title, language)), "words": " ".join(stems(words, language))},
        )


def forget(session: Session, course_id: int) -> None:
    """Take a course out of the index."""
    ids = select(CoursePassage.id).where(CoursePassage.course_id == course_id)
    for passage_id in session.scalars(ids).all():
        session.execute(text(_DELETE[session.get_bind().dialect.name]), {"id": passage_id})
    session.execute(delete(CoursePassage).where(CoursePassage.course_id == course_id))


# The index itself is each database's own; migration 0003 makes it.
_INSERT = {
    "sqlite": "INSERT INTO passage_index (rowid, title, words) VALUES (:id, :title, :words)",
    "postgresql": (
        "INSERT INTO passage_index (passage_id, document) VALUES (:id, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :words), 'D'))"
    ),
}
_DELETE = {
    "sqlite": "DELETE FROM passage_index WHERE rowid = :id",
    "postgresql": "DELETE FROM passage_index WHERE passage_id = :id",
}
_MATCH = {
    # A title counts five times its text. bm25 is negative, the better the lower.
    "sqlite": ("SELECT rowid, -bm25(passage_index, 5.0, 1.0) FROM passage_index WHERE passage_index MATCH :query"),
    "postgresql": (
        "SELECT passage_id, ts_rank('{0.1, 0, 0, 0.5}', document, "
        "to_tsquery('simple', :query)) FROM passage_index WHERE document @@ to_tsquery('simple', :query)"
    ),
}


def _matches(session: Session, stem: str) -> dict[int, float]:
    """Passages that hold a word beginning with the stem, with how well they fit."""
    dialect = session.get_bind().dialect.name
    # A stem holds letters and digits alone, so nothing in it is read as an operator.
    query = f'"{stem}"*' if dialect == "sqlite" else f"{stem}:*"
    return {
        int(number): max(float(rank), 0.0) for number, rank in session.execute(text(_MATCH[dialect]), {"query": query})
    }


def _scores(session: Session, word: str) -> dict[tuple[int, str], dict[int, float]]:
    """For a word of the query: (course, language) -> passage -> score."""
    found: dict[tuple[int, str], dict[int, float]] = {}
    whole: dict[str, dict[int, float]] = {}
    for language in _STEMMERS:
        stem = next(iter(stems(word, language)), "")
        whole[language] = _matches(session, stem) if stem else {}
    ids = {number for ranks in whole.values() for number in ranks}
    columns = select(CoursePassage.id, CoursePassage.course_id, CoursePassage.language)
    inside = columns.where(CoursePassage.folded.contains(word.casefold(), autoescape=True))
    for number, course_id, language in [
        *session.execute(columns.where(CoursePassage.id.in_(ids))),
        *session.execute(inside),
    ]:
        rank = whole.get(language, {}).get(number)
        found.setdefault((course_id, language), {})[number] = INSIDE_WEIGHT if rank is None else 1.0 + rank
    return found


def search(
    session: Session, query: str, language: str, *, line: str | None = None, level: str | None = None
) -> list[Found]:
    """Current courses that hold every word of ``query``, best first, with the places; all by id without a query."""
    words = _WORD.findall(query)[:MOST_WORDS]
    courses = []
    for version in current_versions(session):
        document = load_document(session, version.id)
        if (not line or document.line == line) and (not level or level in document.levels):
            courses.append(Found(version, document, document.text(language)))
    if not words:
        return courses if not query.strip() else []
    by_word = [_scores(session, word) for word in words]
    ranked: list[tuple[float, str, Found, dict[int, float]]] = []
    for each in courses:
        key = (each.version.course_id, each.text.language)
        scores = [found.get(key, {}) for found in by_word]
        if not all(scores):
            continue
        by_passage: dict[int, float] = {}
        for score in scores:
            for number, value in score.items():
                by_passage[number] = by_passage.get(number, 0.0) + value
        ranked.append((-sum(max(score.values()) for score in scores), each.document.id, each, by_passage))
    ranked.sort(key=lambda entry: entry[:2])
    best = {number: None for *_, by_passage in ranked for number in _best(by_passage)}
    shown = {each.id: each for each in session.scalars(select(CoursePassage).where(CoursePassage.id.in_(best)))}
    return [
        Found(
            each.version,
            each.document,
            each.text,
            tuple(_hit(shown[number], words) for number in _best(by_passage) if number in shown),
        )
        for _, _, each, by_passage in ranked
    ]


def _best(by_passage: dict[int, float]) -> list[int]:
    return sorted(by_passage, key=lambda number: (-by_passage[number], number))[:MOST_HITS]


def _hit(passage: CoursePassage, words: Sequence[str]) -> Hit:
    """The passage with the first of the words that stands in it, as far as it can be shown."""
    wanted = {stem for word in words for stem in stems(word, passage.language)}
    folded = [word.casefold() for word in words]
    for found in _WORD.finditer(passage.text):
        own = found[0].casefold()
        if any(stem in wanted for stem in stems(own, passage.language)) or any(word in own for word in folded):
            start, end = found.start(), found.end()
            before = passage.text[max(0, start - AROUND) : start]
            after = passage.text[end : end + AROUND]
            if start > AROUND:
                before = "…" + before.partition(" ")[2]
            if end + AROUND < len(passage.text):
                after = after.rpartition(" ")[0] + "…"
            return Hit(passage.kind, passage.anchor, passage.title, before, found[0], after)
    return Hit(passage.kind, passage.anchor, passage.title, passage.text[: 2 * AROUND].rpartition(" ")[0] + "…", "", "")
