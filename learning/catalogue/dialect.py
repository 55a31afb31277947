"""What may be written in prose: the part of Markdown that GitHub and Python-Markdown read alike.

A course must look the same on a Git host and to a learner, so whatever the two read differently is a fault here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from learning.activities.registry import Line, Reporter
from learning.catalogue.splitter import CodeFence

CALLOUTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")
DEEPEST_HEADING = 4
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_AUTOLINK = re.compile(r"<https?://[^\s<>]+>")
_RAW_HTML = re.compile(r"(?<!\\)<[a-zA-Z/!?]")
_HEADING = re.compile(r"(?P<marks>#+)(?P<space>\s*)(?P<text>.*)")
_UNDERLINE = re.compile(r"(=+|-+)\s*$")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_LIST = re.compile(r"(?P<indent> *)(?P<marker>[-*+]|(?P<number>\d{1,9})[.)])\s+\S")
_CALLOUT = re.compile(r"\[!(?P<kind>[^\]]*)\](?P<rest>.*)")
_PERCENT = re.compile(r"\d\s?(?:%|per\s?cent|prosent|pst\b)")


def check_dialect(lines: Sequence[Line], report: Reporter) -> None:
    """Report raw HTML, tabs, and all that the two Markdowns read differently."""
    fence = CodeFence()
    outside, quoted = _Blocks(report), _Blocks(report)
    before = ""
    for line in lines:
        text = line.text
        if "\t" in text:
            report.error(line.number, "There is a tab in this line.", "Use spaces.")
        if fence.holds(text):
            if text.startswith(" ") and text.lstrip().startswith(("```", "~~~")):
                report.error(line.number, "The code fence is indented.", "Begin it at the left margin.")
            before = text
            outside.forget("```")
            continue
        _check_inline(line, report)
        if text.startswith(">"):
            if before.strip() and not before.startswith(">"):
                report.error(line.number, "There is no blank line before the quote.", "Add one.")
            if not before.startswith(">"):
                quoted.forget("")
            inner = text[1:].removeprefix(" ")
            if _check_callout(inner, line.number, not before.startswith(">"), report):
                quoted.forget("")
            else:
                quoted.check(inner, line.number)
            outside.forget(text)
        else:
            outside.check(text, line.number)
        before = text


def _check_inline(line: Line, report: Reporter) -> None:
    plain = _AUTOLINK.sub("", _CODE_SPAN.sub("", line.text))
    if _RAW_HTML.search(plain):
        report.error(line.number, "There is raw HTML here.", "Write Markdown; write \\< for the sign itself.")
    if "[^" in plain:
        report.error(line.number, "Footnotes are not used.", "Cite a source as [@key], or write it in the text.")


def _check_callout(inner: str, number: int, is_first: bool, report: Reporter) -> bool:
    """Whether the quoted line is a callout's first. Reports one that GitHub would not show as a callout."""
    found = _CALLOUT.match(inner)
    if not found or not is_first:
        return False
    if found["kind"] not in CALLOUTS:
        report.error(number, f"There is no callout {found['kind']!r}.", f"Use one of {', '.join(CALLOUTS)}.")
    if found["rest"].strip():
        report.error(number, "The callout's line holds more than its kind.", "Move the text to the next quoted line.")
    return True


class _Blocks:
    """Follows lists, tables and headings down the lines, with the two lines before in mind."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._before = self._before_that = ""
        self._list: tuple[int, bool] | None = None  # indent and whether numbered, until the next blank line

    def forget(self, before: str) -> None:
        """Something else stood between: begin again after ``before``."""
        self._before_that, self._before, self._list = "", before, None

    def check(self, text: str, number: int) -> None:
        report = self._report
        if not text.strip():
            self._list = None
        elif text.startswith("#"):
            self._heading(text, number)
        elif _UNDERLINE.match(text) and self._before.strip() and "|" not in self._before:
            report.error(number, "A heading is made by underlining.", "Write ## before it and take the line away.")
        elif _TABLE_RULE.match(text.strip()) and "|" in text and self._before_that.strip():
            report.error(number - 1, "There is no blank line before the table.", "Add one.")
        else:
            self._list_item(text, number)
        self._before_that, self._before = self._before, text

    def _heading(self, text: str, number: int) -> None:
        found = _HEADING.match(text)
        assert found is not None
        if not found["space"] or not found["text"].strip():
            self._report.error(number, "The heading cannot be read.", "Write ## and a space before its words.")
        elif len(found["marks"]) == 1:
            self._report.error(number, "The title is the only heading of level 1.", "Begin with ##.")
        elif len(found["marks"]) > DEEPEST_HEADING:
            self._report.error(number, f"The heading is deeper than level {DEEPEST_HEADING}.", "Use #### at most.")
        self._list = None

    def _list_item(self, text: str, number: int) -> None:
        found = _LIST.match(text)
        if not found:
            return
        indent, numbered = len(found["indent"]), found["number"] is not None
        if indent % 4:
            self._report.error(number, f"The list is indented by {indent} spaces.", "Indent nested lists by four.")
        if found["marker"].endswith(")"):
            self._report.error(
                number, "The numbers of the list have parentheses.", f"Write {found['number']}. instead."
            )
        if self._list is None and self._before.strip() and not indent:
            if numbered and found["number"] != "1":
                return  # "2027. ..." at the beginning of a wrapped line is no list to either
            self._report.error(number, "There is no blank line before the list.", "Add one.")
        elif self._list is not None and self._list != (indent, numbered) and self._list[0] == indent:
            self._report.error(
                number, "Bullets and numbers are mixed in one list.", "Use one of them, or a blank line."
            )
        self._list = (indent, numbered)


def check_headings(lines: Sequence[Line], level: int, report: Reporter) -> int:
    """Report a skipped heading level; the level reached. A page begins at 1, its title."""
    fence = CodeFence()
    for line in lines:
        found = re.match(r"(#{2,4})\s+\S", line.text)
        if fence.holds(line.text) or not found:
            continue
        if len(found[1]) > level + 1:
            report.error(line.number, "A heading level is skipped.", f"Use {'#' * (level + 1)}.")
        level = len(found[1])
    return level


def check_claims(lines: Sequence[Line], report: Reporter) -> None:
    """A figure in per cent needs a source in its paragraph."""
    fence = CodeFence()
    paragraph: list[Line] = []
    for line in [*lines, Line(0, "")]:
        if fence.holds(line.text):
            continue
        if line.text.strip():
            paragraph.append(line)
            continue
        text = " ".join(each.text for each in paragraph)
        if _PERCENT.search(text) and "[@" not in text:
            at = next((each.number for each in paragraph if _PERCENT.search(each.text)), paragraph[0].number)
            report.error(at, "There is a figure in per cent without a source.", "Add [@key] in the same paragraph.")
        paragraph = []
