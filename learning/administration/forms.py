"""The forms of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, Length, Optional, Regexp

from learning.organisation.organisation_number import normalise
from learning.tidying import one_line

_REQUIRED = _l("This must be filled in.")
_NO_ADDRESS = _l("This is not an e-mail address.")


def _text(label: Any, longest: int) -> StringField:
    return StringField(label, validators=[DataRequired(_REQUIRED), Length(max=longest)], filters=[one_line])


def _address(label: Any) -> EmailField:
    return EmailField(
        label, validators=[DataRequired(_REQUIRED), Length(max=254), Email(_NO_ADDRESS)], filters=[one_line]
    )


def _language() -> SelectField:
    return SelectField(_l("Language"), choices=[("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")])


def _in_working_life(form: FlaskForm, field: Field) -> None:
    """A slip such as 0026 for 2026 should not become a position's date."""
    if field.data and not date(1950, 1, 1) <= field.data <= date(2100, 12, 31):
        raise ValidationError(str(_l("Write a year between 1950 and 2100.")))


def _day(label: Any) -> DateField:
    return DateField(label, validators=[DataRequired(_l("Write a date.")), _in_working_life])


class PositionForm(FlaskForm):
    unit = SelectField(_l("Unit"), coerce=int)
    title = _text(_l("Title"), 200)
    level = SelectField(_l("Level"))
    starts_on = _day(_l("From"))
    manager = EmailField(
        _l("Line manager's e-mail address (may be left open)"),
        validators=[Optional(), Length(max=254), Email(_NO_ADDRESS)],
        filters=[one_line],
    )


class MoveForm(PositionForm):
    replaces = SelectField(_l("Instead of"), coerce=int)


class FactsForm(FlaskForm):
    given_name = _text(_l("Given name"), 100)
    family_name = _text(_l("Family name"), 100)
    email = _address(_l("E-mail address"))
    language = _language()


class PersonForm(PositionForm):
    given_name = _text(_l("Given name"), 100)
    family_name = _text(_l("Family name"), 100)
    email = _address(_l("E-mail address"))
    language = _language()


class EndForm(FlaskForm):
    ends_on = _day(_l("Last day"))


class LeaveForm(FlaskForm):
    last_day = _day(_l("Last day"))
    reason = StringField(_l("Reason (may be left open)"), validators=[Length(max=500)], filters=[one_line])


class MergeForm(FlaskForm):
    reason = StringField(_l("Reason (may be left open)"), validators=[Length(max=500)], filters=[one_line])
    address = EmailField(
        _l("The address that is kept"), validators=[DataRequired(_REQUIRED), Length(max=254)], filters=[one_line]
    )


class UnitForm(FlaskForm):
    name = _text(_l("Name"), 200)
    parent = SelectField(_l("Parent unit"), coerce=int)


class UnitMoveForm(FlaskForm):
    parent = SelectField(_l("Parent unit"), coerce=int)


class RenameForm(FlaskForm):
    name = _text(_l("New name"), 200)


class AgencyForm(FlaskForm):
    name = _text(_l("Name"), 200)
    slug = StringField(
        _l("Short name for addresses"),
        validators=[
            DataRequired(_REQUIRED),
            Length(max=60),
            Regexp(r"^[a-z][a-z0-9-]*\Z", message=_l("Use small letters, digits and hyphens.")),
        ],
    )
    kind = SelectField(_l("Kind"))
    organisation_number = StringField(_l("Organisation number"), validators=[DataRequired(_REQUIRED)])

    def validate_organisation_number(self, field: StringField) -> None:
        """The nine digits must hold together; the field then holds them without spaces."""
        try:
            field.data = normalise(field.data or "")
        except ValueError as fault:
            raise ValidationError(str(_l("This is not a valid organisation number; check the nine digits."))) from fault
