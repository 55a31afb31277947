"""How an agency's people sign in: its providers of identity, and whether passwords are allowed."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access import identity_providers, oidc, password_policy
from learning.access.guard import requires, signed_in_actor
from learning.access.identity_providers import IssuerInUse, ProviderTaken
from learning.access.models import IdentityProvider
from learning.access.oidc import ProviderFault
from learning.access.password_policy import NoWayIn
from learning.access.policy import Permission
from learning.access.wording import trial_sentence
from learning.administration.sign_in_forms import ProviderForm
from learning.database import db

blueprint = Blueprint("sign_in_settings", __name__)


def _found(provider_id: int) -> IdentityProvider:
    provider = identity_providers.provider_in(db.session, g.agency.id, provider_id)
    if provider is None:
        abort(404)
    return provider


def _page(fault: str | None = None) -> str:
    return render_template(
        "administration/sign_in.html", agency=g.agency, fault=fault,
        providers=identity_providers.providers_of(db.session, g.agency.id),
        linked=identity_providers.people_linked(db.session, g.agency.id),
        passwords_allowed=password_policy.passwords_allowed(db.session, g.agency.id),
        bookmark=f"{current_app.config['SETTINGS'].base_url}{url_for('oidc.employer', agency_slug=g.agency.slug)}",
    )  # fmt: skip


def _form_page(form: ProviderForm, provider: IdentityProvider | None) -> str:
    return render_template(
        "administration/provider_form.html", agency=g.agency, form=form, provider=provider,
        redirect_uri=identity_providers.redirect_uri(g.agency.slug), return_to=identity_providers.return_to(),
    )  # fmt: skip


def _would_lock_out() -> str:
    return str(
        gettext(
            "Passwords are switched off, and this is the only sign-in that you have used yourself. Allow passwords "
            "first, or sign in with another one."
        )
    )


@blueprint.get("/agency/<agency_slug>/sign-in")
@requires(Permission.MANAGE_SIGN_IN)
def providers(agency_slug: str) -> str:
    """The agency's providers, and whether passwords are allowed."""
    return _page()


