"""A sheet, a plan or a guide as a file that a manager can bring to a meeting."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from learning.organisation.models import Person
from learning.progress import enrolling
from tests import factories

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def lesson(session: Session, sign_in: SignIn) -> tuple[FlaskClient, str]:
    person = factories.make_person(session)
    version = factories.publish_practice(session)
    enrolment = enrolling.enrol(session, person, version.course, "en")
    session.commit()
    return sign_in(person), f"/learn/{enrolment.id}/lessons/l2/activities"


def fill_in(client: FlaskClient, address: str) -> None:
    form = {"cell-0-step": "=Ask Åse", "cell-0-size": "large", "cell-0-gain": "high", "key": "k"}
    assert client.post(f"{address}/s-steps", data=form).status_code == 303


def test_a_filled_sheet_as_workbook_has_its_computed_cell_and_no_formula(lesson: tuple[FlaskClient, str]) -> None:
    client, address = lesson
    fill_in(client, address)
    answer = client.get(f"{address}/s-steps/take-away.xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="practice-101-s-steps.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [["Step", "Size", "Gain", "Worth"], ["=Ask Åse", "Large", "High", 6]]
    assert sheet["A2"].data_type == "s"


def test_a_filled_sheet_as_pdf_shows_rows_and_map(lesson: tuple[FlaskClient, str]) -> None:
    client, address = lesson
    fill_in(client, address)
    answer = client.get(f"{address}/s-steps/take-away.pdf")
    assert answer.mimetype == "application/pdf"
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "=Ask Åse" in words
    assert "1. =Ask Åse" in words
    assert answer.data == client.get(f"{address}/s-steps/take-away.pdf").data


def test_an_empty_sheet_is_a_form_to_fill_in_by_hand(lesson: tuple[FlaskClient, str]) -> None:
    client, address = lesson
    for file_type in ("pdf", "xlsx"):
        assert client.get(f"{address}/s-steps/take-away.{file_type}").status_code == 200


def test_only_what_can_be_taken_away_has_such_an_address(lesson: tuple[FlaskClient, str]) -> None:
    client, address = lesson
    for missing in ("s-steps/take-away.exe", "r-own/take-away.pdf", "gone/take-away.pdf", "p-next/take-away.xlsx"):
        assert client.get(f"{address}/{missing}").status_code == 404
    assert client.get(f"{address}/p-next/take-away.pdf").status_code == 200
