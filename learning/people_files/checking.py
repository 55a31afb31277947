"""From a row of text to what it wishes; every fault of every row is gathered. Needs no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from email_validator import EmailNotValidError, validate_email

from learning.organisation.models import Level
from learning.people_files.columns import Column, Header
from learning.people_files.faults import Fault, Kind
from learning.people_files.reading import Row, Table
from learning.spreadsheets import unguarded

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
LONGEST_TAG = 60
LONGEST = {
    Column.EMPLOYEE_NUMBER: 40,
    Column.GIVEN_NAME: 100,
    Column.FAMILY_NAME: 100,
    Column.EMAIL: 254,
    Column.UNIT: 2000,
    Column.TITLE: 200,
    Column.MANAGER: 254,
    Column.TAGS: 4000,
}
# The first of each language is what templates and exports hold.
LEVELS: dict[Level, dict[str, tuple[str, ...]]] = {
    Level.FIRST_LINE: {
        "nb": ("Førstelinjeleder", "Førstelinje", "Avdelingsleder"),
        "nn": ("Førstelinjeleiar", "Førstelinje", "Avdelingsleiar"),
        "en": ("First-line manager", "First-line"),
    },
    Level.MIDDLE: {
        "nb": ("Mellomleder",),
        "nn": ("Mellomleiar",),
        "en": ("Middle manager",),
    },
    Level.TOP: {
        "nb": ("Toppleder", "Øverste leder"),
        "nn": ("Toppleiar", "Øvste leiar"),
        "en": ("Top manager",),
    },
    Level.EMPLOYEE: {
        "nb": ("Medarbeider", "Ansatt"),
        "nn": ("Medarbeidar", "Tilsett"),
        "en": ("Employee", "Staff"),
    },
    Level.EMPLOYEE_REPRESENTATIVE: {
        "nb": ("Tillitsvalgt",),
        "nn": ("Tillitsvald",),
        "en": ("Employee representative",),
    },
    Level.ELECTED: {
        "nb": ("Folkevalgt",),
        "nn": ("Folkevald",),
        "en": ("Elected representative",),
    },
}
LANGUAGES = {
    "nb": ("nb", "bokmål", "norsk", "norsk bokmål", "no", "nb-no"),
    "nn": ("nn", "nynorsk", "norsk nynorsk", "nn-no"),
    "en": ("en", "engelsk", "english", "en-gb", "en-us"),
}


def _level_key(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


_LEVELS = {
    _level_key(name): level for level, languages in LEVELS.items() for names in languages.values() for name in names
} | {_level_key(level.value): level for level in Level}
_LANGUAGES = {name: code for code, names in LANGUAGES.items() for name in names}
_NORWEGIAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
# Marks that turn the direction of the text around them make one word look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass
class Wish:
    """What a row says about a person and a position. None: says nothing of it; ``broken`` columns are faulty.

    ``manager`` is "" where the row says that there is none.
    """

    row: int
    email: str = ""
    number: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    language: str | None = None
    unit: str | None = None
    title: str | None = None
    level: Level | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    manager: str | None = None
    tags: tuple[str, ...] | None = None
    broken: set[Column] = field(default_factory=set)


@dataclass(frozen=True)
class Checked:
    """``columns`` are those that the file has; ``labels`` are the file's own names for them."""

    wishes: Sequence[Wish]
    faults: list[Fault]
    columns: frozenset[Column]
    labels: Mapping[Column, str]
    unknown: Sequence[str]


def level_in(text: str) -> Level | None:
    """The level that goes by this name in one of the languages."""
    return _LEVELS.get(_level_key(text))


def day_in(text: str) -> date | None:
    """A day as 31.12.2026 or 2026-12-31; None for anything else. Raises ValueError for a day that is in no calendar."""
    if found := _NORWEGIAN_DAY.fullmatch(text):
        day, month, year = found.groups()
        return date(int(year), int(month), int(day))
    if found := _ISO_DAY.fullmatch(text):
        year, month, day = found.groups()
        return date(int(year), int(month), int(day))
    return None


def check(table: Table, header: Header) -> Checked:
    """Every row's wish and every row's faults, in the order of the file."""
    faults: list[Fault] = []
    wishes = [_check_row(row, header, table.is_guarded, faults) for row in table.rows]
    columns = frozenset(header.places)
    return Checked(wishes, faults, columns, header.written, header.unknown)


def _check_row(row: Row, header: Header, is_guarded: bool, faults: list[Fault]) -> Wish:
    wish = Wish(row.number)

    def fault(column: Column, kind: Kind, **values: str) -> None:
        wish.broken.add(column)
        faults.append(Fault(row.number, column, kind, values))

    if any(cell.strip() for cell in row.cells[header.width :]):
        extra = next(cell.strip() for cell in row.cells[header.width :] if cell.strip())
        faults.append(Fault(row.number, "", Kind.TOO_MANY_CELLS, {"expected": str(header.width), "extra": extra[:60]}))
    texts = {}
    for column, place in header.places.items():
        cell = row.cells[place] if place < len(row.cells) else ""
        texts[column] = _tidy(unguarded(cell) if is_guarded else cell, column, fault)
    _read_person(wish, texts, fault)
    _read_position(wish, texts, fault)
    return wish


Report = Callable[..., None]


