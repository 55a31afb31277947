"""The columns of a file of people, and the names they go by in Bokmål, Nynorsk and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from learning.people_files.faults import Fault, Kind


class Column(StrEnum):
    EMPLOYEE_NUMBER = "employee-number"
    GIVEN_NAME = "given-name"
    FAMILY_NAME = "family-name"
    EMAIL = "email"
    LANGUAGE = "language"
    UNIT = "unit"
    TITLE = "title"
    LEVEL = "level"
    STARTS_ON = "starts-on"
    ENDS_ON = "ends-on"
    MANAGER = "manager"
    TAGS = "tags"


REQUIRED = (Column.EMAIL, Column.UNIT, Column.LEVEL)

# The first of each language is what templates and exports are headed with.
NAMES: dict[Column, dict[str, tuple[str, ...]]] = {
    Column.EMPLOYEE_NUMBER: {
        "nb": ("Ansattnummer", "Ansattnr", "Ansatt-ID", "Medarbeidernummer", "Arbeidstakernummer", "Personalnummer"),
        "nn": ("Tilsettnummer", "Tilsettnr", "Tilsett-ID", "Tilsattnummer", "Medarbeidarnummer", "Arbeidstakarnummer"),
        "en": ("Employee number", "Employee no", "Employee ID", "Personnel number", "Staff number"),
    },
    Column.GIVEN_NAME: {
        "nb": ("Fornavn",),
        "nn": ("Førenamn", "Fornamn"),
        "en": ("Given name", "First name", "Forename"),
    },
    Column.FAMILY_NAME: {
        "nb": ("Etternavn", "Slektsnavn"),
        "nn": ("Etternamn", "Slektsnamn"),
        "en": ("Family name", "Last name", "Surname"),
    },
    Column.EMAIL: {
        "nb": ("E-post", "E-postadresse", "Epost adresse", "Jobb e-post"),
        "nn": ("E-post", "E-postadresse", "Jobb-e-post"),
        "en": ("E-mail", "E-mail address", "Mail", "Work e-mail"),
    },
    Column.LANGUAGE: {
        "nb": ("Språk", "Målform"),
        "nn": ("Språk", "Målform"),
        "en": ("Language", "Preferred language"),
    },
    Column.UNIT: {
        "nb": ("Enhet", "Enhetskode", "Enhetsnavn", "Avdeling", "Organisasjonsenhet", "Virksomhetsenhet"),
        "nn": ("Eining", "Einingskode", "Einingsnamn", "Avdeling", "Organisasjonseining"),
        "en": ("Unit", "Unit code", "Unit name", "Department", "Organisational unit"),
    },
    Column.TITLE: {
        "nb": ("Tittel", "Stilling", "Stillingstittel", "Stillingsnavn", "Stillingsbetegnelse"),
        "nn": ("Tittel", "Stilling", "Stillingstittel", "Stillingsnamn"),
        "en": ("Title", "Job title", "Position"),
    },
    Column.LEVEL: {
        "nb": ("Nivå", "Ledernivå", "Stillingsnivå"),
        "nn": ("Nivå", "Leiarnivå", "Stillingsnivå"),
        "en": ("Level", "Manager level", "Management level"),
    },
    Column.STARTS_ON: {
        "nb": ("Fra", "Fra dato", "Startdato", "Starter", "Gjelder fra", "Fra og med"),
        "nn": ("Frå", "Frå dato", "Startdato", "Startar", "Gjeld frå", "Frå og med"),
        "en": ("From", "From date", "Starts on", "Start date", "Valid from"),
    },
    Column.ENDS_ON: {
        "nb": ("Til", "Til dato", "Sluttdato", "Slutter", "Gjelder til", "Til og med", "Siste dag"),
        "nn": ("Til", "Til dato", "Sluttdato", "Sluttar", "Gjeld til", "Til og med", "Siste dag"),
        "en": ("To", "To date", "Ends on", "End date", "Valid to", "Until", "Last day"),
    },
    Column.MANAGER: {
        "nb": ("Nærmeste leder", "Leder", "Leders e-post", "Leders ansattnummer", "Overordnet"),
        "nn": ("Næraste leiar", "Leiar", "E-posten til leiaren", "Tilsettnummeret til leiaren", "Overordna"),
        "en": ("Line manager", "Manager", "Manager's e-mail", "Manager's employee number", "Reports to"),
    },
    Column.TAGS: {
        "nb": ("Merkelapper", "Merkelapp", "Stikkord", "Etiketter"),
        "nn": ("Merkelappar", "Merkelapp", "Stikkord", "Etikettar"),
        "en": ("Tags", "Tag", "Labels"),
    },
}


def _key(name: str) -> str:
    """A name as it is compared: small letters and digits alone, so that "E-post *" is "epost"."""
    return "".join(each for each in unicodedata.normalize("NFC", name).casefold() if each.isalnum())


_KNOWN: dict[str, Column] = {
    _key(name): column for column, languages in NAMES.items() for names in languages.values() for name in names
} | {_key(column.value): column for column in Column}


def known(name: str) -> Column | None:
    """The column that goes by this name."""
    return _KNOWN.get(_key(name))


def heading(column: Column, language: str) -> str:
    """What the column is called in templates and exports."""
    return NAMES[column].get(language, NAMES[column]["nb"])[0]


@dataclass(frozen=True)
class Header:
    """Which column stands where. ``unknown`` are the names that nothing is read from; ``width`` counts all."""

    places: dict[Column, int]
    unknown: tuple[str, ...]
    width: int
    written: dict[Column, str]


def read_header(cells: Sequence[str], row: int) -> tuple[Header, list[Fault]]:
    """The header row, and what is wrong with it."""
    places: dict[Column, int] = {}
    written: dict[Column, str] = {}
    unknown: list[str] = []
    faults: list[Fault] = []
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    for place, cell in enumerate(cells[:width]):
        name = " ".join(cell.split())
        column = known(name)
        if column is None:
            if name:
                unknown.append(name)
        elif column in places:
            faults.append(Fault(row, name, Kind.DUPLICATE_COLUMN, {"first": written[column], "second": name}))
        else:
            places[column], written[column] = place, name
    if not places:
        return Header(places, tuple(unknown), width, written), [Fault(row, "", Kind.NO_HEADER)]
    for column in REQUIRED:
        if column not in places:
            faults.append(Fault(row, column, Kind.MISSING_COLUMN, {"column": column.value}))
    return Header(places, tuple(unknown), width, written), faults
