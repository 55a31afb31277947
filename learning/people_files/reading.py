"""From the bytes of a file to rows of text: CSV as spreadsheets write it, and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl

from learning.people_files.columns import known
from learning.people_files.faults import Fault, Kind

LARGEST = 10 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
MOST_CELLS = 100  # more in a row are not read
LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes of an XLSX file's parts
SEPARATORS = (";", ",", "\t")
_XLSX = b"PK\x03\x04"
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")


class Unreadable(Exception):
    """The file cannot be read, and why."""

    def __init__(self, kind: Kind, row: int = 0, **values: str) -> None:
        super().__init__(kind.value)
        self.fault = Fault(row, "", kind, values)


@dataclass(frozen=True)
class Row:
    """A row that holds something. ``number`` counts from 1 and takes empty rows in, as a spreadsheet does."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """``is_guarded``: texts may have a ' before what a spreadsheet would take for a formula (``cells``)."""

    header: Row
    rows: tuple[Row, ...]
    is_guarded: bool = False


def read(data: bytes) -> Table:
    """The first row that holds something, and the rows after it. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(Kind.UNREADABLE, reason="too-large")
    if data.startswith(_OLD_EXCEL):
        raise Unreadable(Kind.UNREADABLE, reason="old-excel")
    is_workbook = data.startswith(_XLSX)
    found = _filled(_rows_of_xlsx(data) if is_workbook else _rows_of_csv(data))
    header = next(found, None)
    if header is None:
        raise Unreadable(Kind.EMPTY_FILE)
    rows: list[Row] = []
    for row in found:
        if len(rows) == MOST_ROWS:
            raise Unreadable(Kind.TOO_MANY_ROWS, row.number, most=f"{MOST_ROWS}")
        rows.append(row)
    return Table(header, tuple(rows), is_guarded=not is_workbook)


def _filled(rows: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(number, tuple(cells[:MOST_CELLS]))


def decode(data: bytes) -> str:
    """The text of a CSV file. Raises Unreadable.

    A byte order mark decides; without one it is UTF-8 if it can be, or else what Norwegian Excel writes:
    Windows-1252, of which ISO-8859-1 is a part for all that people type.
    """
    try:
        if data.startswith(codecs.BOM_UTF8):
            return data.decode("utf-8-sig")
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        if len(data) >= 4 and (data[1:4:2] == b"\0\0" or data[0:3:2] == b"\0\0"):  # UTF-16 that lacks its mark
            return data.decode("utf-16-le" if data[1] == 0 else "utf-16-be")
    except UnicodeDecodeError as fault:
        raise Unreadable(Kind.UNREADABLE, reason="encoding") from fault
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("iso-8859-1")


def _rows_of_csv(data: bytes) -> Iterator[list[str]]:
    text = decode(data)
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own word for the separator, before the header
        yield []
        separator, text = first[4], rest
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    done = 0
    try:
        for cells in reader:
            yield cells
            done += 1
    except csv.Error as fault:
        raise Unreadable(Kind.BROKEN_QUOTES, done + 1) from fault


def _separator(text: str) -> str:
    """The separator with which the header holds most names we know; then the one that makes most cells."""

    def gain(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            cells = next((cells for cells in reader if any(cell.strip(" ;,\t") for cell in cells)), [])
        except csv.Error:
            cells = []
        return sum(known(cell) is not None for cell in cells), len(cells)

    return max(SEPARATORS, key=gain)


def _rows_of_xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise Unreadable(Kind.UNREADABLE, reason="too-large")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a size that is not the sheet's
        for values in sheet.iter_rows(max_col=MOST_CELLS, values_only=True):
            filled = max((place for place, value in enumerate(values, start=1) if value is not None), default=0)
            yield [_text(value) for value in values[:filled]]
    except Unreadable:
        raise
    except Exception as fault:  # the library lets through whatever a broken part made its parsers raise
        raise Unreadable(Kind.UNREADABLE, reason="xlsx") from fault


def _text(value: Any) -> str:
    """A cell as text; days as yyyy-mm-dd, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
