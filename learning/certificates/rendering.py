"""The PDF: tagged PDF/UA-1, fonts embedded, the same bytes at every download."""

from __future__ import annotations

import hashlib
import re

import segno
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.certificates.models import Certificate, CertificateFile
from learning.certificates.texts import TEXTS, facts
from learning.database import insert_once
from learning.printing import to_pdf

LONGEST_NAME = 120  # characters


def confirm_address(certificate: Certificate) -> str:
    """The public address that the QR code leads to."""
    return f"{current_app.config['SETTINGS'].base_url}/certificates/{certificate.code}"


def file_name(certificate: Certificate) -> str:
    """The name of the downloaded file: whose certificate it is, and of which course."""
    words = f"{certificate.content['name']} - {certificate.content['course']}"
    plain = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]', " ", words).split())
    return f"{plain[:LONGEST_NAME].rstrip(' .')}.pdf"


def render(certificate: Certificate) -> bytes:
    """Make the PDF of a certificate."""
    address = confirm_address(certificate)
    words = TEXTS[certificate.language]
    # Not render_template: the worker has no request, and the page needs nothing of one.
    html = current_app.jinja_env.get_template("certificates/certificate_pdf.html").render(
        certificate=certificate,
        content=certificate.content,
        words=words,
        facts=facts(certificate.content, certificate.serial, certificate.language),
        address=address,
        shown_address=address.split("//", 1)[1],
        qr=segno.make(address, error="m").svg_data_uri(border=0, dark="#0b2239", scale=4),
        issued=certificate.issued_at.astimezone(clock.OSLO).isoformat(timespec="seconds"),
    )
    return to_pdf(html, certificate.code.encode())


def stored_pdf(session: Session, certificate: Certificate) -> bytes | None:
    return session.scalar(select(CertificateFile.pdf).where(CertificateFile.certificate_id == certificate.id))


def store_pdf(session: Session, certificate: Certificate) -> bytes:
    """The certificate's bytes: those stored, or rendered now and stored for ever.

    When two render at the same time, both hand out what the first one stored.
    """
    kept = stored_pdf(session, certificate)
    if kept is not None:
        return kept
    pdf = render(certificate)
    insert_once(
        session, CertificateFile, certificate_id=certificate.id, sha256=hashlib.sha256(pdf).hexdigest(), pdf=pdf,
        rendered_at=clock.now(),
    )  # fmt: skip
    kept = stored_pdf(session, certificate)
    assert kept is not None
    return kept
