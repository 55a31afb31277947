"""The forms of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from learning import clock
from learning.access.api_tokens import LONGEST
from learning.tidying import one_line


class TokenForm(FlaskForm):
    key = HiddenField(validators=[DataRequired(), Length(max=100)])
    name = StringField(
        _l("What it is for"),
        validators=[DataRequired(_l("This must be filled in.")), Length(max=100)],
        filters=[one_line],
    )
    expires_on = DateField(_l("Last day it works"), validators=[DataRequired(_l("Write a date."))])
    sends_invitations = BooleanField(_l("Send new people an invitation by mail to choose a password"))

    def validate_expires_on(self, field: Any) -> None:
        """From tomorrow, and within five years: a key that nobody remembers should not open for ever."""
        today = clock.today()
        if field.data and not today < field.data <= today + LONGEST:
            raise ValidationError(str(_l("Choose a day after today, at most five years ahead.")))


def in_a_year() -> Any:
    """The day that the form proposes."""
    return clock.today() + timedelta(days=365)
