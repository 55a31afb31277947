"""The forms of this room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from learning import clock
from learning.development.goals import LONGEST, MOST_YEARS, Content, Goal, GoalDraft, Way
from learning.development.wording import way_name

_TOO_LONG = _l("Use at most %(max)d characters.")


def _tidy(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip()


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
        filters=[_tidy],
        validators=[
            DataRequired(_l("Write what you will do.")), Length(max=LONGEST, message=_TOO_LONG),
        ],
    )  # fmt: skip
    seen = TextAreaField(
        _l("How you and others will see that you are there"),
        filters=[_tidy],
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
