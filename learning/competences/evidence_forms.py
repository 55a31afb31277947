"""The forms about evidence of competences."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Email, Length

from learning.catalogue.frameworks import LEVELS
from learning.competences import confirming, contesting, registering
from learning.tidying import one_line, paragraphs

_REQUIRED = _l("This must be filled in.")
_TOO_LONG = _l("Write %(max)d characters at most.")


def _words(label: Any, most: int) -> TextAreaField:
    return TextAreaField(
        label, filters=[paragraphs], validators=[DataRequired(_REQUIRED), Length(max=most, message=_TOO_LONG)]
    )


class AskForm(FlaskForm):
    email = EmailField(
        _l("E-mail address of a colleague or your manager"),
        filters=[one_line],
        validators=[DataRequired(_REQUIRED), Length(max=254), Email(_l("This is not an e-mail address."))],
    )


class ContestForm(FlaskForm):
    words = _words(_l("What is wrong, and what should be looked at?"), contesting.LONGEST)


class AnswerForm(FlaskForm):
    words = _words(_l("Your answer"), contesting.LONGEST)


class ConfirmationForm(FlaskForm):
    level = StringField(  # shown as a choice among the four descriptions
        _l("Which of these have you seen?"),
        validators=[AnyOf([str(each) for each in LEVELS], _l("Choose the description that fits best."))],
    )
    words = _words(_l("What have you seen?"), confirming.LONGEST)


class PlacementForm(FlaskForm):
    words = StringField(
        _l("Which job, where, and for how long"),
        filters=[one_line],
        validators=[DataRequired(_REQUIRED), Length(max=registering.LONGEST, message=_TOO_LONG)],
    )
    ended_on = DateField(_l("Last day in that job"), validators=[DataRequired(_l("Write a date."))])
    competences = SelectMultipleField(
        _l("What it trained"), coerce=int, validators=[DataRequired(_l("Choose at least one."))]
    )
    key = HiddenField(validators=[Length(max=64)])

    @property
    def day(self) -> date:
        assert isinstance(self.ended_on.data, date)
        return self.ended_on.data


class WithdrawForm(FlaskForm):
    reason = StringField(
        _l("Why it must not count"),
        filters=[one_line],
        validators=[DataRequired(_REQUIRED), Length(max=registering.LONGEST, message=_TOO_LONG)],
    )
