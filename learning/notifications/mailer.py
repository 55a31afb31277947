"""Handing a mail to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from learning import clock
from learning.notifications.models import OutboxMessage

TIMEOUT = 20  # seconds


def build(message: OutboxMessage, sender: str, base_url: str) -> EmailMessage:
    """The mail as it goes over the wire: text and HTML parts. Raises sealing.CannotOpen."""
    text, html = message.words
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.to_address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    if message.stop_path:  # RFC 8058: mail programs offer "unsubscribe" and post there
        mail["List-Unsubscribe"] = f"<{base_url}{message.stop_path}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    if message.calendar:
        # Mail programs read the alternative; those that do not, and people, find the attached file.
        content = message.calendar.encode()
        parameters = {"method": message.calendar_method or "PUBLISH", "charset": "UTF-8"}
        mail.add_alternative(content, maintype="text", subtype="calendar", params=parameters)
        mail.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
    return mail


def send(mail: EmailMessage, smtp_url: str) -> None:
    """Send over SMTP. Raises smtplib.SMTPException or OSError."""
    parts = urlsplit(smtp_url)
    host = parts.hostname or "localhost"
    client: smtplib.SMTP
    if parts.scheme == "smtps":
        client = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        client = smtplib.SMTP(host, parts.port or (587 if parts.scheme == "smtp+starttls" else 25), timeout=TIMEOUT)
    with client:
        if parts.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        client.send_message(mail)
