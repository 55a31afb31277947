"""Every view says who may reach it, with exactly one of three decorators.

``create_app`` refuses to start when an endpoint has none. Answers: 401 turns into the sign-in page,
another agency's things are 404 (their existence is not told), one's own agency without the role is 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, g
from flask_login import current_user, login_required
from sqlalchemy import select

from learning.access.policy import Actor, Permission, belongs_to, may, may_somewhere
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


def check_every_view_is_guarded(app: Flask) -> None:
    """Raises RuntimeError naming the endpoints whose view carries no decorator of this module."""
    bare = [name for name, view in app.view_functions.items() if name not in _UNGUARDED and not hasattr(view, "guard")]
    if bare:
        raise RuntimeError(f"Views without a guard: {', '.join(sorted(bare))}")
