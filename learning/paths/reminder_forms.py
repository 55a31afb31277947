"""The form of a line of a plan of reminders."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, ValidationError

from learning.paths.forms import whole_number
from learning.paths.reminder_plans import MOST_DAYS, Line, Timing, Who


class LineForm(FlaskForm):
    """``line`` is what it asks for, once it is valid."""

    timing = SelectField(
        _l("When"),
        choices=[
            (Timing.BEFORE.value, _l("Days before the due date")),
            (Timing.ON.value, _l("On the due date")),
            (Timing.AFTER.value, _l("Days after the due date")),
        ],
    )
    days = StringField(_l("Number of days"), render_kw={"inputmode": "numeric", "size": 6})
    who = SelectField(
        _l("To"),
        choices=[(Who.LEARNER.value, _l("The learner")), (Who.MANAGER.value, _l("The learner's line manager"))],
    )

    def validate_days(self, field: Field) -> None:
        written = (field.data or "").strip()
        if self.timing.data == Timing.ON.value:
            if written not in ("", "0"):
                raise ValidationError(
                    gettext("On the due date there is no number of days. Empty it, or choose days before or after.")
                )
        elif whole_number(written, MOST_DAYS) is None:
            raise ValidationError(gettext("The number of days must be from 1 to %(most)d.", most=MOST_DAYS))

    @property
    def line(self) -> Line:
        timing = Timing(self.timing.data)
        days = 0 if timing is Timing.ON else whole_number(self.days.data or "", MOST_DAYS) or 0
        return Line(timing, days, Who(self.who.data))


def add_fault(field: Any, message: str) -> None:
    """Say of a field what only the database could tell."""
    field.errors = [*field.errors, message]
