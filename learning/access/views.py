"""Signing in and out, one's account, and roles."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from learning.access import audit, identity_providers, linking, password_links
from learning.access import roles as role_rules
from learning.access.forms import ForgottenForm, NewPasswordForm, PasswordForm, RoleForm, SignInForm
from learning.access.guard import public, requires, signed_in, signed_in_actor
from learning.access.models import Role
from learning.access.password_policy import may_use_password
from learning.access.policy import Permission, may
from learning.access.sign_in import (
    CAME_BY,
    SignedInUser,
    SignInRefused,
    TooManyTries,
    check_password,
    has_password,
    set_password,
)
from learning.database import db, keep_on_error
from learning.organisation import people as people_rules
from learning.organisation.models import Agency
from learning.organisation.wording import role_name

blueprint = Blueprint("access", __name__)
YEAR = 365 * 24 * 3600


def safe_next(target: str | None) -> str:
    """A page on this site to go on to; the start page for anything else.

    An address that only takes forms is no page: somebody signed out while filling one in lands on the start page.
    """
    start = url_for("front.start")
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return start
    try:
        parts = urlsplit(target)
        current_app.url_map.bind("").match(unquote(parts.path), method="GET")
    except (ValueError, HTTPException):
        return start
    return start if parts.scheme or parts.netloc else target


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> AnyResponse | str | tuple[str, int]:
    """Sign in with address and password; in demo mode the page offers the demo's people."""
    form = SignInForm()
    fault, code, employers = None, 200, []
    target = request.values.get("next")
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(safe_next(target), 303)
    if request.form.get("way") == "employer":
        return _to_employer(form, target)
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            try:
                account = check_password(
                    db.session,
                    form.email.data or "",
                    form.password.data or "",
                    address=request.remote_addr or "",
                    tries=current_app.config["SETTINGS"].sign_in_tries,
                )
            except SignInRefused:
                keep_on_error()
                fault = gettext("The address or the password is wrong.")
                employers = list(identity_providers.employers_by_address(db.session, form.email.data or ""))
            except TooManyTries:
                fault, code = gettext("Too many failed tries. Wait 15 minutes, then try again."), 429
            else:
                session.clear()
                session.permanent = True
                login_user(SignedInUser(account))
                return redirect(safe_next(target), 303)
    return _sign_in_page(form, target, fault, employers), code


def _sign_in_page(form: SignInForm, target: str | None, fault: str | None, employers: list[Agency]) -> str:
    """``employers`` are those whose sign-in the page points to, by the domain of the address alone."""
    demo = current_app.config.get("DEMO_SIGN_INS", []) if current_app.config["SETTINGS"].demo else []
    return render_template(
        "access/sign_in.html", form=form, fault=fault, next=target or "", demo=demo, employers=employers,
        has_providers=identity_providers.any_enabled(db.session),
    )  # fmt: skip


def _to_employer(form: SignInForm, target: str | None) -> AnyResponse | str | tuple[str, int]:
    """On to the sign-in of the employer whose domain the address has. Whether anybody has the address is not asked."""
    address = (form.email.data or "").strip()
    if not address:
        form.email.errors = [gettext("Write your e-mail address.")]
        return _sign_in_page(form, target, None, []), 422
    employers = list(identity_providers.employers_by_address(db.session, address))
    if not employers:
        form.email.errors = [gettext("No employer's sign-in is known for addresses like this one.")]
        return _sign_in_page(form, target, None, []), 422
    if len(employers) == 1:
        return redirect(url_for("oidc.employer", agency_slug=employers[0].slug, next=target or None), 303)
    return _sign_in_page(form, target, None, employers)


@blueprint.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> AnyResponse | str | tuple[str, int]:
    """Ask for a link to choose a new password; the answer is the same whoever's the address is, or nobody's."""
    form = ForgottenForm()
    fault, code = None, 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            try:
                password_links.ask(
                    db.session,
                    form.email.data or "",
                    address=request.remote_addr or "",
                    tries=current_app.config["SETTINGS"].sign_in_tries,
                )
            except TooManyTries:
                fault, code = gettext("Too many tries. Wait 15 minutes, then try again."), 429
            else:
                flash(gettext("If the address is known here, a mail with a link is on its way. Look in your inbox."))
                if identity_providers.employers_by_address(db.session, form.email.data or ""):
                    flash(gettext("If your employer has done away with passwords, no mail comes: use its sign-in."))
                return redirect(url_for("access.sign_in"), 303)
    return render_template("access/forgotten.html", form=form, fault=fault), code


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
def choose_password(token: str) -> AnyResponse | str | tuple[str, int]:
    """Choose a password with a link from a mail. Opening it changes nothing: mail programs do that too."""
    form = NewPasswordForm()
    code = 200
    try:
        person = password_links.person_of(db.session, token)
        if request.method == "POST":
            code = 422
            if form.validate_on_submit():
                account = password_links.choose(db.session, token, form.new.data or "")
                session.clear()
                session.permanent = True
                login_user(SignedInUser(account))
                flash(gettext("Your password is saved, and you are signed in."))
                return redirect(url_for("front.start"), 303)
    except password_links.OldLink:
        return render_template("access/old_link.html"), 404
    return render_template("access/choose_password.html", form=form, person=person, token=token), code


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End this session. Somebody who came by a provider is told how to end it there too."""
    came_by = session.get(CAME_BY) if current_user.is_authenticated else None
    logout_user()
    session.clear()
    if came_by is None:
        return redirect(url_for("front.start"), 303)
    session[CAME_BY] = came_by
    return redirect(url_for("oidc.signed_out"), 303)


@blueprint.post("/language")
@public
def language() -> AnyResponse:
    """Choose the interface language: a cookie, and the person's own when signed in."""
    wish = request.form.get("language", "")
    response = redirect(safe_next(request.form.get("next")), 303)
    if wish in current_app.config["SETTINGS"].interface_languages:
        response.set_cookie("language", wish, max_age=YEAR, samesite="Lax", httponly=True)
        if current_user.is_authenticated:
            current_user.person.language = wish
    return response


