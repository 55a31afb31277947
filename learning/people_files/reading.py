"""From the bytes of a file of people to rows of text."""

from __future__ import annotations

from learning import spreadsheets
from learning.people_files.columns import known
from learning.people_files.faults import Fault, Kind
from learning.spreadsheets import SEPARATORS, Row, Table, Unread

__all__ = ["LARGEST", "MOST_ROWS", "SEPARATORS", "Row", "Table", "Unreadable", "read"]

LARGEST = 10 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
_KINDS = {Unread.EMPTY: Kind.EMPTY_FILE, Unread.QUOTES: Kind.BROKEN_QUOTES, Unread.TOO_MANY_ROWS: Kind.TOO_MANY_ROWS}


class Unreadable(Exception):
    """The file cannot be read, and why."""

    def __init__(self, why: Unread, row: int) -> None:
        super().__init__(why.value)
        kind = _KINDS.get(why, Kind.UNREADABLE)
        values = {Kind.UNREADABLE: {"reason": why.value}, Kind.TOO_MANY_ROWS: {"most": f"{MOST_ROWS}"}}
        self.fault = Fault(row, "", kind, values.get(kind, {}))


def read(data: bytes) -> Table:
    """The first row that holds something, and the rows after it. Raises Unreadable."""
    try:
        return spreadsheets.read_table(
            data, is_known=lambda cell: known(cell) is not None, largest=LARGEST, most_rows=MOST_ROWS
        )
    except spreadsheets.Unreadable as fault:
        raise Unreadable(fault.why, fault.row) from fault
