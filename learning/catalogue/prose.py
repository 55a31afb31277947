"""Prose to sanitised HTML: Python-Markdown with extensions of our own for citations and links inside a course."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

import markdown
import nh3
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from learning.activities.registry import Line, Reporter

_RAW_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")
_CODE_SPAN = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"(#+)\s+\S")
_LIST = re.compile(r"(?P<indent> *)(?:[-*+]|\d+[.)])\s+\S")
_PERCENT = re.compile(r"\d\s?(?:%|per\s?cent|prosent)")
TAGS = {
    "a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr", "img", "li", "ol",
    "p",
    "pre", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "class"}, "img": {"src", "alt"}, "div": {"class"}, "p": {"class"}, "sup": {"class"},
    "th": {"scope"}, "ol": {"start"},
}  # fmt: skip


@dataclass
class Links:
    """What a course's links may point at."""

    lessons: Mapping[str, str]  # file name -> lesson id
    media: frozenset[str]
    terms: frozenset[str]
    sources: Sequence[str]
    used_sources: set[str] = field(default_factory=set)


class _Citation(InlineProcessor):
    def __init__(self, pattern: str, md: markdown.Markdown, owner: Prose) -> None:
        super().__init__(pattern, md)
        self._owner = owner

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element | None, int | None, int | None]:  # type: ignore[override]  # noqa: N802
        key = m[1]
        links = self._owner.links
        if key not in links.sources:
            self._owner.fault(f"@{key}", f"The source {key} is not in course.yaml.", "Add it under sources.")
            return None, None, None
        links.used_sources.add(key)
        outer = Element("sup")
        outer.set("class", "citation")
        link = SubElement(outer, "a")
        link.set("href", f"course:source/{key}")
        link.text = f"[{list(links.sources).index(key) + 1}]"
        return outer, m.start(0), m.end(0)


class _CourseLinks(Treeprocessor):
    def __init__(self, md: markdown.Markdown, owner: Prose) -> None:
        super().__init__(md)
        self._owner = owner

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a" and not element.get("href", "").startswith("course:"):
                element.set("href", self._owner.address(element.get("href", "")))
            elif element.tag == "img":
                if len(element.get("alt", "").split()) < 2:
                    self._owner.fault(
                        element.get("src", ""), "The picture has no text alternative.", "Write it between ![ and ]."
                    )
                element.set("src", self._owner.address(element.get("src", "")))
            elif element.tag == "th":
                element.set("scope", "col")


class _CourseMarkdown(Extension):
    def __init__(self, owner: Prose) -> None:
        super().__init__()
        self._owner = owner

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        md.inlinePatterns.register(_Citation(r"\[@([a-z0-9-]+)\]", md, self._owner), "citation", 175)
        md.treeprocessors.register(_CourseLinks(md, self._owner), "course-links", 5)


class Prose:
    """Renders the prose of one file; fits activities.registry.Renderer."""

    def __init__(self, links: Links, report: Reporter) -> None:
        self.links = links
        self._report = report
        self._lines: Sequence[Line] = ()
        self._markdown = markdown.Markdown(
            extensions=["tables", "sane_lists", "fenced_code", "pymdownx.quotes", _CourseMarkdown(self)],
            extension_configs={"pymdownx.quotes": {"callouts": True}},
            output_format="html",
        )

    def fault(self, needle: str, message: str, mend: str) -> None:
        """Report at the first rendered line that holds ``needle``."""
        line = next((each.number for each in self._lines if needle and needle in each.text), None)
        self._report.error(line or (self._lines[0].number if self._lines else 1), message, mend)

    def address(self, target: str) -> str:
        """A link's target as it is stored. Reports what leads nowhere."""
        plain = target.removeprefix("../").removeprefix("./")
        name, _, anchor = plain.partition("#")
        if target.startswith(("https://", "http://", "mailto:")):
            return target
        if name in ("glossary.md",) and anchor:
            if anchor not in self.links.terms:
                self.fault(target, f"The glossary has no term {anchor}.", "Add it to glossary.md or mend the link.")
            return f"course:glossary/{anchor}"
        if name.startswith("media/"):
            path = name.removeprefix("media/")
            if path not in self.links.media:
                self.fault(target, f"There is no file media/{path}.", "Add the file or mend the address.")
            return f"course:media/{path}"
        if name in self.links.lessons:
            return f"course:lesson/{self.links.lessons[name]}"
        self.fault(
            target, f"The link {target!r} leads nowhere.", "Link to https://, glossary.md#term or a lesson's file."
        )
        return ""

    def block(self, lines: Sequence[Line]) -> str:
        if not any(line.text.strip() for line in lines):
            return ""
        self._lines = lines
        check_dialect(lines, self._report)
        self._markdown.reset()
        return clean(self._markdown.convert("\n".join(line.text for line in lines)))

    def inline(self, text: str, line: int) -> str:
        html = self.block([Line(line, text)])
        if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
            return html[3:-4]
        return html


def clean(html: str) -> str:
    """Keep only what prose needs; the ``course:`` scheme is resolved when a page is made."""
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "course"}, link_rel="noreferrer"
    ).strip()


def check_dialect(lines: Sequence[Line], report: Reporter) -> None:
    """Refuse what GitHub and Python-Markdown read differently, raw HTML, and wrong heading levels."""
    code = False
    before = ""
    for line in lines:
        text = line.text
        if text.strip().startswith("```"):
            code = not code
        if code:
            before = text
            continue
        if "\t" in text:
            report.error(line.number, "There is a tab in this line.", "Use spaces.")
        plain = _CODE_SPAN.sub("", text)
        if _RAW_HTML.search(plain) and not re.search(r"<https?://|<mailto:", plain):
            report.error(line.number, "There is raw HTML here.", "Write Markdown; HTML is not shown.")
        heading = _HEADING.match(text)
        if heading and len(heading[1]) == 1:
            report.error(line.number, "The title is the only heading of level 1.", "Begin with ##.")
        listed = _LIST.match(text)
        if listed:
            indent = len(listed["indent"])
            if indent % 4:
                report.error(line.number, f"The list is indented by {indent} spaces.", "Indent nested lists by four.")
            if before.strip() and not _LIST.match(before) and not before.startswith(" ") and not indent:
                report.error(line.number, "There is no blank line before the list.", "Add one.")
        before = text


def check_claims(lines: Sequence[Line], report: Reporter) -> None:
    """A figure in per cent needs a source in its paragraph."""
    paragraph: list[Line] = []
    for line in [*lines, Line(0, "")]:
        if line.text.strip():
            paragraph.append(line)
            continue
        text = " ".join(each.text for each in paragraph)
        if _PERCENT.search(text) and "[@" not in text:
            at = next((each.number for each in paragraph if re.search(r"\d", each.text)), paragraph[0].number)
            report.error(at, "There is a figure in per cent without a source.", "Add [@key] in the same paragraph.")
        paragraph = []


def plain_words(html: str) -> str:
    """The words of compiled HTML, for search and counting."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
