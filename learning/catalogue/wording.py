"""A course's title in lists: one title for one course, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from learning.interface import interface_language


def title_language(titles: Mapping[str, str]) -> str:
    """The interface's language where there is a title in it, or Norwegian, or any; empty without titles."""
    return next((language for language in (interface_language(), "nb", *titles) if titles.get(language)), "")


def course_title(titles: Mapping[str, str], otherwise: str = "") -> str:
    """The title in that language; ``otherwise`` for a course without a version."""
    return str(titles.get(title_language(titles), otherwise))
