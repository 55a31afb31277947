"""Private words are sealed before they reach the database: AES-128-CBC with HMAC-SHA256 (Fernet).

The key is derived from the application's secret key, so a copy of the database alone tells nobody what a learner
wrote. ``LEARNING_PREVIOUS_SECRET_KEYS`` lets words sealed under an earlier key be opened after a change of keys.
"""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

log = logging.getLogger(__name__)
SEALED = "sealed"  # the one name in a stored value that is sealed


class CannotOpen(Exception):
    """The words were sealed under a key that is not known here."""


def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"handlingsrom private words 1").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))


@lru_cache(maxsize=8)
def _keys(secrets: Sequence[str]) -> MultiFernet:
    return MultiFernet([_fernet(secret) for secret in secrets])


def _here() -> MultiFernet:
    settings = current_app.config["SETTINGS"]
    return _keys((settings.effective_secret_key, *settings.previous_secret_keys))


def seal_text(text: str) -> str:
    """Seal a text. Needs an application context."""
    return _here().encrypt(text.encode()).decode("ascii")


def open_text(sealed: str) -> str:
    """Open a sealed text. Raises CannotOpen."""
    try:
        return _here().decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError) as fault:
        raise CannotOpen from fault


def open_or_empty(sealed: str | None) -> str:
    """A sealed text opened; empty without one, or when the key is not known: the page still shows the rest."""
    try:
        return open_text(sealed) if sealed else ""
    except CannotOpen:
        return ""


def seal(value: dict[str, Any]) -> dict[str, Any]:
    """A JSON-safe value as it is stored: one name, the sealed rest."""
    return {SEALED: seal_text(json.dumps(value, ensure_ascii=False))}


def unseal(stored: dict[str, Any]) -> dict[str, Any]:
    """The value again; one that was never sealed is returned as it is. Raises CannotOpen."""
    if set(stored) != {SEALED}:
        return stored
    value = json.loads(open_text(str(stored[SEALED])))
    return value if isinstance(value, dict) else {}


def unseal_or_nothing(stored: dict[str, Any]) -> dict[str, Any] | None:
    """As ``unseal``, but None, and a line in the log, when the key is not known: the page still shows the rest."""
    try:
        return unseal(stored)
    except CannotOpen:
        log.error("a sealed value cannot be opened: was LEARNING_SECRET_KEY changed without keeping the previous one?")
        return None
