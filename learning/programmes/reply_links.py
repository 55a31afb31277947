"""Links in invitations that reply without signing in. They last as long as there is something to reply to."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SETTINGS"].effective_secret_key, salt="mail link: reply to a gathering"
    )


def sign(gathering_id: int, person_id: int) -> str:
    """A token that replies for the person, to this gathering only. Needs an application context."""
    return str(_serializer().dumps([gathering_id, person_id]))


def read(token: str) -> tuple[int, int] | None:
    """The gathering's and the person's id; None when the token was changed or made for something else."""
    try:
        found = _serializer().loads(token)
    except BadSignature:
        return None
    match found:
        case [int(gathering_id), int(person_id)]:
            return gathering_id, person_id
    return None
