"""A work sheet: rows the learner fills in with own material, private."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from learning.activities.answer_forms import FaultyAnswer, Form, text_list, value
from learning.activities.block_options import decimal_number, whole_number
from learning.activities.number import typed_number
from learning.activities.prose_pieces import count_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, Line, Mark, RawBlock, Renderer, Reporter, register
from learning.activities.sheet_columns import read_columns
from learning.activities.tables import Table, split_at_table

MOST_ROWS = 30
LONGEST_CELL = 2_000  # characters


@register
class Sheet(ActivityType):
    """Answer: ``{"rows": [{column key: text}, ...]}``; empty cells and empty rows are left out.

    Numbers are kept with a point, dates as yyyy-mm-dd, choices by their key. A row counts when every cell
    is filled; the mark's ``solution`` tells how many do: ``{"complete": 1, "wanted": 2}``.
    """

    name = "sheet"
    known_options = frozenset({"rows", "min", "share", "export"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        prose, fence = _split_fence(block, report)
        columns = read_columns(fence, report) if fence is not None else []
        before, table, after = split_at_table(prose, report)
        if not any(line.text.strip() for line in [*before, *after]):
            report.error(
                block.line, f"The block {block.id} does not say what to do.", "Write the task before the columns."
            )
        rows = whole_number(block, "rows", 5, 1, MOST_ROWS, report)
        fewest = whole_number(block, "min", 1, 1, MOST_ROWS, report)
        if fewest > rows:
            report.error(
                block.line,
                f"The block {block.id} wants {fewest} rows filled and offers {rows}.",
                "Raise rows or lower min.",
            )
        return {
            "intro": render_block(before, render),
            "columns": columns,
            "examples": _examples(table, columns, render, report) if table is not None and columns else [],
            "closing": render_block(after, render),
            "rows": max(rows, fewest),
            "min": fewest,
        }

    def shape(self, data: Data) -> Any:
        return {
            "columns": [
                [column["key"], column["type"], [option["key"] for option in column["options"]]]
                for column in data["columns"]
            ],
            "rows": data["rows"],
            "min": data["min"],
        }

    def read(self, data: Data, form: Form) -> Answer:
        rows: list[dict[str, str]] = []
        drafts: list[dict[str, str]] = []
        fault = ""
        for index in range(data["rows"]):
            row: dict[str, str] = {}
            draft: dict[str, str] = {}
            for column in data["columns"]:
                sent = value(form, f"cell-{index}-{column['key']}")
                if not sent:
                    continue
                draft[column["key"]] = sent[: 2 * LONGEST_CELL]
                kept, what = _read_cell(column, sent)
                if kept is None:
                    fault = fault or gettext(
                        "Row %(row)d, %(column)s: %(what)s", row=index + 1, column=column["label"], what=what
                    )
                else:
                    row[column["key"]] = kept
            drafts.append(draft)
            if row:
                rows.append(row)
        if fault:
            raise FaultyAnswer(fault, {"rows": drafts})
        if not rows:
            raise FaultyAnswer(gettext("Fill in at least one cell first."))
        return {"rows": rows}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        return Mark(solution={"complete": _complete_rows(data, answer), "wanted": data["min"]})

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and _complete_rows(data, answer) >= data["min"]

    def words(self, data: Data) -> int:
        cells = (cell["html"] for row in data["examples"] for cell in row)
        return count_words(data["intro"], data["closing"], *cells)


def _complete_rows(data: Data, answer: Answer) -> int:
    keys = [column["key"] for column in data["columns"]]
    rows = [row for row in text_list(answer, "rows") if isinstance(row, dict)]
    return sum(1 for row in rows if keys and all(row.get(key) for key in keys))


def _split_fence(block: RawBlock, report: Reporter) -> tuple[list[Line], list[Line] | None]:
    """The body without its yaml fence, and the lines within the fence."""
    lines = list(block.body)
    start = next((i for i, line in enumerate(lines) if line.text.rstrip() in ("```yaml", "```yml")), None)
    if start is None:
        report.error(
            block.line, f"The block {block.id} has no columns.", "Add a ```yaml fence at the left margin with columns:."
        )
        return lines, None
    end = next((i for i in range(start + 1, len(lines)) if lines[i].text.rstrip() == "```"), None)
    if end is None:
        report.error(
            lines[start].number, "The yaml fence is not closed.", "End it with a line of ``` at the left margin."
        )
        return lines[:start], None
    return [*lines[:start], Line(lines[start].number, ""), *lines[end + 1 :]], lines[start + 1 : end]


def _examples(table: Table, columns: Sequence[Data], render: Renderer, report: Reporter) -> list[list[dict[str, str]]]:
    header = [cell.strip("`") for cell in table.header.cells]
    keys = [column["key"] for column in columns]
    if header != keys:
        report.error(
            table.header.line,
            "The header of the examples is not the columns' keys.",
            "Write | " + " | ".join(keys) + " |.",
        )
        return []
    return [
        [_example_cell(column, cell, row.line, render, report) for column, cell in zip(columns, row.cells, strict=True)]
        for row in table.rows
    ]


def _example_cell(column: Data, cell: str, line: int, render: Renderer, report: Reporter) -> dict[str, str]:
    plain = cell.strip("*_` ")
    kind = column["type"]
    labels = {option["key"]: option["label"] for option in column["options"]}
    if kind == "choice" and plain:
        if plain not in labels:
            report.error(
                line,
                f"The example {plain!r} is no option of the column {column['key']!r}.",
                "Write one of the keys: " + ", ".join(labels) + ".",
            )
        return {"html": render.inline(labels.get(plain, plain), line)}
    if kind == "date" and plain and _iso_date(plain) is None:
        report.error(line, f"The example {plain!r} is no date.", "Write it as 2027-03-01.")
    if kind == "number" and plain and decimal_number(plain) is None:
        report.error(line, f"The example {plain!r} is no number.", "Write it with a point, such as 1.5.")
    return {"html": render.inline(plain if kind in ("date", "number") else cell, line)}


def _iso_date(text: str) -> date | None:
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None  # fromisoformat takes other notations too
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_cell(column: Data, sent: str) -> tuple[str | None, str]:
    """The cell as it is kept, or None and what is wrong with it."""
    if column["type"] == "choice":
        known = sent in {option["key"] for option in column["options"]}
        return (sent, "") if known else (None, gettext("choose one of the options."))
    if column["type"] == "number":
        number = typed_number(sent)
        return (number, "") if number is not None else (None, gettext("write a number, such as 12 or 1.5."))
    if column["type"] == "date":
        found = _iso_date(sent)
        return (found.isoformat(), "") if found else (None, gettext("write a date as year-month-day, 2027-03-01."))
    if len(sent) > LONGEST_CELL:
        return None, gettext("the text can have at most %(longest)d characters.", longest=LONGEST_CELL)
    return sent, ""
