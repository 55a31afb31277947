"""The forms of this room."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from learning.needs import wording
from learning.needs.measures import MOST_COST, MeasureDraft
from learning.needs.models import Consequence, MeasureKind, MeasureState
from learning.needs.setting import LONGEST_WORDS, MOST_PEOPLE, Wish
from learning.tidying import one_line, paragraphs

_REQUIRED = _l("This must be filled in.")
_TOO_LONG = _l("At most %(max)d characters.")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


def _sensible_year(form: Form, field: Any) -> None:
    """A slip such as 0026 for 2026 should not become a date."""
    if field.data and not date(2000, 1, 1) <= field.data <= date(2100, 12, 31):
        raise ValidationError(str(_l("Write a year between 2000 and 2100.")))


class NeedForm(FlaskForm):
    """One need in full. Level "inherit" takes it away."""

    level = RadioField(_l("Level that is needed"))
    who = RadioField(_l("Who needs it"), default="share")
    share = IntegerField(_l("Per cent of the people"), validators=[Optional()])
    number = IntegerField(_l("Number of people"), validators=[Optional()])
    consequence = RadioField(_l("What if it is missing?"), default=Consequence.MEDIUM.value)
    words = TextAreaField(
        _l("What it would mean, in your own words (may be left open)"),
        validators=[Length(max=LONGEST_WORDS, message=_TOO_LONG)],
        filters=[one_line],
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.level.choices = [
            ("inherit", gettext("Nothing is said here: what the unit above says counts")),
            *((str(level), wording.level_words(level)) for level in range(5)),
        ]
        self.who.choices = [("share", gettext("A share of them")), ("number", gettext("A number of them"))]
        self.consequence.choices = [
            (each.value, f"{wording.consequence_words(each)}: {wording.consequence_help(each)}") for each in Consequence
        ]

    def validate_share(self, field: IntegerField) -> None:
        if self.who.data == "share" and self.level.data != "inherit" and not 1 <= (field.data or 0) <= 100:
            raise ValidationError(gettext("Write a whole number from 1 to %(most)d.", most=100))

    def validate_number(self, field: IntegerField) -> None:
        if self.who.data == "number" and self.level.data != "inherit" and not 1 <= (field.data or 0) <= MOST_PEOPLE:
            raise ValidationError(gettext("Write a whole number from 1 to %(most)d.", most=MOST_PEOPLE))

    @property
    def wish(self) -> Wish | None:
        """The need in a valid form; None for nothing."""
        if self.level.data == "inherit":
            return None
        is_share = self.who.data == "share"
        return Wish(
            int(self.level.data), self.share.data if is_share else None, None if is_share else self.number.data,
            Consequence(self.consequence.data), self.words.data or "",
        )  # fmt: skip


def need_values(wish: Wish | None) -> dict[str, Any]:
    """The fields of the form as a need stands."""
    if wish is None:
        return {"level": "inherit", "who": "share", "share": 100, "consequence": Consequence.MEDIUM.value}
    return {
        "level": str(wish.level), "who": "number" if wish.number else "share", "share": wish.share,
        "number": wish.number, "consequence": wish.consequence.value, "words": wish.words,
    }  # fmt: skip


class MeasureForm(FlaskForm):
    """A measure; ``revision`` is the one that the form was filled in with."""

    request_key = HiddenField()
    revision = HiddenField()
    kind = RadioField(_l("Kind of measure"), validators=[InputRequired(_l("Choose a kind."))])
    words = TextAreaField(
        _l("What is to be done"),
        validators=[DataRequired(_REQUIRED), Length(max=1000, message=_TOO_LONG)],
        filters=[paragraphs],
    )
    owner = StringField(_l("Owner's e-mail address"), validators=[DataRequired(_REQUIRED)], filters=[one_line])
    cost = StringField(_l("Cost in kroner (may be left open)"))
    deadline = DateField(_l("Deadline"), validators=[DataRequired(_l("Write a date.")), _sensible_year])
    state = SelectField(_l("State"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [
            (each.value, f"{wording.kind_words(each)}: {wording.kind_help(each)}") for each in MeasureKind
        ]
        self.state.choices = [(each.value, wording.state_words(each)) for each in MeasureState]

    def validate_cost(self, field: StringField) -> None:
        if (field.data or "").strip() and self.kroner is None:
            raise ValidationError(gettext("Write the cost in whole kroner, such as 25 000."))

    @property
    def kroner(self) -> int | None:
        """The cost; spaces between the thousands are passed over."""
        text = _SPACES.sub("", self.cost.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= MOST_COST else None

    def draft(self, owner_id: int) -> MeasureDraft:
        """What a valid form says."""
        return MeasureDraft(
            MeasureKind(self.kind.data), self.words.data, owner_id, self.kroner, self.deadline.data,
            MeasureState(self.state.data),
        )  # fmt: skip


class DecisionForm(FlaskForm):
    request_key = HiddenField()
    decided_on = DateField(_l("Decided on"), validators=[DataRequired(_l("Write a date.")), _sensible_year])
    body = StringField(
        _l("Who decided"),
        validators=[DataRequired(_REQUIRED), Length(max=100, message=_TOO_LONG)],
        filters=[one_line],
    )
    words = TextAreaField(
        _l("What was decided"),
        validators=[DataRequired(_REQUIRED), Length(max=2000, message=_TOO_LONG)],
        filters=[paragraphs],
    )


class ScenarioForm(FlaskForm):
    """Who is thought to leave, and a name when it is to be kept."""

    who = RadioField(_l("Who leaves?"))
    people = TextAreaField(_l("E-mail addresses, one a line"))
    leaving_unit = SelectField(_l("Unit"), coerce=int)
    before = DateField(_l("Before"), validators=[Optional(), _sensible_year])
    number = IntegerField(
        _l("How many"), validators=[Optional(), NumberRange(1, MOST_PEOPLE, _l("Write a whole number of people."))]
    )
    name = StringField(_l("Name of the scenario"), validators=[Length(max=100, message=_TOO_LONG)], filters=[one_line])
