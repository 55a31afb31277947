"""A yaml fence in a block, read as a tree of nodes and not as values.

So every fault has its line, a key given twice is seen, and words such as ``yes`` or ``2027`` stay the words that
were written.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from learning.activities.registry import Line, Reporter

Found = tuple[int, yaml.Node]  # the line of a key, and its value


def split_fence(body: Sequence[Line], report: Reporter) -> tuple[list[Line], list[Line] | None]:
    """The body without its first yaml fence, and the lines within; None for those when there is no whole fence."""
    lines = list(body)
    start = next((i for i, line in enumerate(lines) if line.text.rstrip() in ("```yaml", "```yml")), None)
    if start is None:
        return lines, None
    end = next((i for i in range(start + 1, len(lines)) if lines[i].text.rstrip() == "```"), None)
    if end is None:
        report.error(
            lines[start].number, "The yaml fence is not closed.", "End it with a line of ``` at the left margin."
        )
        return lines[:start], None
    return [*lines[:start], Line(lines[start].number, ""), *lines[end + 1 :]], lines[start + 1 : end]


class FenceReader:
    """Walks the nodes of a fence and reports with the file's line numbers. ``example`` is shown as a mend."""

    def __init__(self, fence: Sequence[Line], what: str, example: str, report: Reporter) -> None:
        self.first = fence[0].number if fence else 0
        self.report = report
        self.root: yaml.Node | None = None
        try:
            self.root = yaml.compose("\n".join(line.text for line in fence), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            report.error(
                self.first + (mark.line if mark else 0),
                f"The {what} are not valid yaml: {error.problem or error.context}.",
                f"Write each on a line such as {example}; indent with spaces, quote a text that holds a colon.",
            )
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            report.error(self.first, f"The {what} are not valid yaml: {type(error).__name__}.", f"Write {example}.")

    def line(self, node: yaml.Node) -> int:
        return self.first + int(node.start_mark.line)

    def mapping(self, node: yaml.Node | None, name: str, example: str) -> dict[str, Found]:
        """Key -> (line, value node); empty and reported when the node is no mapping."""
        if not isinstance(node, yaml.MappingNode):
            line = self.line(node) if node is not None else max(self.first - 1, 1)
            self.report.error(line, f"The {name} does not hold keys and values.", f"Write {example}.")
            return {}
        found: dict[str, Found] = {}
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

    @staticmethod
    def word(parts: dict[str, Found], name: str) -> str:
        """A value as it was written, trimmed; empty when it is not there or no word."""
        node = parts[name][1] if name in parts else None
        return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""

    def whole(self, parts: dict[str, Found], name: str, default: int) -> int:
        """A whole number from -999 to 999; ``default`` when it is not there, or reported when it is something else."""
        if name not in parts:
            return default
        written = self.word(parts, name)
        digits = written.removeprefix("-").removeprefix("+")
        if digits.isascii() and digits.isdigit() and len(digits) <= 3:
            return int(written)
        self.report.error(parts[name][0], f"{name} is {written!r}, no whole number.", f"Write {name}: {default or 1}.")
        return default
