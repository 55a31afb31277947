"""The forms of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from learning import clock
from learning.catalogue.frameworks import LANGUAGES
from learning.culture.campaigns import LONGEST, CampaignDraft
from learning.culture.measures import MeasureDraft
from learning.culture.models import Became
from learning.culture.wording import became_name
from learning.tidying import one_line, paragraphs

_REQUIRED = _l("This must be filled in.")
_DATE = _l("Write a date.")


def _most(longest: int) -> Length:
    return Length(max=longest, message=_l("At most %(max)d characters."))


class CampaignForm(FlaskForm):
    """``units.choices`` are the agency's units."""

    request_key = HiddenField()
    confirmed = HiddenField()
    name = StringField(_l("Name"), validators=[DataRequired(_REQUIRED), _most(200)], filters=[one_line])
    units = SelectMultipleField(_l("Units"), coerce=int, validators=[DataRequired(_l("Choose at least one unit."))])
    opens_on = DateField(_l("Opens"), validators=[DataRequired(_DATE)])
    closes_on = DateField(_l("Last day to answer"), validators=[DataRequired(_DATE)])
    languages = SelectMultipleField(_l("Languages"), validators=[DataRequired(_l("Choose at least one language."))])
    message = TextAreaField(
        _l("To those who are asked (may be left open)"), validators=[_most(2000)], filters=[paragraphs]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages.choices = [(each, each) for each in LANGUAGES]

    def validate_opens_on(self, field: DateField) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + timedelta(days=365):
            raise ValidationError(gettext("Choose today or a day within a year."))

    def validate_closes_on(self, field: DateField) -> None:
        if not field.data or not self.opens_on.data:
            return
        if not timedelta(0) < field.data - self.opens_on.data <= LONGEST:
            raise ValidationError(
                gettext("The last day must come after the first, at most %(days)d days later.", days=LONGEST.days)
            )

    @property
    def draft(self) -> CampaignDraft:
        """The campaign in a valid form."""
        return CampaignDraft(
            self.name.data, self.message.data or "", tuple(sorted(self.units.data)), tuple(self.languages.data),
            self.opens_on.data, self.closes_on.data,
        )  # fmt: skip


class MeasureForm(FlaskForm):
    request_key = HiddenField()
    text = StringField(_l("What you will change"), validators=[DataRequired(_REQUIRED), _most(500)], filters=[one_line])
    owner = StringField(_l("Who sees to it"), validators=[DataRequired(_REQUIRED), _most(120)], filters=[one_line])
    due_on = DateField(_l("Done by"), validators=[DataRequired(_DATE)])
    scale = SelectField(_l("What it is about"))

    def validate_due_on(self, field: DateField) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + timedelta(days=3 * 365):
            raise ValidationError(gettext("Choose today or a day within three years."))

    @property
    def draft(self) -> MeasureDraft:
        return MeasureDraft(self.text.data, self.owner.data, self.due_on.data, self.scale.data)


class FollowUpForm(FlaskForm):
    became = SelectField(_l("What became of it"))
    said = StringField(_l("In a few words (may be left open)"), validators=[_most(500)], filters=[one_line])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.became.choices = [(each.value, became_name(each)) for each in Became]
