"""Files that people bring: the badges in a ZIP, in a portfolio as JSON, or one badge by itself. Pure."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from learning.portfolio.document import BADGES

LARGEST = 3 * 1024 * 1024  # bytes, also of what a ZIP holds when it is opened
MOST_BADGES = 300
LONGEST_BADGE = 40_000  # characters
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Unreadable(Exception):
    """There are no badges in it; ``reason``: "large", "many", "no-badges" or "broken"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_tokens(data: bytes) -> list[str]:
    """The badges of a file, each once, in their order. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("large")
    found = list(dict.fromkeys(_tokens(data)))
    if len(found) > MOST_BADGES:
        raise Unreadable("many")
    if not found:
        raise Unreadable("no-badges")
    return found


def _tokens(data: bytes) -> Iterable[str]:
    if data.startswith(b"PK"):
        return [token for content in _unzipped(data) for token in _of_text(content)]
    return _of_text(data)


def _unzipped(data: bytes) -> list[bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            wanted = [each for each in archive.infolist() if each.filename.endswith((".json", ".jwt"))]
            if len(wanted) > MOST_BADGES + 1:
                raise Unreadable("many")
            found, left = [], LARGEST
            for each in wanted:
                with archive.open(each) as opened:  # read no further than what is allowed, whatever the ZIP says
                    content = opened.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Unreadable("large")
                found.append(content)
            return found
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as fault:
        raise Unreadable("broken") from fault


def _of_text(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as fault:
        raise Unreadable("broken") from fault
    if _is_token(text):
        return [text]
    if not text.startswith("{"):
        return []
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("broken") from fault
    badges = content.get(BADGES) if isinstance(content, dict) else None
    return [each for each in badges if _is_token(each)] if isinstance(badges, list) else []


def _is_token(text: object) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_BADGE and _TOKEN.fullmatch(text) is not None