def _tidy(cell: str, column: Column, fault: Report) -> str:
    """The cell without needless space, composed characters; faults for what cannot be stored."""
    text = " ".join(unicodedata.normalize("NFC", cell).split())
    if "\ufffd" in text:
        fault(column, Kind.UNREADABLE_CHARACTER)
        return ""
    if not text.isprintable() and any(unicodedata.category(each) in ("Cc", "Cs") or each in _TURNING for each in text):
        fault(column, Kind.CONTROL_CHARACTER)
        return ""
    if len(text) > (longest := LONGEST.get(column, 200)):
        fault(column, Kind.TOO_LONG, length=str(len(text)), longest=str(longest))
        return ""
    return text


def _read_person(wish: Wish, texts: Mapping[Column, str], fault: Report) -> None:
    wish.number = texts.get(Column.EMPLOYEE_NUMBER) or None
    wish.given_name = texts.get(Column.GIVEN_NAME) or None
    wish.family_name = texts.get(Column.FAMILY_NAME) or None
    if Column.EMAIL not in wish.broken:
        if not (written := texts.get(Column.EMAIL, "")):
            fault(Column.EMAIL, Kind.MISSING_EMAIL)
        else:
            wish.email = _address(written)
            if not wish.email:
                fault(Column.EMAIL, Kind.BAD_EMAIL, written=written[:100])
    if written := texts.get(Column.LANGUAGE, ""):
        wish.language = _LANGUAGES.get(written.casefold())
        if wish.language is None:
            fault(Column.LANGUAGE, Kind.UNKNOWN_LANGUAGE, written=written[:60])
    if Column.TAGS in texts and Column.TAGS not in wish.broken:
        tags = {" ".join(each.split()).lower() for each in texts[Column.TAGS].split(",")} - {""}
        if too_long := next((tag for tag in sorted(tags) if len(tag) > LONGEST_TAG), None):
            fault(Column.TAGS, Kind.TAG_TOO_LONG, tag=too_long[:40], longest=str(LONGEST_TAG))
        else:
            wish.tags = tuple(sorted(tags))


def _address(text: str) -> str:
    """The address as it is stored; empty when it is none."""
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return ""


def _read_position(wish: Wish, texts: Mapping[Column, str], fault: Report) -> None:
    wish.unit = texts.get(Column.UNIT) or None
    if wish.unit is None and Column.UNIT not in wish.broken:
        fault(Column.UNIT, Kind.MISSING_UNIT)
    wish.title = texts.get(Column.TITLE) or None
    if Column.LEVEL not in wish.broken:
        if not (written := texts.get(Column.LEVEL, "")):
            fault(Column.LEVEL, Kind.MISSING_LEVEL)
        else:
            wish.level = level_in(written)
            if wish.level is None:
                fault(Column.LEVEL, Kind.UNKNOWN_LEVEL, written=written[:60])
    wish.starts_on = _day(texts, Column.STARTS_ON, fault)
    wish.ends_on = _day(texts, Column.ENDS_ON, fault)
    if wish.starts_on and wish.ends_on and wish.ends_on < wish.starts_on:
        fault(Column.ENDS_ON, Kind.END_BEFORE_START, start=wish.starts_on.isoformat(), end=wish.ends_on.isoformat())
    if Column.MANAGER in texts and Column.MANAGER not in wish.broken:
        wish.manager = texts[Column.MANAGER]


def _day(texts: Mapping[Column, str], column: Column, fault: Report) -> date | None:
    written = texts.get(column, "")
    if not written:
        return None
    try:
        day = day_in(written)
    except ValueError:
        day = None
    if day is None:
        fault(column, Kind.BAD_DATE, written=written[:60])
    elif not EARLIEST <= day <= LATEST:
        fault(column, Kind.UNLIKELY_DATE, written=written[:60])
        return None
    return day


def check_beside(checked: Checked) -> dict[str, list[Wish]]:
    """The wishes by person, which is by address, after the rows have been compared with each other.

    Adds to ``checked.faults``: an address or a number that two people share, and rows of one person that do not
    agree. Rows without a sound address belong to nobody.
    """
    people: dict[str, list[Wish]] = {}
    numbers: dict[str, Wish] = {}
    for wish in checked.wishes:
        if wish.number:
            first = numbers.setdefault(wish.number, wish)
            if wish.email and first.email and first.email != wish.email:
                wish.broken.add(Column.EMPLOYEE_NUMBER)
                values = {"number": wish.number, "row": str(first.row), "other": first.email}
                checked.faults.append(Fault(wish.row, Column.EMPLOYEE_NUMBER, Kind.NUMBER_TWICE, values))
        if wish.email:
            people.setdefault(wish.email, []).append(wish)
    for rows in people.values():
        _agree(rows, checked.faults)
    return people


def _agree(rows: Sequence[Wish], faults: list[Fault]) -> None:
    """Faults for rows of the same address that do not tell of the same person as the rows before them."""
    said: dict[str, tuple[str, int]] = {}
    for wish in rows:
        facts = {name: getattr(wish, name) for name in ("number", "given_name", "family_name", "language")}
        differs = [
            name
            for name, value in facts.items()
            if value is not None and name in said and said[name][0].casefold() != value.casefold()
        ]
        if differs:
            column, kind = Column.EMAIL, Kind.ADDRESS_TWICE
            if differs == ["language"]:
                column, kind = Column.LANGUAGE, Kind.DIFFERENT_LANGUAGE
            wish.broken.add(column)
            faults.append(Fault(wish.row, column, kind, {"row": str(said[differs[0]][1]), "email": wish.email}))
            continue
        for name, value in facts.items():
            if value is not None:
                said.setdefault(name, (value, wish.row))
