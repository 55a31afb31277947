"""Certificates: issued once, the same bytes every time, confirmed by anybody, revoked with a reason."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.access.models import Role
from learning.certificates.issuing import issue
from learning.certificates.models import Certificate, CertificateRevocation
from learning.certificates.rendering import file_name
from learning.organisation.models import Agency, Person
from tests import factories


def _certificate(session: Session, language: str = "en") -> tuple[Certificate, Person, Agency]:
    agency = factories.make_agency(session, name="Fjordvik kommune")
    person = factories.make_person(session, given_name="Åse Ǿnna", family_name="Čuđi")
    factories.make_position(session, person, factories.make_unit(session, agency))
    completion = factories.complete_course(session, person, factories.publish_sample(session), language)
    certificate = session.scalars(select(Certificate).where(Certificate.completion_id == completion.id)).one()
    assert issue(session, completion) is certificate
    session.commit()
    return certificate, person, agency


def test_the_pdf_is_tagged_accessible_and_the_same_at_every_download(
    session: Session, client: FlaskClient, tmp_path: Path
) -> None:
    certificate, person, _ = _certificate(session, "nb")
    first = client.get(f"/certificates/{certificate.code}.pdf").data
    person.given_name = "Another"  # a later change of name changes nothing
    session.commit()
    assert client.get(f"/certificates/{certificate.code}.pdf").data == first
    reader = PdfReader(io.BytesIO(first))
    words = reader.pages[0].extract_text()
    assert "Åse" in words
    assert "Kursbevis" in words
    assert certificate.serial in words
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert reader.trailer["/Root"]["/Lang"] == "nb"  # type: ignore[index]
    assert b"pdfuaid" in first or "pdfuaid" in str(reader.xmp_metadata.stream.get_data())  # type: ignore[union-attr]
    file = tmp_path / "certificate.pdf"
    file.write_bytes(first)
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    embedded = [line.split()[-5] for line in fonts.splitlines()[2:]]
    assert embedded
    assert set(embedded) == {"yes"}


def test_the_file_is_named_after_the_person_and_the_course(session: Session, client: FlaskClient) -> None:
    certificate, _, _ = _certificate(session, "en")
    answer = client.get(f"/certificates/{certificate.code}.pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    other = Certificate(content={"name": "Åse Vik", "course": "Why change: what/when, and why not?"})
    assert file_name(other) == "Åse Vik - Why change what when, and why not.pdf"


def test_the_certificate_says_who_issued_it(session: Session, client: FlaskClient) -> None:
    certificate, _, agency = _certificate(session, "en")
    page = client.get(f"/certificates/{certificate.code}").get_data(as_text=True)
    assert "Issued by" in page
    assert f"{agency.name}, through Handlingsrom" in page


def test_hr_reads_one_title_for_one_course_and_finds_it(session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    certificate, _, agency = _certificate(session, "nb")
    hr = factories.make_person(session, email="hr@example.org")
    factories.grant(session, hr, Role.HR, agency)
    session.commit()
    titles = certificate.completion.version.titles
    assert titles["nb"] != titles["en"]
    session.commit()
    client = sign_in(hr)
    for address in ("certificates", f"certificates?q={titles['en'].split()[0]}", "records"):
        page = client.get(f"/agency/{agency.slug}/{address}").get_data(as_text=True)
        assert titles["en"] in page
        assert titles["nb"] not in page


def test_the_public_page_says_no_more_than_the_certificate(session: Session, client: FlaskClient) -> None:
    certificate, person, _ = _certificate(session)
    page = client.get(f"/certificates/{certificate.code}").get_data(as_text=True)
    assert "genuine" in page
    assert person.name in page
    assert person.email not in page
    assert client.get("/certificates/NOSUCHCODE").status_code == 404
    spaced = " ".join(certificate.code[place : place + 4] for place in range(0, 20, 4)).lower()
    assert client.get("/certificates", query_string={"code": spaced}).status_code == 303


def test_a_revoked_certificate_says_so_and_keeps_its_reason_inside(
    session: Session, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    certificate, _, agency = _certificate(session)
    hr = factories.make_person(session)
    factories.grant(session, hr, Role.HR, agency)
    session.commit()
    browser = sign_in(hr)
    address = f"/agency/{agency.slug}/certificates/{certificate.code}/revoke"
    assert browser.post(address, data={"reason": "no"}).status_code == 422
    for _ in range(2):  # a double click
        assert browser.post(address, data={"reason": "Issued to the wrong person"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(CertificateRevocation)) == 1
    page = client.get(f"/certificates/{certificate.code}").get_data(as_text=True)
    assert "revoked" in page
    assert "wrong person" not in page
