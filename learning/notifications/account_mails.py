"""Mails about accounts: a link to choose a password, and word to an old address that there is a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Account
from learning.access.password_links import LONGEST, Purpose
from learning.access.signals import invitations_wanted, password_link_wanted
from learning.notifications.mail_texts import BY_AGENCY, BY_NOBODY
from learning.notifications.messages import compose, mail_language
from learning.notifications.outbox import Letter, queue, readdress
from learning.organisation.models import Agency, Person
from learning.organisation.signals import address_changed, addresses_changed

SECONDS = 15 * 60  # one link to the same person in this time, however often it is asked for


def _mail_link(
    session: Session, *, person: Person, purpose: Purpose, token: str, agency_id: int | None, **_: Any
) -> None:
    """The link goes out sealed: the outbox holds nothing that opens an account."""
    agency = session.get(Agency, agency_id) if agency_id is not None else None
    account = session.get(Account, person.id)
    queue(session, [_letter(person, purpose, token, agency, account.session_version if account else 0)])


def _mail_invitations(session: Session, *, links: Sequence[tuple[Person, str]], agency_id: int, **_: Any) -> None:
    agency = session.get(Agency, agency_id)
    queue(session, (_letter(person, Purpose.INVITATION, token, agency, 0) for person, token in links))


def _letter(person: Person, purpose: Purpose, token: str, agency: Agency | None, session_version: int) -> Letter:
    language = mail_language(person.language)
    by = BY_AGENCY[language].format(agency=agency.name) if agency else BY_NOBODY[language]
    message = compose(
        purpose.value, language, path=f"/password/{token}", name=person.given_name, email=person.email,
        address=current_app.config["SETTINGS"].base_url, by=by, days=str(LONGEST[purpose].days),
        hours=str(LONGEST[purpose].days * 24),
    )  # fmt: skip
    asked = int(clock.now().timestamp()) // SECONDS
    print_of_address = hashlib.sha256(person.email.encode()).hexdigest()[:16]
    key = f"{purpose}:{person.id}:{session_version}:{print_of_address}:{asked}"
    return Letter(person, message, purpose.value, key, agency.id if agency else None, is_private=True)


def _follow_address(session: Session, *, person: Person, before: str, **_: Any) -> None:
    """Mail that waits follows the person, and the old address is told."""
    _follow_addresses(session, changes=[(person, before)])


def _follow_addresses(session: Session, *, changes: Sequence[tuple[Person, str]], **_: Any) -> None:
    """Somebody who did not ask for a new address must hear of it, for it is where new passwords are sent."""
    readdress(session, [person.id for person, _ in changes])
    queue(session, (_farewell(person, before) for person, before in changes))


def _farewell(person: Person, before: str) -> Letter:
    message = compose(
        "address-changed", person.language, path="/", name=person.given_name, before=before, email=person.email
    )
    key = f"address-changed:{person.id}:{clock.now().timestamp():.3f}"
    return Letter(person, message, "address-changed", key, is_private=True, to_address=before)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    password_link_wanted.connect(_mail_link)
    invitations_wanted.connect(_mail_invitations)
    address_changed.connect(_follow_address)
    addresses_changed.connect(_follow_addresses)
