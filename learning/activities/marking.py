"""The arithmetic of marks: decimals with four places, never outside nought and the maximum."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.0001")


def share_of(max_points: Decimal | int, part: int, whole: int) -> Decimal:
    """``max_points`` x ``part`` / ``whole`` with four places, held within [0, max_points].

    A ``whole`` of nought gives nought: there was nothing to get right.
    """
    most = Decimal(max_points)
    if whole <= 0 or part <= 0:
        return Decimal("0.0000")
    if part >= whole:
        return most
    return min(most, (most * part / whole).quantize(_PLACES, ROUND_HALF_UP))
