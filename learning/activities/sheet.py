"""A worksheet: typed columns, worked examples above, the learner's own rows below. Private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext

from learning.activities import bodies
from learning.activities.registry import (
    ActivityType,
    Answer,
    Data,
    InvalidAnswer,
    RawBlock,
    Renderer,
    Reporter,
    register,
)

COLUMN_TYPES = ("text", "number", "choice", "date")
MOST_ROWS = 20


@register
class Sheet(ActivityType):
    name = "sheet"
    known_options = frozenset({"rows", "min", "share", "export"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        outside, content, line = bodies.split_yaml(block.body, report)
        intro, table = bodies.split_table(outside, report)
        columns = self._columns(content, line, report)
        rows = self._whole(block, "rows", 5, report)
        least = self._whole(block, "min", 1, report)
        if not 1 <= rows <= MOST_ROWS or not 0 < least <= rows:
            report.error(block.line, f"rows={rows} min={least} do not fit.", f"Use 1 <= min <= rows <= {MOST_ROWS}.")
        by_key = {column["key"]: column for column in columns}
        examples = []
        if table is not None:
            if table.header != list(by_key):
                report.error(table.line, "The table's header is not the columns' keys.", f"Write {' | '.join(by_key)}.")
            else:
                for number, cells in table.rows:
                    row = []
                    for key, cell in zip(by_key, cells, strict=True):
                        plain = cell.strip("*").strip()
                        options = by_key[key].get("options")
                        if options is not None and plain not in options:
                            report.error(number, f"{plain!r} is no option of {key}.", f"Use one of {', '.join(options)}.")
                        row.append(options[plain] if options and plain in options else render.inline(plain, number))
                    examples.append(row)
        return {
            "intro": render.block(intro),
            "columns": columns,
            "examples": examples,
            "rows": max(1, min(rows, MOST_ROWS)),
            "min": least,
            "words": bodies.count_words(intro) + sum(len(cell.split()) for row in examples for cell in row),
        }

    @staticmethod
    def _whole(block: RawBlock, name: str, default: int, report: Reporter) -> int:
        value = block.option(name, str(default)) or ""
        if not value.isdigit():
            report.error(block.line, f"{name}={value} is not a whole number.", f"Write {name}={default}.")
            return default
        return int(value)

    @staticmethod
    def _columns(content: Any, line: int, report: Reporter) -> list[dict[str, Any]]:
        given = content.get("columns") if isinstance(content, dict) else None
        if not isinstance(given, dict) or not given:
            report.error(line, "The sheet has no columns.", "Add a ```yaml fence with columns: key: {type, label}.")
            return []
        columns = []
        for key, column in given.items():
            if not isinstance(column, dict) or not bodies.KEY.match(str(key)):
                report.error(line, f"The column {key!r} is not right.", "Write key: {type: text, label: Name}.")
                continue
            kind, label = column.get("type"), column.get("label")
            if kind not in COLUMN_TYPES:
                report.error(line, f"Column {key} has the type {kind!r}.", f"Use one of {', '.join(COLUMN_TYPES)}.")
                kind = "text"
            if not label:
                report.error(line, f"Column {key} has no label.", "Add label: with the column's name.")
            options = column.get("options")
            if kind == "choice" and not (isinstance(options, dict) and len(options) > 1):
                report.error(line, f"Column {key} has no options.", "Add options: {key: text, key: text}.")
                options = {}
            columns.append(
                {
                    "key": str(key),
                    "type": kind,
                    "label": str(label or key),
                    "help": str(column.get("help", "")),
                    "options": {str(name): str(text) for name, text in options.items()} if kind == "choice" else None,
                }
            )
        return columns

    def shape(self, data: Data) -> Any:
        return [[(each["key"], each["type"], list(each["options"] or ())) for each in data["columns"]], data["min"]]

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        rows = []
        for place in range(data["rows"]):
            row = {}
            for column in data["columns"]:
                value = bodies.first(form, f"cell-{place}-{column['key']}")
                if value:
                    row[column["key"]] = self._cell(column, value, place + 1)
            rows.append(row)
        if not any(rows):
            raise InvalidAnswer(gettext("Fill at least one row first."))
        return {"rows": rows}

    @staticmethod
    def _cell(column: Data, value: str, row: int) -> str:
        where = {"row": row, "column": column["label"]}
        bodies.limited(value, 1000, gettext("Row %(row)d, %(column)s: use at most 1,000 characters.", **where))
        if column["type"] == "number":
            try:
                value = str(Decimal(value.replace(" ", "").replace(",", ".")))
            except InvalidOperation as fault:
                raise InvalidAnswer(gettext("Row %(row)d, %(column)s: write a number.", **where)) from fault
        elif column["type"] == "date":
            try:
                date.fromisoformat(value)
            except ValueError as fault:
                raise InvalidAnswer(gettext("Row %(row)d, %(column)s: write a date as 2027-03-01.", **where)) from fault
        elif column["type"] == "choice" and value not in column["options"]:
            raise InvalidAnswer(gettext("Row %(row)d, %(column)s: choose one of the options.", **where))
        return value

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and sum(1 for row in answer["rows"] if row) >= data["min"]

    def words(self, data: Data) -> int:
        return int(data["words"])


