"""Tables as CSV files and workbooks: written piece by piece in flat memory, safe to open in a spreadsheet; and read."""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import openpyxl
import xlsxwriter

_RISKY = ("=", "+", "-", "@", "\t", "\r")
PIECE = 64 * 1024
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
MOST_ROWS = 1_048_575  # that a sheet holds below its header
MOST_CELLS = 100  # more in a row are not read
LARGEST_UNPACKED = 200 * 1024 * 1024  # bytes of an XLSX file's parts
SEPARATORS = (";", ",", "\t")
_RISKY_AGAIN = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_XLSX = b"PK\x03\x04"
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")


def moment(value: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a leading = + - @ tab or return gets a ' before it (OWASP)."""
    return f"'{text}" if text.startswith(_RISKY) else text


def guarded(text: str) -> str:
    """As ``safe_cell``, for files that come back: ``unguarded`` gives the very same text again."""
    return f"'{text}" if _RISKY_AGAIN.match(text) else text


def unguarded(text: str) -> str:
    """The text again, without the mark of ``guarded``."""
    return text[1:] if _GUARDED.match(text) else text


def csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return safe_cell(value) if isinstance(value, str) else str(value)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """RFC 4180: UTF-8, commas, CRLF, a header, quotes where needed. Times are UTC, days ISO 8601."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in header])
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "") -> Iterator[bytes]:
    """A workbook with a sheet of that name; rows go to a temporary file, so memory stays flat. Times are UTC.

    Rows that one sheet cannot hold go on in another, below the header again.
    """
    with tempfile.TemporaryFile() as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd hh:mm:ss",
        }
        workbook = xlsxwriter.Workbook(file, options)
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})

        def begin(name: str | None) -> xlsxwriter.worksheet.Worksheet:
            made = workbook.add_worksheet(name or None)
            made.freeze_panes(1, 0)
            made.set_column(0, len(header) - 1, 18)
            for place, words in enumerate(header):
                made.write_string(0, place, words, bold)
            return made

        page, number = begin(sheet), 0
        for row in rows:
            if number == MOST_ROWS:
                page, number = begin(None), 0
            number += 1
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(number, place, value.astimezone(UTC).replace(tzinfo=None))
                elif isinstance(value, date):
                    page.write_datetime(number, place, value, day)
                elif isinstance(value, (int, Decimal)):
                    page.write_number(number, place, float(value))
                elif value is not None:
                    page.write_string(number, place, str(value)[:32767])  # more does not go into a cell
        workbook.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


class Unread(StrEnum):
    """Why a file cannot be read."""

    TOO_LARGE = "too-large"
    OLD_EXCEL = "old-excel"
    WORKBOOK = "xlsx"
    ENCODING = "encoding"
    EMPTY = "empty"
    TOO_MANY_ROWS = "too-many-rows"
    QUOTES = "quotes"


class Unreadable(Exception):
    """The file cannot be read. ``row`` counts from 1; 0 for the whole file."""

    def __init__(self, why: Unread, row: int = 0) -> None:
        super().__init__(why.value)
        self.why, self.row = why, row


@dataclass(frozen=True)
class Row:
    """A row that holds something. ``number`` counts from 1 and takes empty rows in, as a spreadsheet does."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """``is_guarded``: texts may have a ' before what a spreadsheet would take for a formula ."""

    header: Row
    rows: tuple[Row, ...]
    is_guarded: bool = False


def read_table(data: bytes, *, is_known: Callable[[str], bool], largest: int, most_rows: int) -> Table:
    """The first row that holds something, and the rows after it. Raises Unreadable.

    ``is_known`` tells a column's name from other text: by it the separator is found. ``largest`` is in bytes.
    """
    if len(data) > largest:
        raise Unreadable(Unread.TOO_LARGE)
    if data.startswith(_OLD_EXCEL):
        raise Unreadable(Unread.OLD_EXCEL)
    is_workbook = data.startswith(_XLSX)
    found = _filled(_rows_of_xlsx(data) if is_workbook else _rows_of_csv(data, is_known))
    header = next(found, None)
    if header is None:
        raise Unreadable(Unread.EMPTY)
    rows: list[Row] = []
    for row in found:
        if len(rows) == most_rows:
            raise Unreadable(Unread.TOO_MANY_ROWS, row.number)
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
        raise Unreadable(Unread.ENCODING) from fault
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("iso-8859-1")


def _rows_of_csv(data: bytes, is_known: Callable[[str], bool]) -> Iterator[list[str]]:
    text = decode(data)
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own word for the separator, before the header
        yield []
        separator, text = first[4], rest
    else:
        separator = _separator(text, is_known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    done = 0
    try:
        for cells in reader:
            yield cells
            done += 1
    except csv.Error as fault:
        raise Unreadable(Unread.QUOTES, done + 1) from fault


def _separator(text: str, is_known: Callable[[str], bool]) -> str:
    """The separator with which the header holds most names we know; then the one that makes most cells."""

    def gain(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            cells = next((cells for cells in reader if any(cell.strip(" ;,\t") for cell in cells)), [])
        except csv.Error:
            cells = []
        return sum(is_known(cell) for cell in cells), len(cells)

    return max(SEPARATORS, key=gain)


def _rows_of_xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise Unreadable(Unread.TOO_LARGE)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a size that is not the sheet's
        for values in sheet.iter_rows(max_col=MOST_CELLS, values_only=True):
            filled = max((place for place, value in enumerate(values, start=1) if value is not None), default=0)
            yield [_text(value) for value in values[:filled]]
    except Unreadable:
        raise
    except Exception as fault:  # the library lets through whatever a broken part made its parsers raise
        raise Unreadable(Unread.WORKBOOK) from fault


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
