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
from markupsafe import Markup

from learning.activities.registry import Line, Reporter
from learning.catalogue.dialect import check_dialect
from learning.catalogue.splitter import CodeFence

TAGS = set(
    "a blockquote br code div em h2 h3 h4 hr img li ol p pre strong sup table tbody td th thead tr ul".split()  # noqa: SIM905
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "div": {"class"},
    "p": {"class"},
    "sup": {"class"},
    "th": {"scope"},
    "ol": {"start"},
}
CALLOUT_TITLES = {
    "nb": {"note": "Merk", "tip": "Tips", "important": "Viktig", "warning": "Advarsel", "caution": "Forsiktig"},
    "nn": {"note": "Merk", "tip": "Tips", "important": "Viktig", "warning": "Åtvaring", "caution": "Ver varsam"},
    "en": {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution"},
}


@dataclass
class Links:
    """What a course's links may point at, and what they have pointed at so far."""

    lessons: Mapping[str, str]  # file name -> lesson id
    media: frozenset[str]
    terms: frozenset[str]
    sources: Sequence[str]
    used_sources: set[str] = field(default_factory=set)
    used_media: set[str] = field(default_factory=set)


class _Citation(InlineProcessor):
    """``[@key]`` becomes the source's number in the course, linked to the list of sources."""

    def __init__(self, pattern: str, md: markdown.Markdown, owner: Prose) -> None:
        super().__init__(pattern, md)
        self._owner = owner

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
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
        link.set("data-made", "here")  # so that it is not read as a link the author wrote
        link.text = f"[{list(links.sources).index(key) + 1}]"
        return outer, m.start(0), m.end(0)


class _CourseLinks(Treeprocessor):
    """Checks and rewrites links and pictures, names callouts in the course's language, scopes table headers."""

    def __init__(self, md: markdown.Markdown, owner: Prose) -> None:
        super().__init__(md)
        self._owner = owner

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a":
                if element.attrib.pop("data-made", None) is None:
                    element.set("href", self._owner.link(element.get("href", "")))
            elif element.tag == "img":
                source = element.get("src", "")
                element.set("src", self._owner.picture(source, element.get("alt", "")))
            elif element.tag == "th":
                element.set("scope", "col")
            elif element.tag == "div" and element.get("class", "").startswith("admonition ") and len(element):
                kind = element.get("class", "").removeprefix("admonition ")
                element[0].text = CALLOUT_TITLES[self._owner.language].get(kind, element[0].text)


class _CourseMarkdown(Extension):
    def __init__(self, owner: Prose) -> None:
        super().__init__()
        self._owner = owner

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802
        # HTML stays text: it is a fault anyway, and what is never parsed cannot slip through.
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("automail")
        md.inlinePatterns.register(_Citation(r"\[@([^\]\s]+)\]", md, self._owner), "citation", 175)
        md.treeprocessors.register(_CourseLinks(md, self._owner), "course-links", 5)


class Prose:
    """Renders the prose of one file; fits activities.registry.Renderer."""

    def __init__(self, links: Links, report: Reporter, language: str) -> None:
        self.links = links
        self.language = language
        self._report = report
        self._lines: Sequence[Line] = ()
        self._allows_pictures = False
        self._markdown = markdown.Markdown(
            extensions=["tables", "sane_lists", "fenced_code", "pymdownx.quotes", _CourseMarkdown(self)],
            extension_configs={"pymdownx.quotes": {"callouts": True}},
            output_format="html",
        )

    def fault(self, needle: str, message: str, mend: str) -> None:
        """Report at the first rendered line that holds ``needle``."""
        line = next((each.number for each in self._lines if needle and needle in each.text), None)
        self._report.error(line or (self._lines[0].number if self._lines else 1), message, mend)

    def link(self, target: str) -> str:
        """A link's target as it is stored. Reports what leads nowhere."""
        if target.startswith(("https://", "http://", "mailto:")):
            return target
        name, _, anchor = target.removeprefix("./").partition("#")
        if name == "glossary.md" and anchor:
            if anchor not in self.links.terms:
                self.fault(target, f"The glossary has no term {anchor}.", "Add it to glossary.md or mend the link.")
            return f"course:glossary/{anchor}"
        if name.startswith("../media/"):
            return self._media(target)
        if name in self.links.lessons and not anchor:
            return f"course:lesson/{self.links.lessons[name]}"
        self.fault(
            target,
            f"The link {target!r} leads nowhere.",
            "Link to https://..., glossary.md#term, a lesson's file or ../media/file.",
        )
        return ""

    def picture(self, source: str, alternative: str) -> str:
        """A picture's address as it is stored. Reports a missing text, a missing file and a wrong place."""
        if len(alternative.split()) < 2:
            self.fault(source, "The picture has no text that says what it shows.", "Write it between ![ and ].")
        if not self._allows_pictures:
            self.fault(source, "A picture stands outside a figure block.", "Put it in ::: figure id ... :::.")
        if source.startswith("../media/"):
            return self._media(source)
        self.fault(source, f"The picture {source!r} is not in the course's media.", "Write ../media/ and its name.")
        return ""

    def _media(self, target: str) -> str:
        path = target.removeprefix("../media/")
        if path not in self.links.media:
            self.fault(target, f"There is no file media/{path}.", "Add the file or mend the address.")
        self.links.used_media.add(path)
        return f"course:media/{path}"

    def page(self, lines: Sequence[Line]) -> str:
        """HTML of prose that stands on the page itself."""
        if not any(line.text.strip() for line in lines):
            return ""
        self._lines = lines
        check_dialect(lines, self._report)
        self._markdown.reset()
        return clean(self._markdown.convert("\n".join(line.text for line in lines)))

    def block(self, lines: Sequence[Line]) -> str:
        """HTML of prose inside a block, where headings are of level 4."""
        fence = CodeFence()
        for line in lines:
            if not fence.holds(line.text) and line.text.startswith(("## ", "### ")):
                self._report.error(line.number, "A heading inside a block has another level than 4.", "Write ####.")
        return self.page(lines)

    def inline(self, text: str, line: int) -> str:
        """HTML of a piece of a line. Never a list or a heading: "1. mai" is a day."""
        self._lines = (Line(line, text),)
        # A letter before it keeps what looks like a list or heading from being checked as one.
        check_dialect([Line(line, f"x {text}")], self._report)
        self._markdown.reset()
        root = Element("div")
        SubElement(root, "p").text = text.replace(markdown.util.STX, "").replace(markdown.util.ETX, "")
        self._allows_pictures = True
        try:
            for processor in self._markdown.treeprocessors:
                changed = processor.run(root)
                root = root if changed is None else changed
        finally:
            self._allows_pictures = False
        html = self._markdown.serializer(root)
        for postprocessor in self._markdown.postprocessors:
            html = postprocessor.run(html)
        paragraph = clean(html.strip().removeprefix("<div>").removesuffix("</div>"))
        return paragraph.removeprefix("<p>").removesuffix("</p>").strip()


def clean(html: str) -> str:
    """Keep only what prose needs; the ``course:`` scheme is resolved when a page is made."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "course"},
        link_rel="noreferrer",
    ).strip()


def plain_words(html: str) -> str:
    """The words of compiled HTML, for search and counting."""
    return Markup(html.replace("<", " <")).striptags()  # noqa: S704  (the tags are taken away)
