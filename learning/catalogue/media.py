"""The media of a course: which files may be served, and drawings without scripts."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from learning.catalogue.faults import Faults, FileReporter

LARGEST_FILE = 2 * 1024 * 1024  # bytes
LARGEST_FILM = 25 * 1024 * 1024
FILMS = (".mp4", ".webm")
LONGEST_PATH = 200  # characters, as in the database
MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".vtt": "text/vtt",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*\Z")
_RUNS_OR_EMBEDS = {"script", "foreignobject", "handler", "listener", "iframe", "embed", "object"}


def media_files(folder: Path) -> dict[str, Path]:
    """The files below ``media/`` of a course folder by their path there, in order; hidden files left out."""
    base = folder / "media"
    found = {}
    for path in sorted(base.rglob("*")) if base.is_dir() else []:
        name = path.relative_to(base).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            found[name] = path
    return found


def check_media(folder: Path, faults: Faults) -> dict[str, Path]:
    """As ``media_files``, after reporting those that cannot be served."""
    found = media_files(folder)
    for name, path in found.items():
        report = faults.for_file(path)
        kind = path.suffix.lower()
        if not _NAME.match(name) or len(name) > LONGEST_PATH:
            report.error(
                1, "The file's name cannot stand in an address.", "Use letters a-z, digits, hyphens and points."
            )
        if kind not in MEDIA_TYPES:
            report.error(
                1, f"Files of the kind {kind or 'without ending'} are not served.", f"Use {', '.join(MEDIA_TYPES)}."
            )
        largest = LARGEST_FILM if kind in FILMS else LARGEST_FILE
        if path.stat().st_size > largest:
            report.error(1, f"The file is larger than {largest // 2**20} MiB.", "Make it smaller.")
        elif kind == ".svg":
            _check_drawing(path.read_bytes(), report)
    return found


def _check_drawing(content: bytes, report: FileReporter) -> None:
    try:
        text = content.decode("utf-8-sig")
        if re.search(r"<!DOCTYPE|<!ENTITY", text, re.IGNORECASE):
            report.error(1, "The drawing has a DOCTYPE.", "Take the DOCTYPE away; SVG needs none.")
            return
        root = fromstring(text)  # noqa: S314  (no DTD, so no entities)
    except (UnicodeDecodeError, ParseError) as fault:
        line = fault.position[0] if isinstance(fault, ParseError) else 1
        report.error(line, "The drawing is not well-formed XML in UTF-8.", "Export it again as plain SVG.")
        return
    for element in root.iter():
        if danger := _danger(element):
            report.error(_line_of(text, element), *danger)
    if root.find("{http://www.w3.org/2000/svg}title") is None:
        report.warning(1, "The drawing has no <title>.", "Say in <title> what it shows.")


def _danger(element: Element) -> tuple[str, str] | None:
    """Message and mend when the element runs something, embeds a page, or points out of the drawing."""
    script = ("The drawing holds a script.", "Take scripts, event handlers and embedded pages out of the SVG.")
    if element.tag.rpartition("}")[2].lower() in _RUNS_OR_EMBEDS:
        return script
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2].lower()
        if plain.startswith("on") or "javascript:" in value.lower():
            return script
        if plain in ("href", "src") and not value.strip().startswith(("#", "data:image/")):
            return "The drawing points to something outside itself.", "Put it into the drawing or take it away."
    return None


def _line_of(text: str, element: Element) -> int:
    """The line of the first element with this name; ElementTree keeps no lines."""
    place = text.find(element.tag.rpartition("}")[2])
    return text.count("\n", 0, place) + 1 if place > 0 else 1
