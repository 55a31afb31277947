"""The form of a provider of identity."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from requests import RequestException
from wtforms import BooleanField, Field, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from learning.access.identity_providers import ProviderFacts, normalised_domain
from learning.access.oidc import WELL_KNOWN
from learning.access.provider_http import check_url
from learning.tidying import one_line

_REQUIRED = _l("This must be filled in.")


def _text(label: Any, longest: int, *, optional: bool = False) -> StringField:
    needed = Optional() if optional else DataRequired(_REQUIRED)
    return StringField(label, validators=[needed, Length(max=longest)], filters=[one_line])


class ProviderForm(FlaskForm):
    name = _text(_l("Name on the button"), 100)
    issuer = _text(_l("Issuer address"), 500)
    client_id = _text(_l("Client ID"), 255)
    client_secret = PasswordField(_l("Client secret"), validators=[Length(max=500)])
    domains = TextAreaField(_l("Domains of e-mail addresses"), validators=[Length(max=5000)])
    verifies_addresses = BooleanField(_l("This provider verifies addresses"))
    scopes = _text(_l("Scopes"), 300)
    acr_values = _text(_l("Levels of assurance"), 300, optional=True)

    def __init__(self, *args: Any, secret_is_stored: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret_is_stored = secret_is_stored

    def validate_issuer(self, field: Field) -> None:
        """An address that may be asked; what is pasted with the discovery document's path loses that."""
        field.data = field.data.removesuffix(WELL_KNOWN)
        try:
            check_url(field.data)
        except RequestException as fault:
            raise ValidationError(
                str(_l("Write a public address that begins with https://, as the provider gives it."))
            ) from fault
        if "?" in field.data or "#" in field.data:
            raise ValidationError(str(_l("The address must not hold ? or #.")))

    def validate_client_secret(self, field: Field) -> None:
        if not field.data and not self.secret_is_stored:
            raise ValidationError(str(_REQUIRED))

    def validate_scopes(self, field: Field) -> None:
        if "openid" not in (field.data or "").split():
            raise ValidationError(str(_l("One of the scopes must be openid.")))

    def validate_domains(self, field: Field) -> None:
        """One a line, or with commas between; the field then holds them as they are stored."""
        found = []
        for part in re.split(r"[\s,;]+", field.data or ""):
            if part:
                try:
                    found.append(normalised_domain(part))
                except ValueError as fault:
                    raise ValidationError(str(_l("%(part)s is not a domain.", part=part[:60]))) from fault
        if len(found) > 50:
            raise ValidationError(str(_l("At most 50 domains.")))
        field.data = "\n".join(sorted(set(found)))

    def validate_verifies_addresses(self, field: Field) -> None:
        if field.data and not (self.domains.data or "").strip():
            raise ValidationError(
                str(_l("Name the domains of your own addresses above; without them this cannot be chosen."))
            )

    def facts(self) -> ProviderFacts:
        """What a valid form says."""
        return ProviderFacts(
            name=self.name.data, issuer=self.issuer.data, client_id=self.client_id.data,
            client_secret=self.client_secret.data or "", scopes=self.scopes.data,
            acr_values=self.acr_values.data or "", domains=tuple(self.domains.data.split()),
            verifies_addresses=self.verifies_addresses.data,
        )  # fmt: skip
