"""The forms of this room."""

from __future__ import annotations

import base64
import binascii

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from learning.competences.own_files import LARGEST
from learning.tidying import one_line


class FrameworkFileForm(FlaskForm):
    """A file with the framework's name, which an agency's framework that exists already keeps when none is written.

    A file that is too large is told so when it is read.
    """

    name = StringField(
        _l("The framework's name"),
        filters=[one_line],
        validators=[Length(max=100, message=_l("Write 100 characters at most."))],
    )
    about = TextAreaField(
        _l("What it is, in two or three sentences"),
        filters=[one_line],
        validators=[Length(max=1000, message=_l("Write 1000 characters at most."))],
    )
    file = FileField(_l("The file"), validators=[FileRequired(_l("Choose a file."))])

    @property
    def content(self) -> bytes:
        self.file.data.seek(0)
        return bytes(self.file.data.read(LARGEST + 1))


class ConfirmForm(FrameworkFileForm):
    """The same again, with the file as text, from the page that showed what it would do.

    ``before`` is the id of the version that was compared with, or empty.
    """

    file = None
    packed = HiddenField(validators=[DataRequired()])
    before = HiddenField()

    @property
    def content(self) -> bytes:
        """The file; empty when what was sent is no file of ours."""
        try:
            return base64.b64decode(self.packed.data or "", validate=True)
        except (binascii.Error, ValueError):
            return b""


def pack(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
