"""A new course to write in: a folder that the check finds no fault with, full of texts to replace.

The texts lie in ``scaffold/``, one folder a language, as an author would write them; ``${name}`` is filled in here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from string import Template

import yaml

SCAFFOLD = Path(__file__).parent / "scaffold"
LONGEST_SLUG = 60
LONGEST_TITLE = 120
_SLUG = re.compile(r"[a-z][a-z0-9-]*\Z")
_COMPETENCES = {"innovation": "IC.P1", "risk-management": "RM.1", "change-competence": "CC.1"}
_TITLES = {"nb": "BYTT UT: Navnet på kurset", "nn": "BYT UT: Namnet på kurset", "en": "REPLACE: The course's name"}


class CannotScaffold(Exception):
    """The course cannot be written; ``str()`` says why, and what to do instead."""


def write_course(
    parent: Path,
    slug: str,
    *,
    line: str,
    levels: Sequence[str],
    languages: Sequence[str],
    title: str | None,
    today: date,
) -> Path:
    """Write a new course below ``parent``: its folder. The first language is the source.

    Raises CannotScaffold, having written nothing.
    """
    _refuse_bad_slug(slug)
    title = title.strip() if title is not None else None
    if title is not None and not (title and title.isprintable() and len(title) <= LONGEST_TITLE):
        raise CannotScaffold(f"The title cannot be used. Write one line of 1 to {LONGEST_TITLE} characters.")
    for place, language in enumerate(languages):
        if language not in _TITLES:
            raise CannotScaffold(f"There are no texts in {language!r}. Use {', '.join(_TITLES)}.")
        if language in languages[:place]:
            raise CannotScaffold(f"The language {language} stands twice. Take one away.")
    if not languages:
        raise CannotScaffold(f"The course has no language. Use {', '.join(_TITLES)}.")
    folder = parent / slug
    try:
        folder.mkdir(parents=True)
    except FileExistsError as fault:
        raise CannotScaffold(f"{folder} exists already. Choose another id, or remove it first.") from fault
    except OSError as fault:
        raise CannotScaffold(f"{folder} cannot be made: {fault.strerror}. Choose a folder you may write in.") from fault
    values = {
        "slug": slug if isinstance(yaml.safe_load(slug), str) else json.dumps(slug),  # "no" is no text in YAML
        "line": line,
        "levels": ", ".join(levels),
        "source_language": languages[0],
        "languages": ", ".join(languages),
        "competence": _COMPETENCES[line],
        "today": today.isoformat(),
        "year": str(today.year),
        "review_by": _in_a_year(today).isoformat(),
    }
    _copy(SCAFFOLD / "course.yaml", folder / "course.yaml", values)
    for language in languages:
        (folder / language).mkdir()
        for path in sorted((SCAFFOLD / language).glob("*.md")):
            named = {"title": json.dumps(title or _TITLES[language], ensure_ascii=False)}  # JSON's text is YAML's too
            _copy(path, folder / language / path.name, named)
    return folder


def _refuse_bad_slug(slug: str) -> None:
    if not _SLUG.match(slug) or len(slug) > LONGEST_SLUG:
        raise CannotScaffold(
            f"{slug!r} cannot be a course's id. Begin with a small letter a-z; then at most {LONGEST_SLUG - 1} small "
            "letters, digits and hyphens, such as rm-102."
        )


def _copy(source: Path, target: Path, values: dict[str, str]) -> None:
    target.write_text(Template(source.read_text("utf-8")).substitute(values), "utf-8")


def _in_a_year(day: date) -> date:
    """The same day next year; the 28th for the 29th of February."""
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
