"""Needs as a CSV file: out, changed in a spreadsheet, and in again, with every fault by row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from flask_babel import gettext
from sqlalchemy.orm import Session

from learning.needs import known, setting
from learning.needs.models import Consequence, Horizon, NeedRole
from learning.needs.setting import LONGEST_WORDS, MOST_PEOPLE, Key, Wish
from learning.paths import unit_tree
from learning.paths.unit_tree import UnitNode

COLUMNS = (
    "unit_code", "unit", "role", "competence", "horizon", "level", "share", "number", "consequence", "words",
)  # fmt: skip
_NEEDED = ("role", "competence", "horizon", "level")
LARGEST = 2 * 1024 * 1024  # bytes
MOST_ROWS = 10_000
MOST_FAULTS = 200
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
INHERIT = "inherit"


@dataclass(frozen=True)
class FileFault:
    """``row`` counts from 1 as a spreadsheet does, 0 for the whole file; ``column`` is empty for the whole row."""

    row: int
    column: str
    message: str


def explained() -> list[tuple[str, str]]:
    """Each column and what stands in it."""
    return [
        ("unit_code", gettext("The unit's code. When it is empty, the unit is found by its name.")),
        ("unit", gettext("The unit's name.")),
        ("role", "all, first-line, middle, top"),
        ("competence", gettext("The competence's code, such as RM.1.")),
        ("horizon", "now, one-year, three-years"),
        ("level", gettext("1 to 4; 0 when it is not needed here; “inherit” takes away what the unit says itself.")),
        ("share", gettext("Per cent of the people, 1 to 100. Empty, with no number either: everybody.")),
        ("number", gettext("A number of people instead of a share.")),
        ("consequence", "low, medium, high"),
        ("words", gettext("What it would mean if it is missing. May be empty.")),
    ]


def rows(session: Session, agency_id: int) -> Iterator[list[object]]:
    """The agency's needs today, as rows of ``COLUMNS``."""
    units = {node.id: node for root in unit_tree.load(session, agency_id) for node in root.walk()}
    competences = known.load(session, agency_id, "nb").by_id
    for row in setting.rows(session, agency_id):
        unit, competence = units[row.unit_id], competences.get(row.competence_id)
        if competence is not None:  # else its framework is no longer in use
            yield [
                unit.code, unit.name, row.role.value, competence.code, row.horizon.value, row.level, row.share,
                row.number, row.consequence.value, row.words,
            ]  # fmt: skip


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what Norwegian Excel writes


def _table(data: bytes) -> tuple[list[list[str]], FileFault | None]:
    """The rows as texts, or why they cannot be read."""
    if not data.strip():
        return [], FileFault(0, "", gettext("Choose a file with something in it."))
    if len(data) > LARGEST:
        return [], FileFault(0, "", gettext("The file is larger than 2 MB."))
    if data.startswith(b"PK\x03\x04"):
        return [], FileFault(0, "", gettext("This is a workbook. Save it as CSV and send that."))
    text = _text(data).replace("\x00", "")
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return [], FileFault(
            0, "", gettext("A quotation mark stands in the wrong place. Inside a cell, write it twice.")
        )
    if len(found) > MOST_ROWS + 1:
        return [], FileFault(0, "", gettext("The file has more than %(most)d rows. Split it.", most=MOST_ROWS))
    return found, None


def read(session: Session, agency_id: int, data: bytes) -> tuple[dict[Key, Wish | None], list[FileFault]]:
    """The needs in a file, or the faults of all its rows: then nothing is to be saved."""
    table, fault = _table(data)
    if fault is not None:
        return {}, [fault]
    header = [cell.strip().lower() for cell in table[0]]
    missing = [name for name in _NEEDED if name not in header]
    if not {"unit", "unit_code"} & set(header):
        missing.insert(0, "unit")
    if missing:
        message = gettext("The first row must name the columns. Missing: %(names)s.", names=", ".join(missing))
        return {}, [FileFault(1, "", message)]
    reader = _Reader(
        [node for root in unit_tree.load(session, agency_id) for node in root.walk()],
        {code: each.id for code, each in known.load(session, agency_id, "nb").by_code.items()},
    )
    wishes: dict[Key, Wish | None] = {}
    rows_of: dict[Key, int] = {}
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        read_row = reader.row(number, dict(zip_longest(header, cells[: len(header)], fillvalue="")))
        if read_row is None:
            continue
        key, wish = read_row
        if key in rows_of:
            message = gettext("Row %(row)d is about the same need. Take one of them away.", row=rows_of[key])
            reader.faults.append(FileFault(number, "", message))
        rows_of[key] = number
        wishes[key] = wish
    if not wishes and not reader.faults:
        return {}, [FileFault(0, "", gettext("There are no needs below the names of the columns."))]
    return ({} if reader.faults else wishes), reader.faults[:MOST_FAULTS]


