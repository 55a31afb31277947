"""The record as files: JSON, PDF, and a ZIP with both and every badge."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import current_app, render_template
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.organisation.models import Person
from learning.portfolio import badges, keys
from learning.portfolio.document import Holder, canonical, document
from learning.portfolio.record import Achieved, gather
from learning.printing import to_pdf

TYPES = {"zip": "application/zip", "json": "application/json", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Portfolio:
    record: Sequence[Achieved]
    tokens: Sequence[tuple[Achieved, str]]
    json: str


def make(session: Session, person: Person, language: str) -> Portfolio:
    """The person's record, each badge signed with the key that counts now."""
    base_url = current_app.config["SETTINGS"].base_url
    record = gather(session, person, language)
    key = keys.current(session)
    private, address = keys.private_part(key), keys.address_of(key.thumbprint, base_url)
    tokens = [
        (each, badges.signed(badges.credential(each, person.email, base_url), private, address))
        for each in record
        if each.credential is not None
    ]
    holder = Holder(person.given_name, person.family_name, person.email, language)
    whole = document(holder, record, [token for _, token in tokens], clock.now(), base_url)
    return Portfolio(record, tokens, canonical(whole))


def take_out(session: Session, person: Person, language: str, form: str) -> bytes:
    """The record as ``form``, one of TYPES; noted in the trail."""
    made = make(session, person, language)
    audit.record(
        session, "portfolio.taken-out", subject_type="person", subject_id=person.id, actor_id=person.id, agency_id=None,
        format=form,
    )  # fmt: skip
    if form == "json":
        return made.json.encode()
    pdf = _pdf(person, made, language)
    return pdf if form == "pdf" else _zipped(made, pdf)


def _pdf(person: Person, made: Portfolio, language: str) -> bytes:
    html = render_template(
        "portfolio/portfolio_pdf.html", person=person, record=made.record, language=language,
        issued=clock.now().astimezone(clock.OSLO).isoformat(timespec="seconds"),
    )  # fmt: skip
    return to_pdf(html, f"portfolio:{person.id}".encode())


def _zipped(made: Portfolio, pdf: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("portfolio.json", made.json)
        archive.writestr("portfolio.pdf", pdf)
        for number, (each, token) in enumerate(made.tokens, 1):
            name = re.sub(r"[^0-9A-Za-zÆØÅæøå]+", "-", each.title).strip("-")[:60]
            archive.writestr(f"badges/{number:03d}-{name}.jwt", token)
    return out.getvalue()