@blueprint.post("/theme")
@public
def theme() -> AnyResponse:
    """Choose light or dark colours, or what the device says."""
    wish = request.form.get("theme", "")
    response = redirect(safe_next(request.form.get("next")), 303)
    if wish in ("auto", "light", "dark"):
        response.set_cookie("theme", wish, max_age=YEAR, samesite="Lax", httponly=True)
    return response


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> AnyResponse | str | tuple[str, int]:
    """One's own account; change the password."""
    form = PasswordForm()
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            person = current_user.person
            try:
                check_password(
                    db.session,
                    person.email,
                    form.current.data or "",
                    address=request.remote_addr or "",
                    tries=current_app.config["SETTINGS"].sign_in_tries,
                )
            except SignInRefused:
                keep_on_error()
                form.current.errors = [gettext("The password is wrong.")]
            except TooManyTries:
                form.current.errors = [gettext("Too many failed tries. Wait 15 minutes, then try again.")]
            else:
                changed = set_password(db.session, person, form.new.data or "")
                audit.record(
                    db.session, "password.changed", subject_type="person", subject_id=person.id, actor_id=person.id,
                    agency_id=None,
                )  # fmt: skip
                login_user(SignedInUser(changed))  # this session goes on; all others end
                flash(gettext("Your password is changed. You are signed out everywhere else."))
                return redirect(url_for("access.account"), 303)
    person_id = signed_in_actor().person_id
    return render_template(
        "access/account.html", form=form, may_use_password=may_use_password(db.session, person_id),
        has_password=has_password(db.session, person_id), links=linking.links_of(db.session, person_id),
        offered=linking.to_connect(db.session, person_id),
    ), code  # fmt: skip


def _role_form(**fields: Any) -> RoleForm:
    form = RoleForm(**fields)
    form.role.choices = [(role.value, role_name(role.value)) for role in role_rules.GRANTABLE]
    return form


def _roles_page(form: RoleForm, fault: str | None = None) -> str:
    held = role_rules.grants_in(db.session, g.agency.id)
    here = people_rules.members_among(db.session, g.agency.id, [each.person_id for each in held])
    return render_template(
        "access/roles.html", agency=g.agency, form=form, held=held, role_name=role_name, members=here, fault=fault,
        may_see_people=may(signed_in_actor(), Permission.SEE_PEOPLE, g.agency.id),
    )  # fmt: skip


@blueprint.route("/agency/<agency_slug>/roles", methods=["GET", "POST"])
@requires(Permission.GRANT_ROLES)
def roles(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    """Who has which role in the agency; give one."""
    form = _role_form()
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            person = people_rules.member(db.session, g.agency.id, form.email.data or "")
            if person is None:
                form.email.errors = [gettext("Nobody with a position in this agency has that address.")]
            else:
                new = role_rules.grant_role(
                    db.session, g.agency.id, person, Role(form.role.data), signed_in_actor().person_id
                )
                if new:
                    flash(gettext("%(name)s now has the role.", name=person.name))
                else:
                    flash(gettext("%(name)s has the role already.", name=person.name))
                return redirect(url_for("access.roles", agency_slug=agency_slug), 303)
    return _roles_page(form), code


@blueprint.post("/agency/<agency_slug>/roles/<int:grant_id>/end")
@requires(Permission.GRANT_ROLES)
def end_role(agency_slug: str, grant_id: int) -> AnyResponse | tuple[str, int]:
    """End a role from now on; not one's own as administrator, nor the last one's."""
    held = role_rules.grant_in(db.session, g.agency.id, grant_id)
    if held is None:
        abort(404)
    try:
        role_rules.end_role(db.session, held, signed_in_actor().person_id)
    except role_rules.OwnAdministration:
        fault = gettext("You cannot end your own role as administrator. Another administrator must do it.")
        return _roles_page(_role_form(formdata=None), fault), 409
    except role_rules.LastAdministrator:
        fault = gettext("The agency would be without an administrator. Give the role to somebody else first.")
        return _roles_page(_role_form(formdata=None), fault), 409
    flash(gettext("The role is ended."))
    return redirect(url_for("access.roles", agency_slug=agency_slug), 303)
