"""The columns of a sheet and the grid they may be drawn in, from the sheet's yaml fence."""

from __future__ import annotations

from collections.abc import Sequence

from learning.activities.block_options import decimal_number
from learning.activities.formulas import FaultyFormula, names_in
from learning.activities.prose_pieces import KEY, KEY_RULE
from learning.activities.registry import Data, Line, Reporter
from learning.activities.yaml_fences import FenceReader, Found

COLUMN_TYPES = ("text", "number", "choice", "date", "computed")
_PARTS = ("type", "label", "options", "values", "formula")
_EXAMPLE = "goal: {type: text, label: Goal}"
_GRID = "matrix: {x: impact, y: likelihood, label: risk, tone: risk}"
TONES = ("plain", "risk")


def read_columns(fence: Sequence[Line], report: Reporter) -> tuple[list[Data], Data | None]:
    """The columns and the matrix, or None where there is none.

    A column has ``key``, ``type``, ``label``, ``options`` (each ``key``, ``label``, ``value`` or None; empty but
    for choice) and ``formula`` (empty but for computed). The matrix has ``x``, ``y``, ``label`` and ``tone``.
    ``fence`` is the lines between the fences. Faulty columns are reported and left out.
    """
    reader = _Reader(fence, "columns", _EXAMPLE, report)
    if reader.root is None:
        if fence and any(line.text.strip() for line in fence):
            return [], None
        report.error(max(reader.first - 1, 1), "The fence has no columns.", "Write columns: and the columns under it.")
        return [], None
    top = reader.mapping(reader.root, "fence", "columns:")
    for key, (line, _) in top.items():
        if key not in ("columns", "matrix"):
            report.error(line, f"{key!r} is not known here.", "The fence holds columns: and perhaps matrix:.")
    if "columns" not in top:
        if top:
            report.error(
                max(reader.first - 1, 1),
                "The fence has no columns.",
                "Write columns: and the columns under it, indented.",
            )
        return [], None
    entries = reader.mapping(top["columns"][1], "entry columns", _EXAMPLE)
    found = [reader.column(key, line, node) for key, (line, node) in entries.items()]
    columns = [column for column in found if column is not None]
    reader.check_formulas(columns, entries)
    return columns, reader.matrix(top["matrix"], columns) if "matrix" in top else None


