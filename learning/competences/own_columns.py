"""The columns of an agency's own framework as a file: what each holds, in which language, and what it is called."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from learning.catalogue.frameworks import LANGUAGES
from learning.catalogue.structure import Language


class Field(StrEnum):
    CODE = "code"
    GROUP = "group"
    TITLE = "title"
    DESCRIPTION = "description"
    LEVEL_1 = "level-1"
    LEVEL_2 = "level-2"
    LEVEL_3 = "level-3"
    LEVEL_4 = "level-4"


LEVELS = (Field.LEVEL_1, Field.LEVEL_2, Field.LEVEL_3, Field.LEVEL_4)
TOLD = (Field.TITLE, Field.DESCRIPTION, *LEVELS)  # what stands there once for each language
Column = tuple[Field, Language | None]  # no language for the code and the group

# The first name of each language is the one that we write; all are read.
NAMES: dict[Field, dict[Language, tuple[str, ...]]] = {
    Field.CODE: {"nb": ("Kode",), "nn": ("Kode",), "en": ("Code",)},
    Field.GROUP: {"nb": ("Gruppe",), "nn": ("Gruppe",), "en": ("Group",)},
    Field.TITLE: {"nb": ("Tittel", "Navn"), "nn": ("Tittel", "Namn"), "en": ("Title", "Name")},
    Field.DESCRIPTION: {
        "nb": ("Beskrivelse",),
        "nn": ("Omtale", "Skildring", "Beskriving"),
        "en": ("Description",),
    },
    **{
        level: {"nb": (f"Nivå {number}",), "nn": (f"Nivå {number}",), "en": (f"Level {number}",)}
        for number, level in enumerate(LEVELS, start=1)
    },
}
_SUFFIXES: dict[Language, tuple[str, ...]] = {
    "nb": ("nb", "bokmål"),
    "nn": ("nn", "nynorsk"),
    "en": ("en", "engelsk", "english"),
}


def _key(name: str) -> str:
    """A name as it is compared: small letters and digits alone, so that "Tittel (nb)" is "tittelnb"."""
    return "".join(each for each in unicodedata.normalize("NFC", name).casefold() if each.isalnum())


def _known() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for field, by_language in NAMES.items():
        for name in {each for names in by_language.values() for each in names}:
            if field not in TOLD:
                found[_key(name)] = (field, None)
                continue
            found[_key(name)] = (field, "nb")  # without a language it is Bokmål
            for language, suffixes in _SUFFIXES.items():
                found.update({_key(name) + suffix: (field, language) for suffix in suffixes})
    return found


_KNOWN = _known()


def known(name: str) -> Column | None:
    """The column that goes by this name."""
    return _KNOWN.get(_key(name))


def heading(column: Column, language: str) -> str:
    """What a column is called in templates, exports and faults."""
    field, told_in = column
    names = NAMES[field]
    name = next((names[each][0] for each in LANGUAGES if each == language), names["nb"][0])
    return f"{name} {told_in}" if told_in else name


def columns_of(languages: Sequence[Language]) -> list[Column]:
    """The columns of a file in so many languages, in the order that we write them."""
    told: list[Column] = [(field, language) for language in languages for field in TOLD]
    return [(Field.CODE, None), (Field.GROUP, None), *told]


@dataclass(frozen=True)
class Header:
    """Which column stands where. ``unknown`` are the names that nothing is read from; ``width`` counts all."""

    places: dict[Column, int]
    unknown: tuple[str, ...]
    width: int


def read_header(cells: Sequence[str]) -> tuple[Header, list[Column]]:
    """The header row, and the columns that stand there twice."""
    places: dict[Column, int] = {}
    unknown: list[str] = []
    twice: list[Column] = []
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    for place, cell in enumerate(cells[:width]):
        column = known(cell)
        if column is None:
            if cell.strip():
                unknown.append(" ".join(cell.split()))
        elif column in places:
            twice.append(column)
        else:
            places[column] = place
    return Header(places, tuple(unknown), width), twice
