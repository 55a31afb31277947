"""One writer for each export format: rows in, pieces of a file out, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal

from learning import spreadsheets
from learning.records.rows import COLUMNS, RecordRow
from learning.spreadsheets import moment


def write_csv(rows: Iterable[RecordRow]) -> Iterator[bytes]:
    """RFC 4180, safe to open in a spreadsheet."""
    return spreadsheets.write_csv(COLUMNS, (astuple(row) for row in rows))


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
    """A workbook with one sheet. Times are UTC."""
    return spreadsheets.write_xlsx(COLUMNS, (astuple(row) for row in rows), sheet="Completions")


@dataclass(frozen=True)
class Format:
    """A format that records can be exported in."""

    name: str
    media_type: str
    write: Callable[[Iterable[RecordRow]], Iterator[bytes]]


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", spreadsheets.CSV_TYPE, write_csv),
        Format("xlsx", spreadsheets.XLSX_TYPE, write_xlsx),
        Format("ndjson", "application/x-ndjson", write_ndjson),
    )
}
