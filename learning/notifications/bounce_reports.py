"""Mail that an address refuses for good: read from the SMTP server's answer, and from reports that come later.

Only what is said of the address counts (RFC 3463: x.1.x and x.2.x). A server that refuses us as a sender says nothing
of the people we write to.
"""

from __future__ import annotations

import email
import mailbox
import re
import smtplib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.notifications.models import OutboxMessage
from learning.organisation import bounces
from learning.organisation.models import Person

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SMTP_CODE = re.compile(r"\b([245]\d\d)\b")
_OF_THE_ADDRESS = {"1", "2"}
_BARE_CODES = {550, 551, 552, 553, 556}  # refusals of an address when no enhanced code says more
_ABOUT_US = re.compile(r"relay|authenticat|block(ed|list)|spam|policy|denied by", re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """``code`` is the enhanced status, or the SMTP code without one."""

    code: str
    reason: str


@dataclass(frozen=True)
class Report:
    """A refusal as a delivery report tells it; ``message_id`` is that of our mail, without brackets, or empty."""

    message_id: str
    address: str
    refusal: Refusal


def read_refusal(code: int, text: str) -> Refusal | None:
    """The refusal of an address in a server's answer to RCPT, or None when it is no lasting fault of the address."""
    text = " ".join(text.split())
    status = _STATUS.search(text)
    if not 500 <= code <= 599 or (status is not None and (status[1] != "5" or status[2] not in _OF_THE_ADDRESS)):
        return None
    if status is None and (code not in _BARE_CODES or _ABOUT_US.search(text)):
        return None
    return Refusal(status[0] if status else str(code), text)


def refusal_of(error: Exception) -> Refusal | None:
    """What an error of sending to one address says of that address."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return None
    for code, text in error.recipients.values():
        return read_refusal(code, text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text))
    return None


def note_for(session: Session, message: OutboxMessage, refusal: Refusal) -> bool:
    """Note that the mail does not reach its address; whether that is new."""
    if message.person_id is None:
        return False
    return bounces.note(session, message.person_id, message.to_address, code=refusal.code, reason=refusal.reason)


def messages_in(content: bytes) -> Iterator[Message]:
    """The mails of a file: an mbox when it begins with a "From " line and holds several or one, else a single mail."""
    if not content.startswith(b"From "):
        yield email.message_from_bytes(content, policy=policy.default)
        return
    with tempfile.NamedTemporaryFile(suffix=".mbox") as file:
        file.write(content)
        file.flush()
        for each in mailbox.mbox(file.name, create=False):
            yield email.message_from_bytes(each.as_bytes(), policy=policy.default)


def _header(message: Message, name: str) -> str:
    """A header as text, also where it cannot be read as its kind demands."""
    try:
        value = message.get(name, "")
    except (ValueError, LookupError, AttributeError, IndexError):
        return ""
    return " ".join(str(value).split())


def _after_type(value: str) -> str:
    """``rfc822; a@b`` -> ``a@b``, ``smtp; 550 no`` -> ``550 no``."""
    return value.partition(";")[2].strip() if ";" in value else value.strip()


def _groups(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _original_id(report: Message) -> str:
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = _groups(part)
            return _header(inner[0], "Message-ID").strip("<>") if inner else ""
        if kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            headers = email.message_from_bytes(raw, policy=policy.default) if isinstance(raw, bytes) else EmailMessage()
            return _header(headers, "Message-ID").strip("<>")
    return ""


def reports(message: Message) -> list[Report]:
    """The lasting refusals that a mail reports (RFC 3464); none for other mail, delays and faults that pass."""
    found = []
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for group in _groups(part):
            if _header(group, "Action").lower() != "failed":
                continue
            status = _STATUS.search(_header(group, "Status"))
            diagnosis = _after_type(_header(group, "Diagnostic-Code"))
            if status is None or status[1] != "5":
                continue
            refusal: Refusal | None
            if status[2] in _OF_THE_ADDRESS:
                refusal = Refusal(status[0], diagnosis)
            else:  # 5.0.0 says nothing; the server's own words may
                code = _SMTP_CODE.search(diagnosis)
                refusal = read_refusal(int(code[1]), diagnosis) if code and status[2] == "0" else None
            if refusal is not None:
                address = _header(group, "Original-Recipient") or _header(group, "Final-Recipient")
                found.append(Report(_original_id(message), _after_type(address).strip("<>").lower(), refusal))
    return found


def note(session: Session, report: Report) -> int | None:
    """Note a reported refusal for the person our mail went to; their id, or None when nobody is known by it."""
    if report.message_id:
        message = session.scalars(
            select(OutboxMessage).where(OutboxMessage.message_id == report.message_id[:120]).limit(1)
        ).first()
        if message is not None and message.person_id is not None:
            note_for(session, message, report.refusal)
            return message.person_id
    person_id = session.scalar(select(Person.id).where(Person.email == report.address)) if report.address else None
    if person_id is not None:
        bounces.note(session, person_id, report.address, code=report.refusal.code, reason=report.refusal.reason)
    return person_id
