"""The forms of this room."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, Field, RadioField, ValidationError
from wtforms.validators import StopValidation

from learning import clock
from learning.people_files.reading import LARGEST
from learning.people_files.steps import Missing, Options

FARTHEST = timedelta(days=366)


def _when_ending(form: FlaskForm, field: Field) -> None:
    """A last day is asked for only where positions are to end, and must be near."""
    if form.missing.data != Missing.END.value:
        field.errors = []
        raise StopValidation
    if not (field.raw_data and field.raw_data[0]):
        field.errors = []
        raise StopValidation(str(_l("Write their last day.")))
    if field.data is None:
        raise StopValidation
    if abs(field.data - clock.today()) > FARTHEST:
        raise ValidationError(str(_l("Write a date within a year from today.")))


class UploadForm(FlaskForm):
    file = FileField(_l("The file"), validators=[FileRequired(_l("Choose a file."))])
    missing = RadioField(
        _l("People who are not in the file"),
        choices=[(Missing.LEAVE.value, _l("Leave them alone")), (Missing.END.value, _l("End their positions"))],
        default=Missing.LEAVE.value,
    )
    end_on = DateField(_l("Their last day"), validators=[_when_ending])
    invite = BooleanField(_l("Invite new people by mail to choose a password"))

    def validate_file(self, field: FileField) -> None:
        """10 MB at most; ``content`` then holds the bytes."""
        self.content: bytes = field.data.read(LARGEST + 1)
        if len(self.content) > LARGEST:
            raise ValidationError(str(_l("The file is larger than 10 MB. Split it, or save it as CSV.")))

    @property
    def options(self) -> Options:
        """What a valid form chose."""
        missing = Missing(self.missing.data)
        return Options(missing, self.end_on.data if missing is Missing.END else None, bool(self.invite.data))
