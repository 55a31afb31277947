"""The contract of an activity type, and the table of all types by name.

A type is one module of this room with one class, decorated with ``@register``, and one template. The
catalogue calls ``parse`` and ``shape`` when it compiles a course; the player calls ``read`` and
``mark`` when somebody answers, and hands ``public`` to the template. What ``public`` returns is all
that reaches the browser before an answer is given, so answer keys and feedback never stand in it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, ClassVar, Protocol

Data = dict[str, Any]  # a parsed activity, JSON-safe, keys and feedback included
Answer = dict[str, Any]  # what a learner answered, JSON-safe, by option/row/column keys


@dataclass(frozen=True)
class Line:
    """A line of a course file: its number in the file (from 1) and its text without the newline."""

    number: int
    text: str


@dataclass(frozen=True)
class RawBlock:
    """A ``:::`` block as split from its file. ``line`` is the header's number in the file."""

    type: str
    id: str
    options: Mapping[str, str]  # a flag has the value "true"
    body: Sequence[Line]
    line: int
    source: RawBlock | None = None  # the same block in the source language; None in the source itself

    def option(self, name: str, default: str | None = None) -> str | None:
        """The option, or the source language's when a translation leaves it out."""
        if name in self.options:
            return self.options[name]
        return self.source.option(name, default) if self.source else default


class Reporter(Protocol):
    """Where a parser reports what it finds. Parsing goes on, so that one run tells all."""

    def error(self, line: int, message: str, mend: str) -> None: ...

    def warning(self, line: int, message: str, mend: str) -> None: ...


class Unreported:
    """A reporter that keeps nothing: for reading again what has been reported elsewhere."""

    def error(self, line: int, message: str, mend: str) -> None: ...

    def warning(self, line: int, message: str, mend: str) -> None: ...


class Renderer(Protocol):
    """Turns prose lines into sanitised HTML; citations, glossary and lesson links are resolved."""

    def block(self, lines: Sequence[Line]) -> str:
        """Block-level HTML (paragraphs, lists, tables)."""

    def inline(self, text: str, line: int) -> str:
        """Inline HTML of a single line or cell: no surrounding paragraph."""


class InvalidAnswer(Exception):
    """The form did not hold an answer that makes sense; ``str()`` is shown to the learner, translated."""


@dataclass(frozen=True)
class Mark:
    """The result of marking. ``points`` is None for unscored types.

    ``feedback`` maps an option/row key to HTML; ``right`` maps a key to whether that part was
    right; ``explanation`` is HTML for the whole. ``solution`` is JSON-safe and type-specific:
    what a template needs to show the right answer.
    """

    points: Decimal | None = None
    max_points: Decimal | None = None
    correct: bool | None = None
    feedback: dict[str, str] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    explanation: str = ""
    solution: Data = field(default_factory=dict)

    @property
    def parts_right(self) -> int:
        """How many of the parts in ``right`` were right."""
        return sum(self.right.values())


class ActivityType(ABC):
    """One type of activity. Instances are stateless; one is registered for each type."""

    name: ClassVar[str]
    title: ClassVar[Any]  # what learners call it, lazily translated: _l("Single choice")
    summary: ClassVar[str]  # one sentence for authors: what it is and when to use it
    example: ClassVar[str]  # a whole faultless block, header and fences included; authors see it rendered
    scored: ClassVar[bool] = False
    known_options: ClassVar[frozenset[str]] = frozenset()  # besides points, outcome, rev and optional
    is_private: ClassVar[bool] = False  # holds the learner's own words: sealed in the database

    @property
    def template(self) -> str:
        """Rendered with ``activity`` (catalogue.document), ``public``, ``answer``, ``mark`` and ``field_id``."""
        return f"activities/{self.name}.html"

    @abstractmethod
    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        """Parse the body. Reports faults with file lines; returns JSON-safe data even when faulty."""

    @abstractmethod
    def shape(self, data: Data) -> Any:
        """What every translation must have in common (keys, right answers, scenes, columns), comparable with ==."""

    def public(self, data: Data, rng: Random) -> Data:
        """What the browser may see before an answer. ``rng`` is seeded by learner and activity: shuffle with it."""
        return data

    def shown_answer(self, data: Data, answer: Answer) -> Answer:
        """The learner's answer as the template refills it."""
        return answer

    @abstractmethod
    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        """Read an answer from the submitted form (name -> values, without prefix). Raises InvalidAnswer."""

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        """Mark an answer; unscored types return ``Mark()``. Points are within [0, max_points]."""
        return Mark()

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        """Whether the latest answer finishes the activity (a scenario has reached an ending, a sheet has its rows)."""
        return answer is not None

    def needs_answer(self, data: Data) -> bool:
        """False for what is only read: figures, guides, videos."""
        return True

    def words(self, data: Data) -> int:
        """Words a learner reads here, for the reading time."""
        return 0

    def doing_minutes(self, data: Data) -> float:
        """Minutes of thinking and doing besides reading. What is for later (a guide) takes none now."""
        return 0.75

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        """A form with everything right; None for types without a right answer."""
        return None

    def in_words(self, data: Data, answer: Answer) -> str:
        """The learner's answer as plain text, for what they print or take away; empty when there is nothing to say."""
        return ""


_types: dict[str, ActivityType] = {}


def register(kind: type[ActivityType]) -> type[ActivityType]:
    """Class decorator: make the type known by its name. Raises ValueError when the name is taken."""
    if kind.name in _types:
        raise ValueError(f"activity type {kind.name!r} is registered twice")
    _types[kind.name] = kind()
    return kind


def activity_type(name: str) -> ActivityType:
    """The type by name. Raises KeyError for an unknown one."""
    return _types[name]


def all_types() -> Mapping[str, ActivityType]:
    return dict(_types)
