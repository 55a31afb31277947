"""What people type, tidied: filters of form fields. A field that was not sent is as one left open."""

from __future__ import annotations


def one_line(value: str | None) -> str:
    """Words with one space between them."""
    return " ".join((value or "").replace("\x00", "").split())


def paragraphs(value: str | None) -> str:
    """A text with its lines, ended as on every system but Windows, and nothing around it."""
    return (value or "").replace("\r\n", "\n").strip()
