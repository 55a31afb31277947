"""An agency's own framework as a file: read whatever spreadsheets write, and every fault told by row and column."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.catalogue.frameworks import LANGUAGES, FrameworkPlan
from learning.catalogue.structure import Language
from learning.competences import own_columns, own_files
from learning.competences.own_columns import columns_of, heading, known
from learning.competences.own_files import read_own
from learning.spreadsheets import guarded, write_csv, write_xlsx
from tests.factories import own_framework_file

pytestmark = pytest.mark.one_database


def told(data: bytes, taken: tuple[str, ...] = ("RM",)) -> list[str]:
    found = read_own(data, taken=taken)
    assert (found.plan is None) == bool(found.faults)
    return [
        f"{fault.row} {heading(fault.column, 'en') if fault.column else ''}: {fault.message}" for fault in found.faults
    ]


def changed(old: str, new: str, codes: tuple[str, ...] = ("OWN.1", "OWN.2")) -> bytes:
    text = own_framework_file(codes).decode("cp1252")
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_what_norwegian_excel_writes_is_read(separator: str) -> None:
    plan = read_own(own_framework_file(["OWN.1", "OWN.2"], separator), taken=()).plan
    assert plan is not None
    assert plan.framework == "OWN"
    assert plan.languages == ["nb"]
    assert [each.code for each in plan.competences] == ["OWN.1", "OWN.2"]
    assert [group.titles for group in plan.groups] == [{"nb": "Å lede"}]
    assert plan.competences[0].levels[3] == {"nb": "OWN.1 på nivå 4"}


def test_a_code_in_small_letters_is_taken() -> None:
    plan = read_own(changed("OWN.1;", "own.1;"), taken=()).plan
    assert plan is not None
    assert plan.competences[0].code == "OWN.1"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "0 : The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "0 : This is an Excel file of the old kind"),
        (b"x" * 260_000, "0 : The file is larger than 250 kB."),
        (b"one;two\n1;2", "1 : The first row must hold the names of the columns"),
        (own_framework_file([]), "1 : There are no competences"),
        (changed("Gruppe", "Noe annet"), "1 Group: The column is missing."),
        (changed("Nivå 2 nb", "Ukjent"), "1 Level 2 nb: The column is missing."),
        (changed("Gruppe;", "Gruppe;Kode;"), "1 Code: The column stands twice."),
        (changed("OWN.2;", "OWN-2;"), "3 Code: “OWN-2” is not a code."),
        (changed("OWN.2;", "OWN.1;"), "3 Code: OWN.1 stands in row 2 already."),
        (changed("OWN.2;", "OTHER.2;"), "3 Code: The file is of the framework OWN."),
        (changed("OWN.2;", ";"), "3 Code: The cell is empty."),
        (changed("Tittel på OWN.2", " "), "3 Title nb: The cell is empty."),
        (changed("Tittel på OWN.2", "x" * 101), "3 Title nb: The text has 101 characters, and 100 is the most."),
        (changed("OWN.2 på nivå 3", "x" * 401), "3 Level 3 nb: The text has 401 characters"),
        (changed("OWN.2 på nivå 3", "a\x07b"), "3 Level 3 nb: The cell holds an invisible character"),
        (changed("OWN.2 på nivå 3", "p\ufffd"), "3 Level 3 nb: A letter was lost"),
        (changed("OWN.2 på nivå 4", "her;og der"), "3 : The row has more cells than there are columns."),
        (own_framework_file(["RM.1"]), "2 Code: RM is the code of a framework of all agencies."),
        (own_framework_file([f"OWN.{number}" for number in range(201)]), "202 : A framework has 200 competences at"),
        (b'Kode;Gruppe\n"OWN.1;x\ny"z;a', "2 : A quotation mark stands in the wrong place."),
    ],
)
def test_a_fault_names_row_and_column_and_how_to_mend_it(data: bytes, fault: str) -> None:
    (message,) = told(data)
    assert message.startswith(fault)


def test_all_faults_are_told_at_once() -> None:
    data = changed("Tittel på OWN.1", "").decode().replace("Om OWN.2", "").replace("OWN.3;", "x;")
    assert [each.split(":")[0] for each in told(data.encode())] == ["2 Title nb", "3 Description nb"]


def test_a_second_language_is_whole_or_left_out() -> None:
    columns = columns_of(("nb", "nn"))
    row = ["OWN.1", "G", *["tekst"] * 6, *[""] * 6]
    header = [heading(each, "nb") for each in columns]
    plan = read_own(b"".join(write_csv(header, [row])), taken=()).plan
    assert plan is not None
    assert plan.languages == ["nb"]
    row[8] = "tittel"
    faults = read_own(b"".join(write_csv(header, [row])), taken=()).faults
    assert [fault.column for fault in faults] == [column for column in columns if column[1] == "nn"][1:]


def test_columns_go_by_their_names_in_every_language() -> None:
    for column in columns_of(LANGUAGES):
        for language in LANGUAGES:
            assert known(heading(column, language)) == column
    assert known("Tittel (bokmål)") == known("TITTEL") == (own_columns.Field.TITLE, "nb")
    assert known("Noe annet") is None


_WORDS = (
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and "\ufffd" not in text)
)


@st.composite
def plans(draw: st.DrawFn) -> FrameworkPlan:
    languages: list[Language] = draw(st.sampled_from([["nb"], ["nn"], ["nb", "en"], ["nb", "nn", "en"]]))
    header = [heading(each, "nb") for each in columns_of(languages)]
    count = draw(st.integers(1, 4))
    rows = [[f"OWN.{number}", *(draw(_WORDS) for _ in header[1:])] for number in range(count)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([header, *([guarded(cell) for cell in row] for row in rows)])
    plan = read_own(text.getvalue().encode("utf-8-sig"), taken=()).plan
    assert plan is not None
    return plan


@given(plans())
def test_what_is_taken_out_and_read_back_is_the_same(plan: FrameworkPlan) -> None:
    header = [heading(each, "en") for each in columns_of(plan.languages)]
    rows = list(own_files.to_rows(plan))
    as_csv = b"".join(write_csv(header, [[guarded(cell) for cell in row] for row in rows]))
    assert read_own(as_csv, taken=()).plan == plan
    assert read_own(b"".join(write_xlsx(header, rows)), taken=()).plan == plan


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"Kode;Gruppe;Tittel\n{text}".encode()))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    told(data)
