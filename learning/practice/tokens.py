"""Links in mails that are answered without signing in: signed, for one purpose and one thing, for a limited time."""

from __future__ import annotations

from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

LONGEST = 120 * 24 * 3600  # seconds; a mail is answered late at times


class Purpose(StrEnum):
    FOLLOW_UP = "follow-up"
    RECALL = "recall"
    STOP_RECALL = "stop-recall"


def _serializer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.config["SETTINGS"].effective_secret_key, salt=f"mail link: {purpose.value}"
    )


def sign(purpose: Purpose, number: int) -> str:
    """A token for the thing with this id. Needs an application context."""
    return str(_serializer(purpose).dumps(number))


def read(purpose: Purpose, token: str) -> int | None:
    """The id in a token; None when it was changed, made for something else, or is too old."""
    try:
        number = _serializer(purpose).loads(token, max_age=LONGEST)
    except BadSignature:
        return None
    return number if isinstance(number, int) else None
