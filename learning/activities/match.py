"""Pairs: what on the right belongs to each on the left."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from learning.activities.answer_forms import FaultyAnswer, Form, text_map, value
from learning.activities.marking import share_of
from learning.activities.prose_pieces import (
    KEY,
    KEY_RULE,
    count_words,
    plain_words,
    render_block,
    trimmed,
    without_closing_quote,
)
from learning.activities.registry import ActivityType, Answer, Data, Mark, RawBlock, Renderer, Reporter, register
from learning.activities.tables import Row, Table, split_at_table

_HEADER = ["key", "left", "right"]


def _token(block_id: str, key: str) -> str:
    """A name for a right-hand side that does not tell which row it belongs to, and survives edits of its words."""
    return "r" + sha256(f"{block_id}/{key}".encode()).hexdigest()[:10]


@register
class Match(ActivityType):
    """Answer: ``{"rows": {row key: right token}}``. Solution: the same for the right pairs.

    The rights have tokens of their own, since a row's key as the value of a choice would be the answer key.
    """

    name = "match"
    title = _l("Pairs")
    summary = "Pairs to find: each on the left gets one on the right; extra ones on the right distract."
    example = """::: match m-words {outcome=o1}

What is what?

| key | left | right |
| --- | --- | --- |
| cause | Two fields of the form look alike | Cause |
| event | A case worker fills in the wrong one | Event |
| none | | Measure |

> The likeness makes the mistake possible.

:::"""
    scored = True

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        body, explanation = without_closing_quote(block.body)
        stem, table, after = split_at_table(body, report)
        if not trimmed(stem):
            report.error(block.line, f"The block {block.id} has no question.", "Write what to match before the table.")
        if not explanation:
            report.error(
                block.line, f"The block {block.id} has no explanation.", "End the block with a line > that says why."
            )
        if trimmed(after):
            report.error(
                trimmed(after)[0].number,
                "Text after the table belongs nowhere.",
                "Move it before the table; the explanation begins with > after a blank line.",
            )
        rows: list[Data] = []
        rights: list[Data] = []
        if self._has_right_header(block, table, report) and table is not None:
            self._read_rows(block, table, rows, rights, render, report)
        return {
            "stem": render_block(stem, render),
            "rows": rows,
            "rights": rights,
            "explanation": render_block(explanation, render),
        }

    @staticmethod
    def _has_right_header(block: RawBlock, table: Table | None, report: Reporter) -> bool:
        mend = "Write a table with the header | key | left | right |."
        if table is None:
            report.error(block.line, f"The block {block.id} has no table.", mend)
            return False
        if [cell.strip("`* ").lower() for cell in table.header.cells] != _HEADER:
            report.error(table.header.line, "The header of the table is not key, left, right.", mend)
            return False
        return True

    @staticmethod
    def _read_rows(
        block: RawBlock, table: Table, rows: list[Data], rights: list[Data], render: Renderer, report: Reporter
    ) -> None:
        seen: dict[str, int] = {}
        tokens: dict[str, str] = {}
        for row in table.rows:
            key, left, right = _key_of(row), row.cells[1], row.cells[2]
            if not KEY.match(key):
                report.error(row.line, f"{key!r} cannot be the key of a row.", KEY_RULE)
            elif key in seen:
                report.error(
                    row.line, f"The key {key!r} is used on line {seen[key]} already.", "Give each row its own key."
                )
            seen.setdefault(key, row.line)
            if not right:
                report.error(row.line, f"The row {key!r} has nothing on the right.", "Write what belongs to it.")
            if not left and right in tokens:
                report.error(
                    row.line,
                    f"The distractor {key!r} is the right answer of another row.",
                    "Give the distractor words of its own, or take the row away.",
                )
            if right not in tokens:
                tokens[right] = _token(block.id, key)
                html = render.inline(right, row.line)
                rights.append({"token": tokens[right], "text": plain_words(html)})
            if left:
                rows.append({"key": key, "html": render.inline(left, row.line), "right": tokens[right]})
        if len(rows) < 2:
            report.error(
                table.header.line, f"The block {block.id} has fewer than two rows to match.", "Write at least two."
            )
        elif len(rights) < 2:
            report.error(table.header.line, f"Every row of {block.id} has the same right.", "Write at least two.")

    def shape(self, data: Data) -> Any:
        return {
            "rows": [[row["key"], row["right"]] for row in data["rows"]],
            "rights": [right["token"] for right in data["rights"]],
        }

    def public(self, data: Data, rng: Random) -> Data:
        rights = [dict(right) for right in data["rights"]]
        rng.shuffle(rights)
        return {
            "stem": data["stem"],
            "rows": [{"key": row["key"], "html": row["html"]} for row in data["rows"]],
            "rights": rights,
        }

    def read(self, data: Data, form: Form) -> Answer:
        known = {right["token"] for right in data["rights"]}
        rows = {row["key"]: value(form, f"row-{row['key']}") for row in data["rows"]}
        if not rows or any(token not in known for token in rows.values()):
            kept = {key: token for key, token in rows.items() if token in known}
            raise FaultyAnswer(gettext("Choose what belongs to every row."), {"rows": kept})
        return {"rows": rows}

    def mark(self, data: Data, answer: Answer, max_points: Decimal) -> Mark:
        """The share of rows that are right."""
        given = text_map(answer, "rows")
        right = {row["key"]: given.get(row["key"]) == row["right"] for row in data["rows"]}
        return Mark(
            points=share_of(max_points, sum(right.values()), len(right)),
            max_points=Decimal(max_points),
            correct=bool(right) and all(right.values()),
            right=right,
            explanation=data["explanation"],
            solution={"rows": {row["key"]: row["right"] for row in data["rows"]}},
        )

    def words(self, data: Data) -> int:
        return count_words(
            data["stem"],
            data["explanation"],
            *(row["html"] for row in data["rows"]),
            *(escape(right["text"]) for right in data["rights"]),
        )

    def best_form(self, data: Data) -> dict[str, list[str]] | None:
        return {f"row-{row['key']}": [row["right"]] for row in data["rows"]}


def _key_of(row: Row) -> str:
    return row.cells[0].strip("`").strip()