class _Reader:
    """Turns rows into needs, and collects what is wrong with them."""

    def __init__(self, units: list[UnitNode], competences: Mapping[str, int]) -> None:
        self._by_code = {node.code: node.id for node in units if node.code}
        self._by_name: dict[str, list[int]] = {}
        for node in units:
            self._by_name.setdefault(node.name.casefold(), []).append(node.id)
        self._competences = competences
        self.faults: list[FileFault] = []

    def row(self, number: int, cells: Mapping[str, str]) -> tuple[Key, Wish | None] | None:
        """The need in a row, or None after its faults are noted."""
        before = len(self.faults)
        at = {name: _unguarded(" ".join(cell.split())) for name, cell in cells.items()}

        def fault(column: str, message: str) -> None:
            self.faults.append(FileFault(number, column, message))

        unit_id = self._unit(at, fault)
        competence_id = self._competences.get(at["competence"].upper())
        if competence_id is None:
            message = gettext("“%(text)s” is no competence of a framework in use.", text=at["competence"])
            fault("competence", message)
        for column, allowed in (("role", NeedRole), ("horizon", Horizon)):
            if at[column] not in set(allowed):
                fault(column, gettext("Write one of: %(values)s.", values=", ".join(allowed)))
        wish = self._wish(at, fault)
        if len(self.faults) > before or unit_id is None or competence_id is None:
            return None
        return Key(unit_id, NeedRole(at["role"]), competence_id, Horizon(at["horizon"])), wish

    def _unit(self, at: Mapping[str, str], fault: Callable[[str, str], None]) -> int | None:
        if code := at.get("unit_code", ""):
            if code not in self._by_code:
                fault("unit_code", gettext("There is no unit with the code %(code)s.", code=code))
            return self._by_code.get(code)
        found = self._by_name.get(at.get("unit", "").casefold(), [])
        if not found:
            fault("unit", gettext("There is no unit with the name “%(name)s”.", name=at.get("unit", "")))
        elif len(found) > 1:
            fault("unit", gettext("Several units have the name “%(name)s”. Write the code.", name=at.get("unit", "")))
        return found[0] if len(found) == 1 else None

    def _wish(self, at: Mapping[str, str], fault: Callable[[str, str], None]) -> Wish | None:
        level = at["level"].lower()
        if level == INHERIT:
            return None
        if level not in {"0", "1", "2", "3", "4"}:
            fault("level", gettext("Write a level from 0 to 4, or “inherit”."))
        share, number = (
            _whole(at.get("share", "").removesuffix("%").strip(), 100),
            _whole(at.get("number", ""), MOST_PEOPLE),
        )
        if share == 0:
            fault("share", gettext("Write a whole number from 1 to %(most)d.", most=100))
        if number == 0:
            fault("number", gettext("Write a whole number from 1 to %(most)d.", most=MOST_PEOPLE))
        if share and number:
            fault("number", gettext("Write a share or a number, not both."))
        consequence = at.get("consequence", "") or Consequence.MEDIUM.value
        if consequence not in set(Consequence):
            fault("consequence", gettext("Write one of: %(values)s.", values=", ".join(Consequence)))
            consequence = Consequence.MEDIUM.value
        words = at.get("words", "")
        if len(words) > LONGEST_WORDS:
            fault("words", gettext("At most %(most)d characters.", most=LONGEST_WORDS))
        level_number = int(level) if level.isdecimal() and level.isascii() and len(level) == 1 else 0
        return Wish(level_number, None if number else (share or 100), number or None, Consequence(consequence), words)


def _unguarded(text: str) -> str:
    """Without the ' that our own files put before what a spreadsheet would take for a formula."""
    return text[1:] if text.startswith(_GUARDED) else text


def _whole(text: str, most: int) -> int | None:
    """The number from 1 to ``most``; None for nothing, 0 for what is none."""
    if not text:
        return None
    good = text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most
    return int(text) if good else 0
