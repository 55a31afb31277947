"""The page where an agency's administrator makes and revokes tokens for other systems."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access import api_tokens
from learning.access.api_tokens import MadeLongAgo
from learning.access.guard import requires, signed_in_actor
from learning.access.models import ApiToken, TokenPurpose
from learning.access.policy import Permission
from learning.database import db
from learning.provisioning.forms import TokenForm, in_a_year
from learning.provisioning.scim_views import address

blueprint = Blueprint("tokens", __name__)


def _page(form: TokenForm, made: tuple[ApiToken, str] | None = None) -> str:
    return render_template(
        "provisioning/tokens.html", agency=g.agency, form=form, made=made, address=address(),
        tokens=api_tokens.in_agency(db.session, g.agency.id), is_open=api_tokens.is_open,
    )  # fmt: skip


def _empty_form() -> TokenForm:
    form = TokenForm(formdata=None)
    form.key.data, form.expires_on.data = api_tokens.new_key(), in_a_year()
    return form


@blueprint.route("/agency/<agency_slug>/integrations", methods=["GET", "POST"])
@requires(Permission.MANAGE_INTEGRATIONS)
def tokens(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    """The agency's tokens; make one. Its secret is in the answer, and nowhere later."""
    if request.method == "GET":
        return _page(_empty_form())
    form = TokenForm()
    if not form.validate_on_submit():
        form.key.data = form.key.data or api_tokens.new_key()
        return _page(form), 422
    try:
        made = api_tokens.make(
            db.session, g.agency.id, signed_in_actor().person_id, form.key.data, name=form.name.data,
            purpose=TokenPurpose.SCIM, expires_on=form.expires_on.data, sends_invitations=form.sends_invitations.data,
        )  # fmt: skip
    except MadeLongAgo:
        flash(gettext("This token was made earlier and is not shown again. Make a new one if it was not kept."))
        return redirect(url_for("tokens.tokens", agency_slug=agency_slug), 303)
    return _page(_empty_form(), made)


@blueprint.route("/agency/<agency_slug>/integrations/<int:token_id>/revoke", methods=["GET", "POST"])
@requires(Permission.MANAGE_INTEGRATIONS)
def revoke(agency_slug: str, token_id: int) -> AnyResponse | str:
    """Ask, then revoke a token."""
    token = api_tokens.token_in(db.session, g.agency.id, token_id)
    if token is None:
        abort(404)
    if request.method == "GET":
        return render_template("provisioning/revoke.html", agency=g.agency, token=token)
    api_tokens.revoke(db.session, token, signed_in_actor().person_id)
    flash(gettext("The token is revoked. Whoever uses it is refused from now on."))
    return redirect(url_for("tokens.tokens", agency_slug=agency_slug), 303)
