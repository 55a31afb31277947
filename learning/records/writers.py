"""One writer for each export format: rows in, pieces of a file out, in constant memory."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from decimal import Decimal

import xlsxwriter

from learning.records.rows import COLUMNS, RecordRow

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def moment(value: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a leading = + - @ tab or return gets a ' before it (OWASP)."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return moment(value)
    return safe_cell(value) if isinstance(value, str) else str(value)


def write_csv(rows: Iterable[RecordRow]) -> Iterator[bytes]:
    """RFC 4180: UTF-8, commas, CRLF, a header, quotes where needed."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in astuple(row)])
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_ndjson(rows: Iterable[RecordRow]) -> Iterator[bytes]:
    """One JSON object a line, UTF-8; the score is a number."""
    for row in rows:
        content = {
            name: moment(value)
            if isinstance(value, datetime)
            else float(value)
            if isinstance(value, Decimal)
            else value
            for name, value in zip(COLUMNS, astuple(row), strict=True)
        }
        yield (json.dumps(content, ensure_ascii=False) + "\n").encode()


def write_xlsx(rows: Iterable[RecordRow]) -> Iterator[bytes]:
    """A workbook with one sheet; rows go to a temporary file, so memory stays flat. Times are UTC."""
    with tempfile.TemporaryFile() as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd hh:mm:ss",
        }
        workbook = xlsxwriter.Workbook(file, options)
        sheet = workbook.add_worksheet("Completions")
        bold = workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        for place, name in enumerate(COLUMNS):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(astuple(row)):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value.astimezone(UTC).replace(tzinfo=None))
                elif isinstance(value, (int, Decimal)):
                    sheet.write_number(number, place, float(value))
                elif value is not None:
                    sheet.write_string(number, place, value)
        workbook.close()
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece


@dataclass(frozen=True)
class Format:
    """A format that records can be exported in."""

    name: str
    media_type: str
    write: Callable[[Iterable[RecordRow]], Iterator[bytes]]


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "text/csv; charset=utf-8", write_csv),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
        Format("ndjson", "application/x-ndjson", write_ndjson),
    )
}
