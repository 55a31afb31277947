"""The forms of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField
from wtforms.validators import DataRequired, EqualTo, Length

from learning.access.sign_in import SHORTEST_PASSWORD


class SignInForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"), validators=[DataRequired(_l("Write your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), validators=[DataRequired(_l("Write your password.")), Length(max=1000)])


class ForgottenForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"), validators=[DataRequired(_l("Write your e-mail address.")), Length(max=254)]
    )


def _new_password() -> PasswordField:
    message = _l("Use at least 12 characters. A few words in a row are good.")
    return PasswordField(_l("New password"), validators=[Length(min=SHORTEST_PASSWORD, max=1000, message=message)])


def _again() -> PasswordField:
    return PasswordField(_l("New password again"), validators=[EqualTo("new", _l("The two are not alike."))])


class PasswordForm(FlaskForm):
    current = PasswordField(
        _l("Current password"), validators=[DataRequired(_l("Write your password.")), Length(max=1000)]
    )
    new = _new_password()
    again = _again()


class NewPasswordForm(FlaskForm):
    new = _new_password()
    again = _again()


class RoleForm(FlaskForm):
    email = EmailField(_l("E-mail address"), validators=[DataRequired(_l("Write an e-mail address.")), Length(max=254)])
    role = SelectField(_l("Role"))
