"""Reading numbers and flags from the options in a block's header."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from learning.activities.registry import RawBlock, Reporter


def flag(block: RawBlock, name: str) -> bool:
    """Whether a flag such as ``fixed`` is set, here or in the source language."""
    return block.option(name) == "true"


def whole_number(block: RawBlock, name: str, default: int, lowest: int, highest: int, report: Reporter) -> int:
    """A whole number within bounds. Reports a fault and answers the default otherwise."""
    text = block.option(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 7 and lowest <= int(text) <= highest:
        return int(text)
    report.error(
        block.line,
        f"The option {name} of {block.id} is {text!r}, not a whole number from {lowest} to {highest}.",
        f"Write {name}={default}, or another whole number from {lowest} to {highest}.",
    )
    return default


def decimal_number(text: str) -> Decimal | None:
    """A decimal number with a point, such as ``-1.5``; None for anything else (also exponents and nan)."""
    digits = text.removeprefix("-")
    whole, point, part = digits.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(digits) <= 40):
        return None
    if point and not (part.isascii() and part.isdigit()):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the checks above leave only plain numbers
        return None
