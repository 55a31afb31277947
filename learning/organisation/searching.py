"""Finding text as people type it, alike on both databases."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute


def holds(column: InstrumentedAttribute[str] | ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether the column holds ``word``, small and capital letters alike.

    SQLite folds A-Z only, so "ødegård" would not find Ødegård: the usual ways of writing it are asked for.
    """
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in sorted(spellings)))
