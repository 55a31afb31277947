"""Exports: the right rows, safe files, and a trail of who took them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.organisation.models import Agency
from learning.records.rows import COLUMNS, RecordFilter, RecordRow, stream
from learning.records.writers import FORMATS
from learning.spreadsheets import safe_cell
from tests import factories

ROW = RecordRow(
    "1", 7, "agency", "999000118", "Åse", "Ødegård", "a@example.org", "Unit", "Head", "middle", "rm-101", "Title", 1,
    "d" * 64,
    "nb", Decimal("83.33"), 45, datetime(2026, 3, 1, 11, 30, tzinfo=UTC), "HR-1", "http://x/1", "valid", 1, "h" * 64, 3,
)  # fmt: skip


def _written(name: str, rows: list[RecordRow]) -> bytes:
    return b"".join(FORMATS[name].write(rows))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
def test_a_csv_reads_back_as_it_was_and_holds_no_formula(name: str) -> None:
    text = _written("csv", [replace(ROW, given_name=name)]).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(COLUMNS)
    cell = rows[1][COLUMNS.index("given_name")]
    assert cell == safe_cell(name)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_workbook_holds_dates_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(_written("xlsx", [replace(ROW, given_name="=1+1")])))
    header, row = book.active.iter_rows()
    cells = dict(zip([cell.value for cell in header], row, strict=True))
    assert cells["given_name"].value == "=1+1"
    assert cells["given_name"].data_type == "s"
    assert cells["score_percent"].value == pytest.approx(83.33)
    assert cells["completed_at"].value == datetime(2026, 3, 1, 11, 30)  # noqa: DTZ001


def test_ndjson_is_one_object_a_line() -> None:
    lines = _written("ndjson", [ROW, replace(ROW, score_percent=None)]).decode().splitlines()
    assert [json.loads(line)["score_percent"] for line in lines] == [83.33, None]
    assert json.loads(lines[0])["completed_at"] == "2026-03-01T11:30:00Z"


def _completed(session: Session, agency: Agency, moment: datetime) -> int:
    person = factories.make_person(session)
    unit = factories.make_unit(session, agency)
    factories.make_position(session, person, unit)
    with clock.stopped_at(moment):
        return factories.complete_course(session, person, factories.publish_sample(session)).id


def test_days_are_norwegian_and_no_other_agencys_rows_come_along(session: Session) -> None:
    ours, theirs = factories.make_agency(session), factories.make_agency(session)
    before_midnight = _completed(session, ours, datetime(2026, 6, 30, 21, 59, tzinfo=UTC))  # 23.59 in Oslo
    after_midnight = _completed(session, ours, datetime(2026, 6, 30, 22, 1, tzinfo=UTC))  # 1 July in Oslo
    _completed(session, theirs, datetime(2026, 6, 30, 12, 0, tzinfo=UTC))
    june = RecordFilter(since=date(2026, 6, 1), until=date(2026, 6, 30))
    july = RecordFilter(since=date(2026, 7, 1))
    assert [row.completion_id for row in stream(session, ours.id, june)] == [before_midnight]
    assert [row.completion_id for row in stream(session, ours.id, july)] == [after_midnight]


def test_an_export_from_the_page_is_noted(session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    agency = factories.make_agency(session)
    hr = factories.make_person(session)
    factories.grant(session, hr, Role.HR, agency)
    _completed(session, agency, datetime(2026, 6, 30, 12, 0, tzinfo=UTC))
    session.commit()
    answer = sign_in(hr).post(f"/agency/{agency.slug}/records/export", data={"format": "ndjson", "since": "2026-06-01"})
    assert answer.status_code == 200
    assert len(answer.get_data(as_text=True).splitlines()) == 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "records.exported")).one()
    assert (event.actor_id, event.agency_id, event.detail["format"]) == (hr.id, agency.id, "ndjson")


@pytest.mark.parametrize(
    "wrong", [{"format": "pdf"}, {"format": "csv", "since": "soon"}, {"format": "csv", "unit": "999"}]
)
def test_a_wrong_choice_is_said_and_exports_nothing(
    session: Session, sign_in: Callable[..., FlaskClient], wrong: dict[str, str]
) -> None:
    agency = factories.make_agency(session)
    hr = factories.make_person(session)
    factories.grant(session, hr, Role.HR, agency)
    session.commit()
    answer = sign_in(hr).post(f"/agency/{agency.slug}/records/export", data=wrong)
    assert answer.status_code == 422
    assert session.scalars(select(AuditEvent)).all() == []
