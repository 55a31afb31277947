"""Links by mail with which a person chooses a password: signed, for a limited time, and good for one password.

A link holds the number of passwords the person had when it was made, and a print of their address. Both are looked at
when it is opened, so a new password or another address ends every link that is under way. Nothing is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.access.models import Account
from learning.access.password_policy import may_use_password
from learning.access.sign_in import has_password, set_password, throttle
from learning.access.signals import invitations_wanted, password_link_wanted
from learning.organisation.models import Person


class Purpose(StrEnum):
    INVITATION = "invitation"  # to somebody who has had no password yet
    NEW_PASSWORD = "new-password"  # noqa: S105


LONGEST = {Purpose.INVITATION: timedelta(days=14), Purpose.NEW_PASSWORD: timedelta(days=1)}


class OldLink(Exception):
    """The link was changed, has been used, is too old, was mailed to another address than the person's, or the person
    may not use a password any more.
    """


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _serializer() -> URLSafeTimedSerializer:
    secret = current_app.config["SETTINGS"].effective_secret_key
    return URLSafeTimedSerializer(secret, salt="password link", signer=_Signer)


def _state(session: Session, person: Person) -> list[object]:
    # Asked of the database each time: another request may have set a password a moment ago.
    version = session.scalar(select(Account.session_version).where(Account.person_id == person.id))
    return [version or 0, _print_of_address(person)]


def _print_of_address(person: Person) -> str:
    return hashlib.sha256(person.email.encode()).hexdigest()[:16]


def sign(session: Session, person: Person, purpose: Purpose) -> str:
    """A token for the person's next password. Needs an application context."""
    return str(_serializer().dumps([purpose.value, person.id, *_state(session, person)]))


def person_of(session: Session, token: str, *, lock: bool = False) -> Person:
    """Who may choose a password with the token; ``lock`` holds others with the same link back until the commit.

    Raises OldLink.
    """
    try:
        content, made_at = _serializer().loads(token, return_timestamp=True)
        purpose, person_id, *state = content
        longest = LONGEST[Purpose(purpose)]
    except (BadSignature, TypeError, ValueError) as fault:
        raise OldLink from fault
    statement = select(Person).where(Person.id == person_id, Person.deactivated_at.is_(None))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    person = session.scalar(statement)
    if person is None or clock.now() - made_at > longest or state != _state(session, person):
        raise OldLink
    if not may_use_password(session, person.id):
        raise OldLink
    return person


def send(session: Session, person: Person, agency_id: int | None) -> Purpose:
    """Mail the person a link to choose a password: an invitation when they have had none yet. Which of the two."""
    purpose = Purpose.NEW_PASSWORD if has_password(session, person.id) else Purpose.INVITATION
    token = sign(session, person, purpose)
    password_link_wanted.send(session, person=person, purpose=purpose, token=token, agency_id=agency_id)
    return purpose


def invite_new(session: Session, people: Sequence[Person], agency_id: int) -> None:
    """Mail invitations to people who were added in this transaction, so that they have no password yet.

    As ``send``, in a few statements however many they are.
    """
    serializer = _serializer()
    links = [
        (person, str(serializer.dumps([Purpose.INVITATION.value, person.id, 0, _print_of_address(person)])))
        for person in people
    ]
    if links:
        invitations_wanted.send(session, links=links, agency_id=agency_id)


def ask(session: Session, email: str, *, address: str, tries: int) -> None:
    """Somebody has forgotten their password: mail a link to the address, if it is anybody's who may sign in.

    Whether it is, is told to nobody. Raises sign_in.TooManyTries; the try is written to the session.
    """
    throttle(session, "forgotten", email, address=address, tries=tries)
    person = session.scalar(
        select(Person).where(Person.email == email.strip().lower(), Person.deactivated_at.is_(None))
    )
    if person is not None and may_use_password(session, person.id):
        send(session, person, None)


def choose(session: Session, token: str, password: str) -> Account:
    """Set the password that somebody chose with a link; every link and session of theirs ends.

    Raises OldLink, and ValueError when the password is too short.
    """
    person = person_of(session, token, lock=True)
    account = set_password(session, person, password)
    audit.record(
        session, "password.chosen", subject_type="person", subject_id=person.id, actor_id=person.id, agency_id=None
    )
    return account