@blueprint.route("/agency/<agency_slug>/sign-in/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SIGN_IN)
def new_provider(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    """Add a provider; it is tried before it is switched on."""
    form = ProviderForm()
    if request.method == "GET":
        form.scopes.data = "openid profile email"
        return _form_page(form, None)
    if form.validate_on_submit():
        try:
            provider = identity_providers.add(db.session, g.agency.id, form.facts(), signed_in_actor().person_id)
        except ProviderTaken:
            form.client_id.errors = [gettext("This agency has a sign-in with that issuer and client ID already.")]
        else:
            flash(gettext("The sign-in is saved. It is switched off until you switch it on."))
            return redirect(_to_trial(provider), 303)
    return _form_page(form, None), 422


def _to_trial(provider: IdentityProvider) -> str:
    return url_for("sign_in_settings.try_provider", agency_slug=g.agency.slug, provider_id=provider.id)


@blueprint.route("/agency/<agency_slug>/sign-in/<int:provider_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SIGN_IN)
def edit_provider(agency_slug: str, provider_id: int) -> AnyResponse | str | tuple[str, int]:
    """Change a provider. Its secret is never shown again; an empty field keeps it."""
    provider = _found(provider_id)
    shown = ("name", "issuer", "client_id", "verifies_addresses", "scopes", "acr_values")  # never the secret
    values = {name: getattr(provider, name) for name in shown}
    values["domains"] = "\n".join(each.domain for each in provider.domains)
    form = ProviderForm(data=values, secret_is_stored=True)
    if request.method == "GET":
        return _form_page(form, provider)
    if form.validate_on_submit():
        try:
            identity_providers.change(db.session, provider, form.facts(), signed_in_actor().person_id)
        except ProviderTaken:
            form.client_id.errors = [gettext("This agency has a sign-in with that issuer and client ID already.")]
        except IssuerInUse:
            form.issuer.errors = [
                gettext(
                    "People have signed in with this issuer and client ID, so these two stay. Add another sign-in "
                    "instead, and remove this one afterwards."
                )
            ]
        else:
            flash(gettext("The changes are saved."))
            return redirect(_to_trial(provider), 303)
    return _form_page(form, provider), 422


@blueprint.get("/agency/<agency_slug>/sign-in/<int:provider_id>/try")
@requires(Permission.MANAGE_SIGN_IN)
def try_provider(agency_slug: str, provider_id: int) -> str:
    """Ask the provider about itself now, and say what it answers."""
    provider = _found(provider_id)
    metadata, keys, fault, detail = None, 0, None, ""
    try:
        metadata = oidc.discover(provider.issuer, at_most=timedelta(0))
        keys = len(oidc.signing_keys(metadata, timedelta(0)).keys)
    except ProviderFault as found:
        metadata, fault, detail = None, trial_sentence(found.fault), found.detail
    return render_template(
        "administration/provider_trial.html", agency=g.agency, provider=provider, metadata=metadata, keys=keys,
        fault=fault, detail=detail,
    )  # fmt: skip


@blueprint.post("/agency/<agency_slug>/sign-in/<int:provider_id>/switch")
@requires(Permission.MANAGE_SIGN_IN)
def switch_provider(agency_slug: str, provider_id: int) -> AnyResponse | tuple[str, int]:
    """Switch a provider on (``on=yes``) or off (``on=no``)."""
    provider = _found(provider_id)
    wish = request.form.get("on")
    if wish not in ("yes", "no"):
        return _page(gettext("Choose whether the sign-in is to be on or off.")), 422
    try:
        identity_providers.switch(db.session, provider, signed_in_actor().person_id, on=wish == "yes")
    except NoWayIn:
        return _page(_would_lock_out()), 409
    if wish == "yes":
        flash(gettext("%(name)s is switched on. People can sign in with it now.", name=provider.name))
    else:
        flash(gettext("%(name)s is switched off. Who is signed in stays so.", name=provider.name))
    return redirect(url_for("sign_in_settings.providers", agency_slug=agency_slug), 303)


@blueprint.route("/agency/<agency_slug>/sign-in/<int:provider_id>/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_SIGN_IN)
def remove_provider(agency_slug: str, provider_id: int) -> AnyResponse | str | tuple[str, int]:
    """Remove a provider, after a page that says what goes with it."""
    provider = _found(provider_id)
    if request.method == "GET":
        linked = identity_providers.people_linked(db.session, g.agency.id).get(provider_id, 0)
        return render_template("administration/remove_provider.html", agency=g.agency, provider=provider, linked=linked)
    name = provider.name
    try:
        identity_providers.remove(db.session, provider, signed_in_actor().person_id)
    except NoWayIn:
        return _page(_would_lock_out()), 409
    flash(gettext("%(name)s is removed.", name=name))
    return redirect(url_for("sign_in_settings.providers", agency_slug=agency_slug), 303)


@blueprint.post("/agency/<agency_slug>/sign-in/passwords")
@requires(Permission.MANAGE_SIGN_IN)
def passwords(agency_slug: str) -> AnyResponse | tuple[str, int]:
    """Allow passwords (``allowed=yes``) or not (``allowed=no``)."""
    wish, actor_id = request.form.get("allowed"), signed_in_actor().person_id
    if wish not in ("yes", "no"):
        return _page(gettext("Choose whether passwords are to be allowed.")), 422
    if wish == "yes":
        password_policy.switch_on(db.session, g.agency.id, actor_id)
        flash(gettext("Passwords are allowed again."))
    else:
        try:
            password_policy.switch_off(db.session, g.agency.id, actor_id)
        except NoWayIn:
            return _page(
                gettext("Sign in once yourself with a sign-in that is switched on here. Then passwords can go.")
            ), 409
        flash(gettext("Passwords are switched off. Who is signed in stays so."))
    return redirect(url_for("sign_in_settings.providers", agency_slug=agency_slug), 303)
