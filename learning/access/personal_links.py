"""Links in mails that do one thing for one person without signing in, as long as there is something to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


@dataclass(frozen=True)
class PersonalLinks:
    """Tokens for one ``purpose``: no token of another works here. All needs an application context."""

    purpose: str

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(current_app.config["SETTINGS"].effective_secret_key, salt=f"mail link: {self.purpose}")

    def sign(self, thing_id: int, person_id: int) -> str:
        """A token for this thing and this person only."""
        return str(self._serializer().dumps([thing_id, person_id]))

    def read(self, token: str) -> tuple[int, int] | None:
        """The thing's and the person's id; None when the token was changed or made for something else."""
        try:
            found = self._serializer().loads(token)
        except BadSignature:
            return None
        match found:
            case [int(thing_id), int(person_id)]:
                return thing_id, person_id
        return None
