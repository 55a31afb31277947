"""A work sheet: rows the learner fills in with own material, private."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_list, value
from learning.activities.block_options import decimal_number, whole_number
from learning.activities.formulas import compute
from learning.activities.number import typed_number
from learning.activities.prose_pieces import count_words, render_block
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register
from learning.activities.sheet_columns import read_columns
from learning.activities.sheet_grid import draw
from learning.activities.tables import Table, split_at_table
from learning.activities.yaml_fences import split_fence

MOST_ROWS = 30
LONGEST_CELL = 2_000  # characters


@register
class Sheet(ActivityType):
    """Answer: ``{"rows": [{column key: text}, ...]}``; empty cells and empty rows are left out.

    Numbers are kept with a point, dates as yyyy-mm-dd, choices by their key; computed cells are not kept. A row
    counts when every other cell is filled; the mark's ``solution`` tells how many do: ``{"complete": 1, "wanted": 2}``.
    """

    name = "sheet"
    title = _l("Work sheet")
    summary = "A table that learners fill with material from their own unit, and take away as PDF or XLSX."
    example = """::: sheet sheet-register {outcome=o1 rows=4 min=2}

Write two risks to a goal in your own unit. Leave out names.

```yaml
columns:
  risk: {type: text, label: What can happen}
  likelihood: {type: choice, label: Likelihood, options: {low: Low, high: High}, values: {low: 1, high: 2}}
  impact: {type: choice, label: Impact, options: {minor: Minor, serious: Serious}, values: {minor: 1, serious: 3}}
  score: {type: computed, label: Score, formula: likelihood * impact}
  due: {type: date, label: Look again on}
matrix: {x: impact, y: likelihood, label: risk, tone: risk}
```

| risk | likelihood | impact | score | due |
| --- | --- | --- | --- | --- |
| *An alarm is not heard* | *low* | *serious* | *3* | *2027-03-01* |

:::"""
    known_options = frozenset({"rows", "min", "share", "export"})
    is_private = True

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        prose, fence = split_fence(block.body, report)
        columns, matrix = read_columns(fence, report) if fence is not None else ([], None)
        if fence is None and len(prose) == len(block.body):
            report.error(
                block.line,
                f"The block {block.id} has no columns.",
                "Add a ```yaml fence at the left margin with columns:.",
            )
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
            "matrix": matrix,
            "examples": _examples(table, columns, render, report) if table is not None and columns else [],
            "closing": render_block(after, render),
            "rows": max(rows, fewest),
            "min": fewest,
        }

    def shape(self, data: Data) -> Any:
        return {
            "columns": [
                [
                    column["key"],
                    column["type"],
                    [[option["key"], option.get("value")] for option in column["options"]],
                    column.get("formula", ""),
                ]
                for column in data["columns"]
            ],
            "matrix": data.get("matrix"),
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
            for column in written_columns(data):
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

    def shown_answer(self, data: Data, answer: Answer) -> Answer:
        """The rows with their computed cells, and the ``grid`` they are drawn in (see ``sheet_grid.draw``)."""
        rows = [{**row, **computed(data, row)} if isinstance(row, dict) else {} for row in text_list(answer, "rows")]
        return {"rows": rows, "grid": draw(data, rows)}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        return Mark(solution={"complete": _complete_rows(data, answer), "wanted": data["min"]})

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and _complete_rows(data, answer) >= data["min"]

    def words(self, data: Data) -> int:
        cells = (cell["html"] for row in data["examples"] for cell in row)
        return count_words(data["intro"], data["closing"], *cells)

    def doing_minutes(self, data: Data) -> float:
        return 5.0

    def in_words(self, data: Data, answer: Answer) -> str:
        return "\n".join(
            f"{number}. " + "; ".join(f"{label}: {cell}" for label, cell in zip(labels(data), row, strict=True) if cell)
            for number, row in enumerate(written_rows(data, answer), start=1)
        )


def written_columns(data: Data) -> list[Data]:
    """The columns that a learner writes in: all but the computed."""
    return [column for column in data["columns"] if column["type"] != "computed"]


def labels(data: Data) -> list[str]:
    return [column["label"] for column in data["columns"]]


def computed(data: Data, row: dict[str, Any]) -> dict[str, str]:
    """The computed cells of a row, by column key; those that lack a number are left out."""
    numbers: dict[str, Decimal] = {}
    for column in data["columns"]:
        kept = row.get(column["key"], "")
        if column["type"] == "choice":
            kept = next((option.get("value") for option in column["options"] if option["key"] == kept), None) or ""
        elif column["type"] != "number":
            continue
        number = decimal_number(str(kept))
        if number is not None:
            numbers[column["key"]] = number
    results = {
        column["key"]: compute(column["formula"], numbers) for column in data["columns"] if column["type"] == "computed"
    }
    return {key: result for key, result in results.items() if result is not None}


def written_rows(data: Data, answer: Answer) -> list[list[str]]:
    """The filled rows as people read them: choices by their label, computed cells included, empty ones empty."""
    found = []
    for row in text_list(answer, "rows"):
        if not isinstance(row, dict):
            continue
        whole = {**row, **computed(data, row)}
        names = {
            column["key"]: {option["key"]: option["label"] for option in column["options"]}
            for column in data["columns"]
        }
        found.append(
            [
                names[column["key"]].get(str(whole.get(column["key"], "")), str(whole.get(column["key"], "")))
                for column in data["columns"]
            ]
        )
    return found


def _complete_rows(data: Data, answer: Answer) -> int:
    keys = [column["key"] for column in written_columns(data)]
    rows = [row for row in text_list(answer, "rows") if isinstance(row, dict)]
    return sum(1 for row in rows if keys and all(row.get(key) for key in keys))


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
    if kind == "date" and plain:
        if _iso_date(plain) is not None:
            return {"html": render.inline(plain, line), "day": plain}  # shown as the reader writes dates
        report.error(line, f"The example {plain!r} is no date.", "Write it as 2027-03-01.")
    if kind in ("number", "computed") and plain and decimal_number(plain) is None:
        report.error(line, f"The example {plain!r} is no number.", "Write it with a point, such as 1.5.")
    return {"html": render.inline(plain if kind in ("date", "number", "computed") else cell, line)}


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
