"""The Norwegian organisation number: nine digits, the last a control digit (modulus 11, Brønnøysundregistrene)."""

from __future__ import annotations

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def control_digit(first_eight: str) -> int | None:
    """The control digit of eight digits; None when no number begins so (the remainder is 1)."""
    remainder = sum(int(digit) * weight for digit, weight in zip(first_eight, _WEIGHTS, strict=True)) % 11
    digit = (11 - remainder) % 11
    return None if digit == 10 else digit


def normalise(text: str) -> str:
    """The nine digits of ``text``, which may hold spaces. Raises ValueError when it is no organisation number."""
    digits = "".join(text.split())
    if not (len(digits) == 9 and digits.isascii() and digits.isdigit()):
        raise ValueError("an organisation number has nine digits")
    if control_digit(digits[:8]) != int(digits[8]):
        raise ValueError("the control digit of the organisation number is wrong")
    return digits
