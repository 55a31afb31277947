"""An audit event told as a sentence: its parts, with links for a page and without them for a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from learning.access.models import AuditEvent
from learning.administration.trail_names import Names
from learning.interface import day_in_words

Address = Callable[[str, object], str | None]  # kind and key of its page -> where the reader may go
# For ngettext, which fills in all at once: these are filled in later, some of them with links.
KEEP = {name: f"%({name})s" for name in ("actor", "subject", "person", "unit", "parent")}


@dataclass(frozen=True)
class Named:
    """A thing by what it is called; ``kind`` and ``key`` lead to its page, when it has one."""

    text: str
    kind: str = ""
    key: object = None


@dataclass(frozen=True)
class Sentence:
    """``template`` has a placeholder for each of ``values``."""

    template: str
    values: dict[str, Named | str]

    def text(self) -> str:
        values = {name: each.text if isinstance(each, Named) else each for name, each in self.values.items()}
        return self.template % values

    def html(self, address: Address) -> Markup:
        """With links; what was noted is escaped."""
        values = {name: _linked(each, address) for name, each in self.values.items()}
        return Markup(self.template) % values  # noqa: S704  (our own words; Markup escapes the values)


def _linked(value: Named | str, address: Address) -> Markup:
    if isinstance(value, str):
        return escape(value)
    where = address(value.kind, value.key) if value.key is not None else None
    return Markup('<a class="ds-link" href="{}">{}</a>').format(where, value.text) if where else escape(value.text)


@dataclass(frozen=True)
class Telling:
    """An event being told: what a wording asks for its words. A detail that is missing is an empty text."""

    event: AuditEvent
    names: Names

    def __getitem__(self, key: str) -> str:
        """What was noted under ``key``, as text."""
        value = self.event.detail.get(key)
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        return "" if value is None else str(value)

    def number(self, key: str) -> int:
        value = self.event.detail.get(key)
        return value if isinstance(value, int) else 0

    def day(self, key: str) -> str:
        try:
            return day_in_words(date.fromisoformat(self[key])) if self[key] else ""
        except ValueError:
            return self[key]

    def thing(self, kind: str, identity: object, noted: str = "") -> Named:
        """By what it is called now; what is gone by what was ``noted``, or by its id."""
        known = self.names.of(kind, identity)
        if known is not None:
            return Named(known.name, kind, known.key)
        return Named(noted or _by_id(kind, identity))

    @property
    def actor(self) -> Named:
        if self.event.actor is None:
            return Named(gettext("The system"))
        known = self.names.of("person", self.event.actor_id)
        return Named(self.event.actor.name, "person", known.key if known else None)

    @property
    def subject(self) -> Named:
        noted = self["title"] or self["path"] or self["name"]
        return self.thing(self.event.subject_type, self.event.subject_id, noted)

    @property
    def person(self) -> Named:
        """Whom it is about: the one noted, the subject, or the one whose position or certificate is the subject."""
        found = self.names.of(self.event.subject_type, self.event.subject_id)
        person_id: Any = self.event.detail.get("person") or (found.person_id if found else None)
        return self.thing("person", person_id or self.event.subject_id)

    def unit(self, key: str = "unit") -> Named:
        return self.thing("unit", self[key])

    def say(self, template: str, **values: Named | str) -> Sentence:
        """The sentence; ``%(actor)s``, ``%(subject)s`` and ``%(person)s`` are filled in by themselves."""
        return Sentence(template, {"actor": self.actor, "subject": self.subject, "person": self.person, **values})


def _by_id(kind: str, identity: object) -> str:
    words: dict[str, str] = {
        "person": gettext("person no. %(id)s", id=identity),
        "unit": gettext("unit no. %(id)s", id=identity),
        "position": gettext("position no. %(id)s", id=identity),
        "learning-path": gettext("learning path no. %(id)s", id=identity),
        "assignment": gettext("assignment no. %(id)s", id=identity),
    }
    return words.get(kind, str(identity))


def listed(parts: Sequence[str]) -> str:
    """What a file was narrowed to, or that it was not."""
    return ", ".join(part for part in parts if part) or str(gettext("all"))
