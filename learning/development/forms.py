"""The forms of this room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from learning import clock
from learning.development import conversations
from learning.development.goals import LONGEST, MOST_YEARS, Content, GoalDraft, Way
from learning.development.models import Goal
from learning.development.wording import way_name
from learning.tidying import paragraphs

_TOO_LONG = _l("Use at most %(max)d characters.")


class GoalForm(FlaskForm):
    """A goal. ``before`` is the day it has already, which may have gone by."""

    level = RadioField(
        _l("The level you want to reach"),
        coerce=int,
        choices=[(each, str(each)) for each in (1, 2, 3, 4)],
        validators=[InputRequired(_l("Choose a level."))],
    )
    by_day = DateField(_l("By which day"), validators=[DataRequired(_l("Write a date, such as 2027-03-01."))])
    courses = SelectMultipleField(_l("Courses that build it"))
    ways = SelectMultipleField(_l("What else you will do"))
    words = TextAreaField(
        _l("What you will do, in your own words"),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Write what you will do.")), Length(max=LONGEST, message=_TOO_LONG),
        ],
    )  # fmt: skip
    seen = TextAreaField(
        _l("How you and others will see that you are there"),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Write how it will be seen.")), Length(max=LONGEST, message=_TOO_LONG),
        ],
    )  # fmt: skip
    key = HiddenField()
    revision = HiddenField()

    def __init__(self, *args: Any, courses: list[tuple[str, str]], before: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = before
        self.courses.choices = courses
        self.ways.choices = [(each.value, way_name(each)) for each in Way]

    def validate_by_day(self, field: DateField) -> None:
        today = clock.today()
        if not field.data or field.data == self.before:
            return
        if field.data < today:
            raise ValidationError(str(gettext("The day has gone by. Choose today or later.")))
        if field.data > today + timedelta(days=366 * MOST_YEARS):
            raise ValidationError(str(gettext("Choose a day within the next five years.")))

    @property
    def draft(self) -> GoalDraft:
        assert self.by_day.data is not None
        content = Content(
            tuple(self.courses.data or ()), tuple(Way(each) for each in self.ways.data or ()),
            self.words.data or "", self.seen.data or "",
        )  # fmt: skip
        return GoalDraft(int(self.level.data), self.by_day.data, content)


def values_of(goal: Goal, content: Content) -> dict[str, Any]:
    """What a goal's form holds to begin with."""
    return {
        "level": goal.level, "by_day": goal.by_day, "courses": list(content.courses),
        "ways": [each.value for each in content.ways], "words": content.words, "seen": content.seen,
        "revision": str(goal.revision),
    }  # fmt: skip


class ConversationForm(FlaskForm):
    """What the two will talk about, and on which day."""

    planned_on = DateField(_l("Planned for"), validators=[DataRequired(_l("Write a date, such as 2027-03-01."))])
    frameworks = SelectMultipleField(
        _l("Frameworks to talk about"), coerce=int, validators=[DataRequired(_l("Choose at least one framework."))]
    )

    def __init__(self, *args: Any, frameworks: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frameworks.choices = frameworks

    def validate_planned_on(self, field: DateField) -> None:
        check_planned(field.data)


class DayForm(FlaskForm):
    """A new day for a conversation."""

    planned_on = DateField(_l("A new day"), validators=[DataRequired(_l("Write a date, such as 2027-03-01."))])

    def validate_planned_on(self, field: DateField) -> None:
        check_planned(field.data)


def check_planned(day: date | None) -> None:
    """Raises ValidationError for a day that has gone by or is more than two years ahead."""
    today = clock.today()
    if day is not None and day < today:
        raise ValidationError(str(gettext("The day has gone by. Choose today or later.")))
    if day is not None and day > today + timedelta(days=731):
        raise ValidationError(str(gettext("Choose a day within the next two years.")))


class NotesForm(FlaskForm):
    """The notes of a conversation, as the writer saw them at ``revision``."""

    words = TextAreaField(
        _l("What you have agreed"),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Write what you have agreed.")), Length(max=conversations.LONGEST, message=_TOO_LONG),
        ],
    )  # fmt: skip
    revision = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class EndForm(FlaskForm):
    """Whether the conversation was held, and on which day."""

    was_held = RadioField(
        _l("Was the conversation held?"),
        choices=[("yes", _l("Yes")), ("no", _l("No, it came to nothing"))],
        validators=[InputRequired(_l("Choose whether it was held."))],
    )
    held_on = DateField(_l("The day it was held"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A day is needed when it was held: the field's own rules are passed over when it is empty."""
        found: bool = super().validate(extra_validators)
        if self.was_held.data == "yes" and self.held_on.data is None and not self.held_on.errors:
            self.held_on.errors = [gettext("Write the day it was held.")]
            return False
        return found

    def validate_held_on(self, field: DateField) -> None:
        if self.was_held.data != "yes":
            return
        if field.data > clock.today():
            raise ValidationError(str(gettext("That day is still to come.")))
        if field.data.year < 2000:
            raise ValidationError(str(gettext("Write a year from 2000 on.")))

    @property
    def day(self) -> date | None:
        return self.held_on.data if self.was_held.data == "yes" else None
