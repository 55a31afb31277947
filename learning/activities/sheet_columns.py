"""The columns of a sheet, from its yaml.

The yaml is read as a tree of nodes, not as values: so every fault has its line, a key given twice is seen,
and words such as ``yes`` or ``2027`` stay the words that were written.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from learning.activities.prose_pieces import KEY, KEY_RULE
from learning.activities.registry import Data, Line, Reporter

COLUMN_TYPES = ("text", "number", "choice", "date")
_EXAMPLE = "goal: {type: text, label: Goal}"


def read_columns(fence: Sequence[Line], report: Reporter) -> list[Data]:
    """The columns: ``key``, ``type``, ``label`` and ``options`` (each ``key``, ``label``; empty but for choice).

    ``fence`` is the lines between the fences. Faulty columns are reported and left out.
    """
    first = fence[0].number if fence else 0
    try:
        root = yaml.compose("\n".join(line.text for line in fence), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report.error(
            first + (mark.line if mark else 0),
            f"The columns are not valid yaml: {error.problem or error.context}.",
            f"Write each column on a line such as {_EXAMPLE}; indent with spaces, quote a text that holds a colon.",
        )
        return []
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        report.error(first, f"The columns are not valid yaml: {type(error).__name__}.", f"Write {_EXAMPLE}.")
        return []
    reader = _Reader(first, report)
    top = reader.mapping(root, "fence", "columns:")
    for key, (line, _) in top.items():
        if key != "columns":
            report.error(line, f"{key!r} is not known here.", "The fence holds columns: and nothing else.")
    if "columns" not in top and isinstance(root, yaml.MappingNode) and root.value:
        report.error(
            max(first - 1, 1), "The fence has no columns.", "Write columns: and the columns under it, indented."
        )
    if "columns" not in top:
        return []
    columns = reader.mapping(top["columns"][1], "entry columns", _EXAMPLE)
    found = [reader.column(key, line, node) for key, (line, node) in columns.items()]
    return [column for column in found if column is not None]


class _Reader:
    """Walks the nodes and reports with the file's line numbers."""

    def __init__(self, first: int, report: Reporter) -> None:
        self.first = first
        self.report = report

    def line(self, node: yaml.Node) -> int:
        return self.first + int(node.start_mark.line)

    def mapping(self, node: yaml.Node | None, name: str, example: str) -> dict[str, tuple[int, yaml.Node]]:
        """Key -> (line, value node); empty and reported when the node is no mapping."""
        if not isinstance(node, yaml.MappingNode):
            line = self.line(node) if node is not None else max(self.first - 1, 1)
            self.report.error(line, f"The {name} does not hold keys and values.", f"Write {example}.")
            return {}
        found: dict[str, tuple[int, yaml.Node]] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.report.error(self.line(key_node), f"A key of the {name} is no word.", f"Write {example}.")
            elif key_node.value in found:
                self.report.error(
                    self.line(key_node), f"The key {key_node.value!r} stands twice in the {name}.", "Give each its own."
                )
            else:
                found[str(key_node.value)] = (self.line(key_node), value_node)
        if not found:
            self.report.error(self.line(node), f"The {name} is empty.", f"Write {example}.")
        return found

    def column(self, key: str, line: int, node: yaml.Node) -> Data | None:
        if not KEY.match(key):
            self.report.error(line, f"{key!r} cannot be the key of a column.", KEY_RULE)
        parts = self.mapping(node, f"column {key!r}", _EXAMPLE)
        for name, (at, _) in parts.items():
            if name not in ("type", "label", "options"):
                self.report.error(at, f"{name!r} is not known for a column.", "A column has type, label and options.")
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
        elif "options" in parts:
            self.report.error(
                parts["options"][0], f"The column {key!r} has options and is no choice.", "Write type: choice."
            )
        return {"key": key, "type": kind, "label": label or key, "options": options}

    def options(self, key: str, line: int, found: tuple[int, yaml.Node] | None) -> list[Data]:
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
        return [{"key": option, "label": self.word(parts, option) or option} for option in parts]

    @staticmethod
    def word(parts: dict[str, tuple[int, yaml.Node]], name: str) -> str:
        node = parts[name][1] if name in parts else None
        return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
