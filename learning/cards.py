"""Tables whose rows become cards where the screen is narrow (``[data-cards]`` in app.css).

A cell in a card shows the words of its column's header. The table stays a table: no role is taken away or added,
and the words are shown by the style sheet with an empty alternative, so nothing is read twice.
"""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)(table|thead|tr|th|td)\b([^>]*)>")
_ANY_TAG = re.compile(r"<[^>]*>")
_COLSPAN = re.compile(r'\bcolspan="(\d+)"')


def as_cards(html: str, until: str) -> str:
    """One table of our own templates, made ready to be cards until the screen is no longer ``narrow`` or ``wide``."""
    headers: list[str] = []
    pieces: list[str] = []
    column = header_start = end = 0
    in_head = False
    for tag in _TAG.finditer(html):
        closing, name, attributes = tag[1], tag[2], tag[3]
        pieces.append(html[end : tag.start()])
        end = tag.end()
        extra = ""
        if name == "thead":
            in_head = not closing
        elif closing:
            if name == "th" and in_head:
                headers.append(" ".join(_ANY_TAG.sub("", html[header_start : tag.start()]).split()))
        elif name == "table":
            extra = f' data-cards="{until}"'
        elif name == "tr":
            column = 0
        elif in_head:
            header_start = tag.end()
        else:
            spans = int(found[1]) if (found := _COLSPAN.search(attributes)) else 1
            if name == "td" and spans == 1 and column < len(headers):
                extra = f' data-label="{headers[column].replace(chr(34), "&quot;")}"'
            column += spans
        pieces.append(f"<{closing}{name}{attributes}{extra}>")
    return "".join([*pieces, html[end:]])
