"""Reading fields of a submitted answer form. Whatever was sent, nothing here but InvalidAnswer is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learning.activities.registry import Answer, InvalidAnswer

Form = Mapping[str, Sequence[str]]


class FaultyAnswer(InvalidAnswer):
    """An answer that cannot be kept. ``draft`` is what was sent, for showing the form again with the words in it."""

    def __init__(self, message: str, draft: Answer | None = None) -> None:
        super().__init__(message)
        self.draft = draft


def clean(text: str) -> str:
    """Trimmed, lines ended by a newline alone, and without what a database cannot store."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def value(form: Form, name: str) -> str:
    """The first value of a field, cleaned; empty when it was not sent."""
    sent = form.get(name, ())
    return clean(sent[0]) if sent else ""


def values(form: Form, name: str) -> list[str]:
    """All values of a field, cleaned."""
    return [clean(each) for each in form.get(name, ())]


def text_map(answer: Answer, name: str) -> dict[str, Any]:
    """A map inside a stored answer; empty when an earlier version of the activity stored something else."""
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def text_list(answer: Answer, name: str) -> list[Any]:
    """A list inside a stored answer; empty when an earlier version of the activity stored something else."""
    found = answer.get(name)
    return found if isinstance(found, list) else []
