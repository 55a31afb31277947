"""Tables as CSV files and workbooks that are safe to open in a spreadsheet, written piece by piece in flat memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import xlsxwriter

_RISKY = ("=", "+", "-", "@", "\t", "\r")
PIECE = 64 * 1024
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
MOST_ROWS = 1_048_575  # that a sheet holds below its header


def moment(value: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a leading = + - @ tab or return gets a ' before it (OWASP)."""
    return f"'{text}" if text.startswith(_RISKY) else text


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
