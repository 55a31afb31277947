"""Tables whose rows become cards where the screen is narrow (``[data-cards]`` in app.css).

A cell in a card carries the words of its column's header. Every part says its role, since a browser that lays
a table out as blocks may stop telling that it is one.
"""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)(table|thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
_ANY_TAG = re.compile(r"<[^>]*>")
_COLSPAN = re.compile(r'\bcolspan="(\d+)"')
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}


def as_cards(html: str, until: str) -> str:
    """One table of our own templates, made ready to be cards until the screen is ``narrow`` or ``wide``."""
    headers: list[str] = []
    pieces: list[str] = []
    column = header_start = end = 0
    in_head = False
    for tag in _TAG.finditer(html):
        closing, name, attributes = tag[1], tag[2], tag[3]
        pieces.append(html[end : tag.start()])
        end = tag.end()
        if closing:
            if name == "th" and in_head:
                headers.append(" ".join(_ANY_TAG.sub("", html[header_start : tag.start()]).split()))
            in_head = in_head and name != "thead"
            pieces.append(tag[0])
            continue
        if name == "thead":
            in_head = True
        elif name == "tr":
            column = 0
        elif name == "th":
            header_start = tag.end()
        extra = f' role="{_ROLES.get(name) or ("rowheader" if _is_row_header(attributes) else "columnheader")}"'
        if name == "table":
            extra += f' data-cards="{until}"'
        if name in ("td", "th") and not in_head:
            spans = int(found[1]) if (found := _COLSPAN.search(attributes)) else 1
            if name == "td" and spans == 1 and column < len(headers):
                extra += f' data-label="{headers[column].replace(chr(34), "&quot;")}"'
            column += spans
        pieces.append(f"<{name}{attributes}{extra}>")
    return "".join([*pieces, html[end:]])


def _is_row_header(attributes: str) -> bool:
    return 'scope="row"' in attributes
