"""Links that stop the mails of a saved view without signing in. They last as long as there is something to stop."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SETTINGS"].effective_secret_key, salt="mail link: stop a saved view")


def sign(view_id: int, person_id: int) -> str:
    """A token that stops this view for this person only. Needs an application context."""
    return str(_serializer().dumps([view_id, person_id]))


def read(token: str) -> tuple[int, int] | None:
    """The view's and the person's id; None when the token was changed or made for something else."""
    try:
        found = _serializer().loads(token)
    except BadSignature:
        return None
    match found:
        case [int(view_id), int(person_id)]:
            return view_id, person_id
    return None
