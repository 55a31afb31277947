"""Every view says who may reach it, with exactly one of four decorators.

``create_app`` refuses to start when an endpoint has none. Answers: 401 turns into the sign-in page,
another agency's things are 404 (their existence is not told), one's own agency without the role is 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_login import current_user, login_required
from sqlalchemy import select
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from learning.access import api_tokens
from learning.access.models import ApiToken, TokenPurpose
from learning.access.policy import Actor, Permission, belongs_to, may, may_somewhere
from learning.access.sign_in import TooManyTries
from learning.database import db
from learning.organisation.models import Agency

P = ParamSpec("P")
R = TypeVar("R")
_UNGUARDED = {"static"}


def current_actor() -> Actor | None:
    """The signed-in actor of this request, or None."""
    return current_user.actor if current_user.is_authenticated else None


def signed_in_actor() -> Actor:
    """The actor of a view behind ``signed_in`` or ``requires``."""
    actor = current_actor()
    if actor is None:
        abort(401)
    return actor


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anybody may see this page."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Anybody who is signed in; the view itself fetches only what belongs to them."""
    guarded = login_required(view)
    guarded.guard = "signed-in"
    return guarded  # type: ignore[no-any-return]


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A permission in the agency named by the address's ``agency_slug``, put in ``g.agency``;
    without such a part in the address, a permission held anywhere.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        @login_required
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            actor = signed_in_actor()
            slug = kwargs.get("agency_slug")
            if slug is None:
                if not may_somewhere(actor, permission):
                    abort(403)
            else:
                agency = db.session.scalar(select(Agency).where(Agency.slug == slug))
                if agency is None or not belongs_to(actor, agency.id):
                    abort(404)
                g.agency = agency
                if not may(actor, permission, agency.id):
                    abort(403)
            return view(*args, **kwargs)

        guarded.guard = permission.value  # type: ignore[attr-defined]
        return guarded

    return decorate


def by_token(purpose: TokenPurpose) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Another system of an agency's, with a token for ``purpose`` in the Authorization header.

    Puts the token in ``g.token`` and its agency in ``g.agency``. Cookies count for nothing here: these views take no
    CSRF token, so a session must never open them.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            token = _token_of_request(purpose)
            g.token, g.agency = token, token.agency
            return view(*args, **kwargs)

        guarded.guard = f"token for {purpose.value}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def _token_of_request(purpose: TokenPurpose) -> ApiToken:
    """The token that opens this request. Raises Unauthorized, or TooManyRequests after many failures."""
    credentials = request.authorization
    secret = (credentials.token or "") if credentials and credentials.type == "bearer" else ""
    found = api_tokens.find(db.session, secret, purpose)
    if found is None:
        db.session.rollback()
        try:
            api_tokens.count_failure(
                secret, address=request.remote_addr or "", tries=current_app.config["SETTINGS"].sign_in_tries
            )
        except TooManyTries as fault:
            raise TooManyRequests("Too many requests without a valid token. Wait 15 minutes.") from fault
        raise Unauthorized(
            "The token is missing, wrong, revoked or expired. Send it as: Authorization: Bearer hr_...",
            www_authenticate=WWWAuthenticate("bearer", {"realm": purpose.value}),
        )
    if api_tokens.use_is_news(found):
        token_id = found.id
        db.session.rollback()  # a reading request must not write, and a writing one not hold up the note
        api_tokens.note_use(token_id)
        found = api_tokens.find(db.session, secret, purpose)
        if found is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": purpose.value}))
    return found


def check_every_view_is_guarded(app: Flask) -> None:
    """Raises RuntimeError naming the endpoints whose view carries no decorator of this module."""
    bare = [name for name, view in app.view_functions.items() if name not in _UNGUARDED and not hasattr(view, "guard")]
    if bare:
        raise RuntimeError(f"Views without a guard: {', '.join(sorted(bare))}")