class _Reader(FenceReader):
    def column(self, key: str, line: int, node: object) -> Data | None:
        if not KEY.match(key):
            self.report.error(line, f"{key!r} cannot be the key of a column.", KEY_RULE)
        parts = self.mapping(node, f"column {key!r}", _EXAMPLE)  # type: ignore[arg-type]
        for name, (at, _) in parts.items():
            if name not in _PARTS:
                self.report.error(
                    at,
                    f"{name!r} is not known for a column.",
                    f"A column has {', '.join(_PARTS[:-1])} and {_PARTS[-1]}.",
                )
        kind = self.word(parts, "type")
        if kind not in COLUMN_TYPES:
            self.report.error(
                parts["type"][0] if "type" in parts else line,
                f"The column {key!r} has {f'the unknown type {kind!r}' if kind else 'no type'}.",
                "Write type: " + ", ".join(COLUMN_TYPES[:-1]) + f" or {COLUMN_TYPES[-1]}.",
            )
            return None
        label = self.word(parts, "label")
        if not label:
            self.report.error(line, f"The column {key!r} has no label.", "Write label: and what the learner reads.")
        options: list[Data] = []
        if kind == "choice":
            options = self.options(key, line, parts.get("options"))
            self.values(key, options, parts.get("values"))
        for name, wanted in (("options", "choice"), ("values", "choice"), ("formula", "computed")):
            if name in parts and kind != wanted:
                self.report.error(
                    parts[name][0], f"The column {key!r} has {name} and is no {wanted}.", f"Write type: {wanted}."
                )
        formula = self.word(parts, "formula") if kind == "computed" else ""
        if kind == "computed" and not formula:
            self.report.error(line, f"The column {key!r} has no formula.", "Write formula: likelihood * impact.")
        return {"key": key, "type": kind, "label": label or key, "options": options, "formula": formula}

    def options(self, key: str, line: int, found: Found | None) -> list[Data]:
        example = "options: {low: Low, high: High}"
        if found is None:
            self.report.error(line, f"The choice {key!r} has no options.", f"Write {example}.")
            return []
        parts = self.mapping(found[1], f"option list of {key!r}", example)
        if len(parts) == 1:
            self.report.error(found[0], f"The choice {key!r} has one option.", "Give it at least two.")
        for option, (at, _) in parts.items():
            if not KEY.match(option):
                self.report.error(at, f"{option!r} cannot be the key of an option.", KEY_RULE)
            if not self.word(parts, option):
                self.report.error(at, f"The option {option!r} has no words.", f"Write {example}.")
        return [{"key": option, "label": self.word(parts, option) or option, "value": None} for option in parts]

    def values(self, key: str, options: Sequence[Data], found: Found | None) -> None:
        """Put the numbers that a choice counts as into its options."""
        if found is None:
            return
        parts = self.mapping(found[1], f"values of {key!r}", "values: {low: 1, high: 3}")
        known = {option["key"]: option for option in options}
        for name, (at, _) in parts.items():
            number = decimal_number(self.word(parts, name))
            if name not in known:
                self.report.error(at, f"{name!r} is no option of {key!r}.", f"Use {', '.join(known)}.")
            elif number is None:
                self.report.error(at, f"The value of {name!r} is no number.", "Write a number with a point.")
            else:
                known[name]["value"] = str(number)
        for name in known:
            if name not in parts and parts:
                self.report.error(found[0], f"The option {name!r} of {key!r} has no value.", "Give every option one.")

    def check_formulas(self, columns: Sequence[Data], entries: dict[str, Found]) -> None:
        """A formula uses number columns and choices that have values, never another computed one."""
        usable = {
            column["key"].replace("-", "_"): column["key"]
            for column in columns
            if column["type"] == "number"
            or (column["options"] and all(option["value"] is not None for option in column["options"]))
        }
        for column in columns:
            if not column["formula"]:
                continue
            line = entries[column["key"]][0]
            try:
                unknown = sorted(names_in(column["formula"]) - set(usable))
            except FaultyFormula as fault:
                self.report.error(
                    line, f"The formula of {column['key']!r} is {fault}.", "Use column keys, numbers, + - * / and ()."
                )
                continue
            if unknown:
                self.report.error(
                    line,
                    f"The formula of {column['key']!r} uses {unknown[0]!r}, which is no number.",
                    "Use number columns, or choices with values: "
                    + (", ".join(usable.values()) or "there are none")
                    + ".",
                )

    def matrix(self, found: Found, columns: Sequence[Data]) -> Data | None:
        line, node = found
        parts = self.mapping(node, "matrix", _GRID)
        for name, (at, _) in parts.items():
            if name not in ("x", "y", "label", "tone"):
                self.report.error(at, f"{name!r} is not known for a matrix.", f"Write {_GRID}.")
        by_type = {kind: [each["key"] for each in columns if each["type"] == kind] for kind in ("choice", "text")}
        grid: Data = {"tone": self.word(parts, "tone") or "plain"}
        if grid["tone"] not in TONES:
            self.report.error(
                parts["tone"][0], f"There is no tone {grid['tone']!r}.", "Write tone: risk, or leave it out."
            )
        sound = bool(parts)
        for name, kind in (("x", "choice"), ("y", "choice"), ("label", "text")):
            grid[name] = self.word(parts, name)
            if grid[name] not in by_type[kind]:
                sound = False
                self.report.error(
                    parts[name][0] if name in parts else line,
                    f"The matrix's {name} is {grid[name]!r}, which is no {kind} column.",
                    f"Name a {kind} column: {', '.join(by_type[kind]) or 'there is none'}.",
                )
        return grid if sound else None
