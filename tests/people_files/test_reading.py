"""From bytes to rows: whatever a spreadsheet may have written comes out as it was typed."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from learning import spreadsheets
from learning.people_files import reading
from learning.people_files.checking import day_in, level_in
from learning.people_files.columns import NAMES, Column, known, read_header
from learning.people_files.faults import Kind
from learning.people_files.reading import Unreadable, read
from learning.people_files.unit_names import UnitFacts, UnitNames
from learning.people_files.walking import read_faults
from learning.spreadsheets import guarded, unguarded
from tests.people_files.towns import HEADER, file_of, row

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
NORWEGIAN = st.text("abcæøåÆØÅéüß –“”€0123456789;,\t\n\"'", max_size=20)
BOMS = {"utf-8": b"", "utf-8-sig": b"", "utf-16": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def _written(rows: list[list[str]], separator: str, line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def _read_back(data: bytes) -> list[list[str]]:
    table = read(data)
    return [list(table.header.cells), *(list(each.cells) for each in table.rows)]


def _kept(rows: list[list[str]]) -> list[list[str]]:
    return [each for each in rows if any(cell and not cell.isspace() for cell in each)]


@given(
    rows=st.lists(st.lists(TEXT, min_size=1, max_size=6), max_size=6),
    separator=st.sampled_from(reading.SEPARATORS),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(sorted(BOMS)),
)
def test_any_table_of_text_is_read_as_it_was_in_unicode(
    rows: list[list[str]], separator: str, line_end: str, encoding: str
) -> None:
    table = [list(HEADER), *rows]
    data = BOMS[encoding] + _written(table, separator, line_end).encode(encoding)
    assert _read_back(data) == _kept(table)


@given(
    rows=st.lists(st.lists(NORWEGIAN, min_size=1, max_size=6), max_size=6),
    separator=st.sampled_from(reading.SEPARATORS),
    encoding=st.sampled_from(["cp1252", "iso-8859-1"]),
)
def test_any_norwegian_table_is_read_as_norwegian_excel_writes_it(
    rows: list[list[str]], separator: str, encoding: str
) -> None:
    table = [list(HEADER), *rows]
    text = _written(table, separator, "\r\n")
    assume(encoding == "cp1252" or not set(text) & set("–“”€"))
    data = text.encode(encoding)
    with suppress(UnicodeDecodeError):
        assume(data.decode("utf-8") == text)  # plain ASCII is the same in both
    assert _read_back(data) == _kept(table)


@given(st.lists(st.lists(st.one_of(TEXT, st.integers(0, 10**9), st.dates()), min_size=1, max_size=5), max_size=5))
def test_a_workbook_is_read_with_days_and_numbers_as_text(rows: list[list[Any]]) -> None:
    for cells in rows:
        for cell in cells:
            assume(not isinstance(cell, str) or not openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(cell))
            assume(not isinstance(cell, str) or not cell.startswith("="))
            assume(not isinstance(cell, str) or ("\r" not in cell and "_x" not in cell))
            assume(not isinstance(cell, date) or cell >= date(1900, 3, 1))
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in [list(HEADER), *rows]:
        sheet.append(cells)
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    wanted = [[each.isoformat() if isinstance(each, date) else str(each) for each in cells] for cells in rows]
    found = _read_back(file.getvalue())[1:]
    for read_cells, cells in zip(found, _kept(wanted), strict=True):
        assert read_cells == cells[: len(read_cells)]
        assert not any(cells[len(read_cells) :])


def test_excels_word_for_the_separator_is_taken_and_rows_are_counted_as_it_shows_them() -> None:
    data = b'sep=,\r\nE-post,Enhet,Niv\xe5\r\n\r\na@b.no,"two\r\nlines",topp\r\n'
    table = read(data)
    assert (table.header.number, table.header.cells[2]) == (2, "Nivå")
    assert [(each.number, each.cells[1]) for each in table.rows] == [(4, "two\r\nlines")]


@pytest.mark.parametrize(
    ("data", "kind", "at"),
    [
        (b"", Kind.EMPTY_FILE, 0),
        (b"\xef\xbb\xbf \r\n;;\r\n", Kind.EMPTY_FILE, 0),
        (b"Name;Street\r\nA;B\r\n", Kind.NO_HEADER, 1),
        (b"ase@b.no;1.1;top\r\n", Kind.NO_HEADER, 1),
        (b"E-mail;Level\r\n", Kind.MISSING_COLUMN, 1),
        (b"E-mail;Unit;Level;Epost\r\na@b.no;1;top;x\r\n", Kind.DUPLICATE_COLUMN, 1),
        (b"E-mail;Unit;Level\r\n", Kind.NO_ROWS, 1),
        (b'E-mail;Unit;Level\r\na@b.no;"1"x;top\r\n', Kind.BROKEN_QUOTES, 2),
        (b'E-mail;Unit;Level\r\na@b.no;"1;top\r\n', Kind.BROKEN_QUOTES, 2),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"old", Kind.UNREADABLE, 0),
        (b"PK\x03\x04 no archive", Kind.UNREADABLE, 0),
        (b"\xff\xfeE\x00-\x00m", Kind.UNREADABLE, 0),
        (b"x" * (reading.LARGEST + 1), Kind.UNREADABLE, 0),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(data: bytes, kind: Kind, at: int) -> None:
    faults = read_faults(data)
    assert (faults[0].kind, faults[0].row) == (kind, at)


def test_a_row_too_many_is_told_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    (fault,) = read_faults(file_of([row()] * 3))
    assert (fault.kind, fault.row, fault.values["most"]) == (Kind.TOO_MANY_ROWS, 4, "2")


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "LARGEST_UNPACKED", 1000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "0" * 1_000_000)
    with pytest.raises(Unreadable) as caught:
        read(file.getvalue())
    assert caught.value.fault.values["reason"] == "too-large"


def test_a_workbook_with_times_and_formulas_is_read_by_what_it_shows() -> None:
    book = openpyxl.Workbook()
    book.active.append(list(HEADER))
    book.active.append([17.0, "Åse", None, "a@b.no", True, datetime(2026, 3, 1), datetime(2026, 3, 1, 12, 30)])  # noqa: DTZ001
    file = io.BytesIO()
    book.save(file)
    (cells,) = _read_back(file.getvalue())[1:]
    assert cells == ["17", "Åse", "", "a@b.no", "True", "2026-03-01", "2026-03-01 12:30:00"]


@given(TEXT)
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text


def test_every_name_of_a_column_leads_to_it_in_every_language() -> None:
    for column, languages in NAMES.items():
        for names in languages.values():
            for name in names:
                assert known(name) is column
                assert known(f" {name.upper()} * ") is column
    header, faults = read_header(["Førenamn", "", "E-POST*", "Eining", "Leiarnivå", "Postnummer", ""], 1)
    assert faults == []
    assert header.places == {Column.GIVEN_NAME: 0, Column.EMAIL: 2, Column.UNIT: 3, Column.LEVEL: 4}
    assert (header.unknown, header.width) == (("Postnummer",), 6)


@given(st.dates(date(1, 1, 1)))
def test_a_day_is_read_in_both_orders(day: date) -> None:
    assert day_in(f"{day.day}.{day.month}.{day.year:04d}") == day_in(day.isoformat()) == day


@given(TEXT)
def test_other_texts_are_no_day_or_no_day_in_a_calendar(text: str) -> None:
    try:
        found = day_in(text)
    except ValueError:
        found = None
    assert found is None or any(each.isdigit() for each in text)
    level_in(text)


def test_a_unit_is_found_by_code_name_and_way_and_never_guessed() -> None:
    units = UnitNames([
        UnitFacts(1, None, "Town", "1"), UnitFacts(2, 1, "Health", "1.1"), UnitFacts(3, 2, "North", None),
        UnitFacts(4, 1, "School", None), UnitFacts(5, 4, "North", None), UnitFacts(6, 4, "Plan/build", None),
        UnitFacts(7, 1, "1.1", None),
    ])  # fmt: skip
    for text, ids in (
        ("1.1", [2]), ("health", [2]), ("Town / Health / North", [3]), ("school/ north", [5]), ("North", [3, 5]),
        ("plan / build", [6]), ("Nowhere", []), ("Health / School", []), ("Town", [1]),
    ):  # fmt: skip
        assert units.find(text) == ids, text
    assert [units.written(each) for each in (1, 3, 5)] == ["Town", "Town / Health / North", "Town / School / North"]
    for unit_id in (1, 2, 3, 4, 5, 6, 7):
        assert units.find(units.written(unit_id)) == [unit_id]
    assert units.nearest("Helth") == "Health"
