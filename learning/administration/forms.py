"""The forms of this room."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, Length, Regexp

from learning.organisation.organisation_number import normalise

_REQUIRED = _l("This must be filled in.")


def _text(label: Any, longest: int) -> StringField:
    return StringField(label, validators=[DataRequired(_REQUIRED), Length(max=longest)], filters=[_tidy])


def _tidy(value: str | None) -> str | None:
    return " ".join(value.replace("\x00", "").split()) if value else value


class PositionForm(FlaskForm):
    unit = SelectField(_l("Unit"), coerce=int)
    title = _text(_l("Title"), 200)
    level = SelectField(_l("Level"))
    starts_on = DateField(_l("From"), validators=[DataRequired(_l("Write a date."))])


class PersonForm(PositionForm):
    given_name = _text(_l("Given name"), 100)
    family_name = _text(_l("Family name"), 100)
    email = EmailField(
        _l("E-mail address"),
        validators=[DataRequired(_REQUIRED), Length(max=254), Email(_l("This is not an e-mail address."))],
    )
    language = SelectField(_l("Language"), choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")])


class EndForm(FlaskForm):
    ends_on = DateField(_l("Last day"), validators=[DataRequired(_l("Write a date."))])


class UnitForm(FlaskForm):
    name = _text(_l("Name"), 200)
    parent = SelectField(_l("Below"), coerce=int)


class AgencyForm(FlaskForm):
    name = _text(_l("Name"), 200)
    slug = StringField(
        _l("Short name for addresses"),
        validators=[
            DataRequired(_REQUIRED),
            Length(max=60),
            Regexp(r"^[a-z][a-z0-9-]*$", message=_l("Use small letters, digits and hyphens.")),
        ],
    )
    kind = SelectField(_l("Kind"))
    organisation_number = StringField(_l("Organisation number"), validators=[DataRequired(_REQUIRED)])

    def validate_organisation_number(self, field: StringField) -> None:
        try:
            field.data = normalise(field.data or "")
        except ValueError as fault:
            raise ValidationError(str(_l("This is not a valid organisation number; check the nine digits."))) from fault
