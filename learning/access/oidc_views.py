"""Signing in with an employer's own provider, and connecting one to one's account.

The way out is a link and not a form: the pages' security policy lets forms lead to this site alone.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access import identity_providers, linking, oidc
from learning.access.guard import public, signed_in, signed_in_actor
from learning.access.linking import BelongsToAnother, NotLetIn, OnlyWayIn
from learning.access.models import IdentityProvider
from learning.access.oidc import Fault, ProviderFault
from learning.access.sign_in import CAME_BY, SignedInUser, load_account
from learning.access.views import safe_next
from learning.access.wording import fault_sentence, refusal_sentence
from learning.database import db, writing
from learning.interface import interface_language
from learning.organisation.people import works_in
from learning.sealing import CannotOpen, open_text, seal_text

blueprint = Blueprint("oidc", __name__)
log = logging.getLogger(__name__)
UNDER_WAY = "sign-ins under way"  # names in the session
TO_CONFIRM = "sign-in to confirm"
PATIENCE = timedelta(minutes=20)  # from leaving for the provider to coming back
MOST_UNDER_WAY = 3  # tabs; a cookie holds 4 kB
LONGEST_NEXT = 300
LONGEST_HINT = 1800  # characters of an ID token that is kept for signing out


def _fault_page(provider: IdentityProvider, fault: ProviderFault) -> tuple[str, int]:
    """What to do when the provider fails. 424 and not 5xx: nothing is wrong here, and proxies leave the page alone."""
    log.warning("sign-in by provider %s: %s", provider.id, fault)
    code = 400 if fault.fault is Fault.CANCELLED else 424
    return render_template(
        "access/provider_fault.html", provider=provider, sentence=fault_sentence(fault.fault),
        cancelled=fault.fault is Fault.CANCELLED,
    ), code  # fmt: skip


def _refused_page(provider: IdentityProvider, refused: NotLetIn, email: str) -> tuple[str, int]:
    log.info("sign-in by provider %s refused: %s", provider.id, refused.refusal)
    return render_template(
        "access/not_let_in.html", provider=provider, refusal=refused.refusal.value,
        sentence=refusal_sentence(refused.refusal, provider.agency.name), email=email[:254],
    ), 403  # fmt: skip


def _old_page() -> tuple[str, int]:
    return render_template("access/old_sign_in.html"), 400


def _leave(provider: IdentityProvider, *, purpose: str) -> AnyResponse | tuple[str, int]:
    """Send the browser to the provider, and remember what its answer must fit."""
    target = request.args.get("next", "")
    try:
        begun = oidc.begin(identity_providers.client_of(provider), interface_language())
    except ProviderFault as fault:
        return _fault_page(provider, fault)
    except CannotOpen:
        return _fault_page(provider, ProviderFault(Fault.CREDENTIALS, "the stored secret cannot be opened"))
    under_way: dict[str, Any] = dict(session.get(UNDER_WAY, {}))
    under_way[begun.state] = {
        "provider": provider.id, "nonce": begun.nonce, "verifier": begun.verifier, "purpose": purpose,
        "next": target if len(target) <= LONGEST_NEXT else "", "at": clock.now().isoformat(),
    }  # fmt: skip
    newest = sorted(under_way.items(), key=lambda item: item[1]["at"])[-MOST_UNDER_WAY:]
    session[UNDER_WAY] = dict(newest)
    return redirect(begun.url, 302)


@blueprint.get("/sign-in/<agency_slug>")
@public
def employer(agency_slug: str) -> AnyResponse | str:
    """An agency's own page to sign in, to bookmark. There is none for an agency without a provider."""
    providers = identity_providers.enabled_in(db.session, agency_slug)
    if not providers:
        abort(404)
    target = request.args.get("next", "")
    if current_user.is_authenticated:
        return redirect(safe_next(target), 303)
    return render_template("access/employer.html", agency=providers[0].agency, providers=providers, next=target)


@blueprint.get("/sign-in/<agency_slug>/<int:provider_id>")
@public
def begin(agency_slug: str, provider_id: int) -> AnyResponse | tuple[str, int]:
    """Leave for the provider."""
    provider = identity_providers.enabled_provider(db.session, provider_id)
    if provider is None or provider.agency.slug != agency_slug:
        abort(404)
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")), 303)
    return _leave(provider, purpose="sign-in")


