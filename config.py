"""Settings, read from the environment (prefix ``LEARNING_``) and checked before anything starts.

Every setting has a default that is right for trying the system on one machine. Outside demo mode
a secret key is required, because sessions and private texts depend on it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
DEMO_SECRET = "demo-only-secret-key-never-for-real-data"  # noqa: S105  (known to all, and says so)
SECRETS = ("secret_key", "previous_secret_keys", "smtp_url", "database_url")  # never shown in a message
SUPPORTED_DRIVERS = ("sqlite", "postgresql+psycopg")


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and how to mend it."""


class Settings(BaseSettings):
    """The application's settings; see ``docs/operations.md`` for the table with all of them."""

    model_config = SettingsConfigDict(env_prefix="LEARNING_", extra="ignore", frozen=True)

    demo: bool = Field(False, description="Demo mode: sample agencies, readable mail, shown sign-ins")
    secret_key: str = Field("", description="At least 32 characters; signs sessions")
    database_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'handlingsrom.sqlite3'}", description="SQLite or PostgreSQL (psycopg)"
    )
    base_url: str = Field("http://127.0.0.1:8000", description="Where users reach the system; in mails and QR codes")
    smtp_url: str = Field(
        "", description="smtp://[user:password@]host[:port], smtps:// or smtp+starttls://; empty keeps mail unsent"
    )
    mail_from: str = Field("Handlingsrom <noreply@handlingsrom.example>", description="Sender of all mail")
    courses_path: Path = Field(ROOT / "courses", description="Folder with the courses on disk")
    default_language: str = Field("nb", description="Interface language when a user has said nothing")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Number of proxies in front whose headers are trusted")
    session_hours: int = Field(12, ge=1, le=720, description="Hours until a sign-in ends by itself")
    sign_in_tries: int = Field(8, ge=3, le=100, description="Failed sign-ins in 15 minutes before a pause")
    interface_languages: Annotated[tuple[str, ...], NoDecode] = Field(("nb", "nn", "en"))
    previous_secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Earlier secret keys, with commas between; private words sealed under them can still be opened"
    )

    @field_validator("interface_languages", "previous_secret_keys", mode="before")
    @classmethod
    def _split_languages(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError(
                "is not a database address; write sqlite:///path or postgresql+psycopg://user@host/name"
            ) from error
        if url.drivername not in SUPPORTED_DRIVERS:
            raise ValueError(f"uses {url.drivername!r}; only sqlite:/// and postgresql+psycopg:// are supported")
        return value

    @field_validator("base_url")
    @classmethod
    def _absolute_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be a whole address such as https://learning.example.no")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _known_smtp(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
                raise ValueError("must look like smtp://host:25, smtps://user:password@host or smtp+starttls://host")
        return value

    @field_validator("default_language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in ("nb", "nn", "en"):
            raise ValueError("must be nb, nn or en")
        return value

    @model_validator(mode="after")
    def _secret_outside_demo(self) -> Settings:
        if not self.secret_key and not self.demo:
            raise ValueError(
                "LEARNING_SECRET_KEY is not set. Set it to at least 32 random characters "
                '(python3 -c "import secrets; print(secrets.token_urlsafe(48))"), '
                "or start demo mode with LEARNING_DEMO=1"
            )
        if self.secret_key and len(self.secret_key) < 32:
            raise ValueError(f"LEARNING_SECRET_KEY has {len(self.secret_key)} characters; it needs at least 32")
        return self

    @property
    def effective_secret_key(self) -> str:
        return self.secret_key or DEMO_SECRET

    @property
    def uses_https(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(**overrides: object) -> Settings:
    """Read and check the settings.

    Raises SettingsError with one sentence per fault, naming the variable.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            message = fault["msg"].removeprefix("Value error, ")
            name = f"LEARNING_{str(fault['loc'][0]).upper()} " if fault["loc"] else ""
            shown = ""
            if fault["loc"] and str(fault["loc"][0]) not in SECRETS:
                shown = f" (got {os.environ.get(name.strip(), fault['input'])!r})"
            lines.append(f"{name}{message}{shown}.")
        raise SettingsError("\n".join(lines)) from error
