"""The forms of this room."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from requests import RequestException
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from learning.access.provider_http import check_url
from learning.portfolio.checking import key_set
from learning.portfolio.reading import LARGEST
from learning.tidying import one_line


def _address(text: str | None) -> str:
    return one_line(text).rstrip("/")


class BadgeFileForm(FlaskForm):
    file = FileField(_l("The file"), validators=[FileRequired(_l("Choose a file."))])

    @property
    def content(self) -> bytes:
        self.file.data.seek(0)
        return bytes(self.file.data.read(LARGEST + 1))


class IssuerForm(FlaskForm):
    name = StringField(
        _l("The issuer's name"),
        filters=[one_line],
        validators=[DataRequired(_l("Write a name.")), Length(max=200, message=_l("Write 200 characters at most."))],
    )
    address = StringField(
        _l("The issuer's address"),
        filters=[_address],
        validators=[
            DataRequired(_l("Write an address.")),
            Length(max=300, message=_l("Write 300 characters at most.")),
        ],
    )
    keys = TextAreaField(
        _l("The issuer's public keys"), filters=[lambda text: (text or "").replace("\x00", "").strip()]
    )

    @property
    def key_content(self) -> dict[str, Any] | None:
        return json.loads(self.keys.data) if self.keys.data else None

    def validate_address(self, field: Field) -> None:
        try:
            check_url(field.data)
            parts = urlsplit(field.data)
        except (RequestException, ValueError):
            parts = None
        if parts is None or parts.query or parts.fragment:
            raise ValidationError(gettext("Write a whole public address, such as https://learning.example.no."))

    def validate_keys(self, field: Field) -> None:
        if not field.data:
            return
        try:
            key_set(json.loads(field.data))
        except (ValueError, RecursionError) as fault:
            raise ValidationError(
                gettext(
                    "This is not a set of public keys. Copy all that stands at the issuer's address "
                    "followed by /.well-known/jwks.json."
                )
            ) from fault
