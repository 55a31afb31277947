"""Tables in a block: GitHub's pipe tables with a header row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from learning.activities.prose_pieces import in_code, is_blank
from learning.activities.registry import Line, Reporter

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*\Z")


@dataclass(frozen=True)
class Row:
    """A row's line number in the file and its cells, trimmed."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    header: Row
    rows: list[Row]


def split_cells(text: str) -> list[str]:
    r"""The cells of a table line. ``\|`` and a pipe within backticks are part of a cell."""
    inner = text.strip().removeprefix("|")
    cells, cell, in_backticks, escaped = [], "", False, False
    for character in inner:
        if escaped:
            cell += character if character == "|" else "\\" + character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "|" and not in_backticks:
            cells.append(cell.strip())
            cell = ""
        else:
            in_backticks ^= character == "`"
            cell += character
    cell += "\\" if escaped else ""
    if cell.strip() or not inner.endswith("|"):
        cells.append(cell.strip())
    return cells


def split_at_table(lines: Sequence[Line], report: Reporter) -> tuple[list[Line], Table | None, list[Line]]:
    """The lines before the first table, the table, and the lines after it.

    Rows with more or fewer cells than the header are reported and filled up or cut.
    """
    code = in_code(lines)
    start = next(
        (
            index
            for index in range(len(lines) - 1)
            if not code[index]
            and "|" in lines[index].text
            and "|" in lines[index + 1].text
            and _RULE.match(lines[index + 1].text)
        ),
        None,
    )
    if start is None:
        return list(lines), None, []
    header = Row(lines[start].number, split_cells(lines[start].text))
    rows: list[Row] = []
    end = start + 2
    while end < len(lines) and not is_blank(lines[end]) and "|" in lines[end].text:
        row = Row(lines[end].number, split_cells(lines[end].text))
        if len(row.cells) != len(header.cells):
            report.error(
                row.line,
                f"The row has {len(row.cells)} cells and the header {len(header.cells)}.",
                "Give every row as many cells as the header; write a pipe inside a cell as \\|.",
            )
        filled = row.cells + [""] * len(header.cells)
        rows.append(Row(row.line, filled[: len(header.cells)]))
        end += 1
    return list(lines[:start]), Table(header, rows), list(lines[end:])
