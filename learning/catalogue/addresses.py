"""Turning the ``course:`` links of compiled HTML into addresses for the page they are shown on."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import escape

_LINK = re.compile(r'(?P<attribute>href|src)="course:(?P<kind>lesson|media|glossary|source)/(?P<name>[^"]*)"')


def resolve(
    html: str,
    *,
    lesson: Callable[[str], str],
    media: Callable[[str], str],
    glossary: Callable[[str], str],
    source: Callable[[str], str],
) -> str:
    """Replace each ``course:kind/name`` by the address its callable gives for the name."""
    makers = {"lesson": lesson, "media": media, "glossary": glossary, "source": source}

    def address(found: re.Match[str]) -> str:
        return f'{found["attribute"]}="{escape(makers[found["kind"]](found["name"]))}"'

    return _LINK.sub(address, html)