@blueprint.get("/sign-in/<agency_slug>/callback")
@public
def callback(agency_slug: str) -> AnyResponse | tuple[str, int]:
    """Back from the provider. Each sign-in that was begun can come back once, in the browser it was begun in."""
    under_way: dict[str, Any] = dict(session.get(UNDER_WAY, {}))
    begun = under_way.pop(request.args.get("state", ""), None)
    if begun is None or clock.now() - datetime.fromisoformat(begun["at"]) > PATIENCE:
        return redirect(url_for("front.start"), 303) if current_user.is_authenticated else _old_page()
    session[UNDER_WAY] = under_way
    provider = identity_providers.enabled_provider(db.session, begun["provider"])
    if provider is None or provider.agency.slug != agency_slug:
        return _old_page()
    try:
        client = identity_providers.client_of(provider)
        identity = oidc.finish(client, request.args.to_dict(), nonce=begun["nonce"], verifier=begun["verifier"])
    except ProviderFault as fault:
        return _fault_page(provider, fault)
    except CannotOpen:
        return _fault_page(provider, ProviderFault(Fault.CREDENTIALS, "the stored secret cannot be opened"))
    if begun["purpose"] == "connect":
        return _ask_to_confirm(provider, identity)
    if current_user.is_authenticated:
        return redirect(safe_next(begun["next"]), 303)
    provider_id = provider.id
    try:
        with writing() as own:
            person_id = linking.sign_in(own, provider_id, identity)
    except NotLetIn as refused:
        return _refused_page(provider, refused, identity.email)
    db.session.rollback()  # so that it sees what was just written
    _sign_in(db.session, person_id, provider_id, identity)
    return redirect(safe_next(begun["next"]), 303)


def _sign_in(own: Session, person_id: int, provider_id: int, identity: oidc.Identity) -> None:
    hint = seal_text(identity.id_token) if len(identity.id_token) <= LONGEST_HINT else None
    session.clear()
    session.permanent = True
    session[CAME_BY] = [provider_id, hint]
    login_user(SignedInUser(load_account(own, person_id)))


@blueprint.get("/signed-out")
@public
def signed_out() -> AnyResponse | str:
    """Signed out here; one press ends the session at the provider too, for devices that others use."""
    provider_id, hint = session.pop(CAME_BY, None) or (None, None)
    provider = identity_providers.enabled_provider(db.session, provider_id) if provider_id else None
    if provider is None or current_user.is_authenticated:
        return redirect(url_for("front.start"), 303)
    try:
        token = open_text(hint) if hint else None
        client = identity_providers.client_of(provider)
    except CannotOpen:
        return redirect(url_for("front.start"), 303)
    there = oidc.end_session_url(client, token)
    return render_template("access/signed_out.html", provider=provider, there=there)


@blueprint.get("/account/sign-ins/<int:provider_id>")
@signed_in
def connect(provider_id: int) -> AnyResponse | tuple[str, int]:
    """Leave for a provider of an agency where one works, to connect it."""
    provider = identity_providers.enabled_provider(db.session, provider_id)
    if provider is None or not works_in(db.session, provider.agency_id, signed_in_actor().person_id):
        flash(gettext("That sign-in cannot be connected. You see here which ones can."))
        return redirect(url_for("access.account"), 303)
    return _leave(provider, purpose="connect")


def _ask_to_confirm(provider: IdentityProvider, identity: oidc.Identity) -> AnyResponse | tuple[str, int]:
    if not current_user.is_authenticated:
        return _old_page()
    session[TO_CONFIRM] = {
        "person": signed_in_actor().person_id, "provider": provider.id, "subject": identity.subject,
        "email": identity.email[:254], "at": clock.now().isoformat(),
    }  # fmt: skip
    return redirect(url_for("oidc.confirm"), 303)


@blueprint.route("/account/sign-ins/confirm", methods=["GET", "POST"])
@signed_in
def confirm() -> AnyResponse | str | tuple[str, int]:
    """Connect the user who has just come back from a provider. A link alone connects nothing."""
    found = session.get(TO_CONFIRM) or {}
    person = current_user.person
    fresh = found and clock.now() - datetime.fromisoformat(found["at"]) <= PATIENCE and found["person"] == person.id
    provider = identity_providers.enabled_provider(db.session, found["provider"]) if fresh else None
    if provider is None:
        flash(gettext("Nothing waits to be connected. Begin here."))
        return redirect(url_for("access.account"), 303)
    if request.method == "GET":
        shared = linking.is_shared(db.session, provider.agency_id, person.id)
        return render_template("access/connect.html", provider=provider, email=found["email"], shared=shared)
    session.pop(TO_CONFIRM)
    try:
        linking.connect(db.session, provider, person, found["subject"])
    except NotLetIn as refused:
        return _refused_page(provider, refused, found["email"])
    except BelongsToAnother:
        return render_template("access/connected_to_another.html", provider=provider), 409
    flash(gettext("Connected. You can now sign in with %(provider)s.", provider=provider.name))
    return redirect(url_for("access.account"), 303)


@blueprint.post("/account/sign-ins/<int:provider_id>/end")
@signed_in
def disconnect(provider_id: int) -> AnyResponse:
    """End one's own connection to a provider."""
    try:
        linking.disconnect(db.session, signed_in_actor().person_id, provider_id)
    except OnlyWayIn:
        flash(gettext("This is your only way to sign in, so it stays connected."))
    else:
        flash(gettext("The sign-in is no longer connected to your account."))
    return redirect(url_for("access.account"), 303)
