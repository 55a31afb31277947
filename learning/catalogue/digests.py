"""The digest that names a course by its source."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from learning.catalogue.translations import LOCK as TRANSLATIONS_LOCK

LOCKS = ("ids.lock.json", TRANSLATIONS_LOCK)


def source_digest(folder: Path) -> str:
    """SHA-256 over the course's files: path, length and normalised content of each, sorted by path.

    Text is taken as UTF-8 without byte-order mark and with plain newlines. Lock files, reviews and hidden files
    say nothing of the content and are left out.
    """
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_hidden = any(part.startswith(".") for part in name.split("/"))
        if not path.is_file() or is_hidden or name in LOCKS or re.fullmatch(r"review-[^/]*\.yml", name):
            continue
        content = path.read_bytes()
        if path.suffix.lower() in (".md", ".yaml", ".svg", ".vtt"):
            content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        total.update(f"{name}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()
