"""Signing in and out, passwords, and sessions that end when the password changes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access.models import Account, FailedSignIn, RoleGrant
from learning.access.password_policy import may_use_password
from learning.access.policy import Actor
from learning.database import db, insert_once
from learning.organisation.holding import held_on
from learning.organisation.models import Person, Position

login_manager = LoginManager()
_hasher = PasswordHasher()
_NOBODY_HASH = _hasher.hash("nobody has this password")
WINDOW = timedelta(minutes=15)
CAME_BY = "came by"  # in the session: the id of the provider that somebody came by, and their sealed ID token
SHORTEST_PASSWORD = 12  # NIST SP 800-63B asks for length, not for kinds of characters


class SignInRefused(Exception):
    """Wrong address or password; which of them is not told."""


class TooManyTries(Exception):
    """The account or the address it comes from has failed too often in the last 15 minutes."""


class SignedInUser(UserMixin):
    """The user that flask-login keeps: an account with its person and rights."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.person = account.person

    def get_id(self) -> str:
        return f"{self.account.person_id}:{self.account.session_version}"

    @cached_property
    def actor(self) -> Actor:
        return load_actor(db.session, self.account.person_id)


def load_actor(session: Session, person_id: int) -> Actor:
    """The actor's current roles and agencies."""
    today = clock.today()
    grants = session.execute(
        select(RoleGrant.role, RoleGrant.agency_id).where(
            RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None)
        )
    ).all()
    positions = session.scalars(
        select(Position.agency_id).where(
            Position.person_id == person_id,
            held_on(today),
        )
    ).all()
    agencies = set(positions) | {agency_id for _, agency_id in grants if agency_id is not None}
    return Actor(person_id, frozenset((role, agency_id) for role, agency_id in grants), frozenset(agencies))


def _throttle_keys(email: str, address: str, what: str = "") -> tuple[str, str]:
    kinds = (f"{what}email:{email.strip().lower()}", f"{what}address:{address}")
    first, second = (hashlib.sha256(kind.encode()).hexdigest() for kind in kinds)
    return first, second


def _refuse_too_many(session: Session, keys: tuple[str, str], tries: int) -> None:
    since = clock.now() - WINDOW
    for key, limit in zip(keys, (tries, tries * 10), strict=True):
        failures = session.scalar(
            select(func.count()).select_from(FailedSignIn).where(FailedSignIn.key == key, FailedSignIn.at > since)
        )
        if (failures or 0) >= limit:
            raise TooManyTries


def throttle(session: Session, what: str, email: str, *, address: str, tries: int) -> None:
    """Count a try of something else than signing in, with the limits of signing in and a count of its own.

    Raises TooManyTries.
    """
    keys = _throttle_keys(email, address, f"{what} ")
    _refuse_too_many(session, keys, tries)
    session.add_all([FailedSignIn(key=key) for key in keys])


def check_password(session: Session, email: str, password: str, *, address: str, tries: int) -> Account:
    """The account that the address and password belong to, if its person may use a password.

    ``address`` is the client's network address. After ``tries`` failures for the same email (ten times as
    many from the same address) within 15 minutes every try is refused. Raises SignInRefused or TooManyTries;
    the failed try is written to the session, so the caller must keep it.
    """
    email_key, address_key = keys = _throttle_keys(email, address)
    _refuse_too_many(session, keys, tries)
    account = session.scalar(
        select(Account)
        .join(Account.person)
        .options(joinedload(Account.person))
        .where(
            Person.email == email.strip().lower(), Person.deactivated_at.is_(None), Account.password_hash.is_not(None)
        )
    )
    stored = account.password_hash if account is not None and account.password_hash else _NOBODY_HASH
    try:
        # An unknown address costs as much time as a wrong password, so that it is not told apart.
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        account = None
    if account is None or not may_use_password(session, account.person_id):
        session.add_all([FailedSignIn(key=email_key), FailedSignIn(key=address_key)])
        raise SignInRefused
    session.execute(
        delete(FailedSignIn).where(
            or_(FailedSignIn.key == email_key, FailedSignIn.at < clock.now() - timedelta(days=1))
        )
    )
    if _hasher.check_needs_rehash(stored):
        account.password_hash = _hasher.hash(password)
    account.last_sign_in_at = clock.now()
    return account


def set_password(session: Session, person: Person, password: str) -> Account:
    """Give a person a password, ending every session they have. Raises ValueError when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password needs at least {SHORTEST_PASSWORD} characters")
    account = session.get(Account, person.id)
    if account is None:
        account = Account(person_id=person.id, session_version=0)
        session.add(account)
    account.password_hash = _hasher.hash(password)
    account.session_version += 1
    account.password_changed_at = clock.now()
    session.flush()
    return account


def has_password(session: Session, person_id: int) -> bool:
    """Whether the person has ever chosen or been given a password."""
    found = session.scalar(
        select(Account.person_id).where(Account.person_id == person_id, Account.password_hash.is_not(None))
    )
    return found is not None


def load_account(session: Session, person_id: int) -> Account:
    """The account of somebody who has one, with the person."""
    return session.scalars(
        select(Account).options(joinedload(Account.person)).where(Account.person_id == person_id)
    ).one()


def without_password(session: Session, person_id: int) -> Account:
    """The account of somebody who has just proved at a provider who they are; made for those who have none."""
    # No password has been chosen, so the count of them is nought, and an invitation under way stays good.
    insert_once(session, Account, person_id=person_id, session_version=0, password_changed_at=clock.now())
    account = load_account(session, person_id)
    account.last_sign_in_at = clock.now()
    return account


def _load_user(user_id: str) -> SignedInUser | None:
    person_id, _, version = user_id.partition(":")
    if not (person_id.isdigit() and version.isdigit()):
        return None
    account = db.session.scalar(
        select(Account)
        .join(Account.person)
        .options(joinedload(Account.person))
        .where(Account.person_id == int(person_id), Person.deactivated_at.is_(None))
    )
    if account is None or account.session_version != int(version):
        return None
    return SignedInUser(account)


class PageSessions(SecureCookieSessionInterface):
    """A session is prolonged by pages and forms, not by what a page or the service worker fetches on the side.

    A picture or a copy that comes after the reply to "sign out" would otherwise bring the session back.
    """

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        mode = request.headers.get("Sec-Fetch-Mode", "navigate")
        if request.method in ("GET", "HEAD") and mode != "navigate":
            return session.modified
        return super().should_set_cookie(app, session)


def init_sign_in(app: Flask) -> None:
    app.session_interface = PageSessions()
    login_manager.init_app(app)
    login_manager.login_view = "access.sign_in"
    login_manager.session_protection = None  # a phone changes network address between meetings
    login_manager.user_loader(_load_user)
    login_manager.localize_callback = None
    login_manager.login_message = None
