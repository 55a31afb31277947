"""The template to fill in, and today's people in the same columns: a file that changes nothing when it is read back."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.access import audit
from learning.database import db, reading_only
from learning.organisation.holding import not_over
from learning.organisation.models import Agency, Level, Membership, MembershipTag, Person, Position
from learning.organisation.units import tree
from learning.people_files.checking import LEVELS
from learning.people_files.columns import Column, heading
from learning.people_files.known import unit_names
from learning.people_files.reading import MOST_ROWS
from learning.spreadsheets import guarded

Row = Sequence[str | date | None]
_LEVEL_PLACE = list(Column).index(Column.LEVEL)


@dataclass(frozen=True)
class Sheets:
    """What goes into a file: the header, the rows, and for a workbook the names of a second sheet with lists."""

    header: Sequence[str]
    rows: Iterable[Row]
    lists: Sequence[Sequence[str]] = ()  # columns with a heading each; the last holds the levels


def write_csv(sheets: Sheets) -> Iterator[bytes]:
    """As Norwegian Excel opens it by a double click: UTF-8 with a mark, semicolons, CRLF."""
    buffer = io.StringIO(newline="")
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheets.header)
    for row in sheets.rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(sheets: Sheets) -> Iterator[bytes]:
    """A workbook; rows go to a temporary file, so memory stays flat."""
    with tempfile.TemporaryFile() as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "dd.mm.yyyy",
        }
        workbook = xlsxwriter.Workbook(file, options)
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 16, text)  # leading noughts of employee numbers stay
        sheet.set_column(1, len(sheets.header) - 1, 20)
        for place, name in enumerate(sheets.header):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(sheets.rows, start=1):
            _write_row(sheet, number, row)
        if sheets.lists:
            _write_lists(workbook, sheet, sheets.lists, bold)
        workbook.close()
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece


def _write_row(sheet: Any, number: int, row: Row) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, date):
            sheet.write_datetime(number, place, cell)
        elif cell:
            sheet.write_string(number, place, cell)


def _write_lists(workbook: Any, first: Any, lists: Sequence[Sequence[str]], bold: Any) -> None:
    """The second sheet, and a choice among the levels in the first."""
    sheet = workbook.add_worksheet()
    sheet.set_column(0, len(lists) - 1, 30)
    for number in range(max(len(each) for each in lists)):  # row by row, as a constant memory asks for
        for place, column in enumerate(lists):
            if number < len(column) and column[number]:
                sheet.write_string(number, place, column[number], *([] if number else [bold]))
    letter = chr(ord("A") + len(lists) - 1)
    source = f"={sheet.get_name()}!${letter}$2:${letter}${len(lists[-1])}"
    first.data_validation(
        1, _LEVEL_PLACE, MOST_ROWS, _LEVEL_PLACE, {"validate": "list", "source": source, "error_type": "warning"}
    )


@dataclass(frozen=True)
class Format:
    """A format that people's files are written in."""

    name: str
    media_type: str
    write: Callable[[Sheets], Iterator[bytes]]


FORMATS = {
    each.name: each
    for each in (
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
        Format("csv", "text/csv; charset=utf-8", write_csv),
    )
}


def header(language: str) -> list[str]:
    return [heading(column, language) for column in Column]


def _level(level: Level, language: str) -> str:
    return LEVELS[level].get(language, LEVELS[level]["nb"])[0]


def template(session: Session, agency_id: int, language: str, names: Sequence[str]) -> Sheets:
    """The empty file. ``names`` are the headings of the second sheet: code, unit, way to the unit, level."""
    units, ways = tree(session, agency_id), unit_names(session, agency_id)
    lists = [
        [names[0], *(row.unit.code or "" for row in units)],
        [names[1], *(row.unit.name for row in units)],
        [names[2], *(ways.way(row.unit.id) for row in units)],
        [names[3], *(_level(level, language) for level in Level)],
    ]
    return Sheets(header(language), [], lists)


def stream(session: Session, agency_id: int, language: str) -> Iterator[Row]:
    """A row for each current or coming position, by name, a thousand at a time.

    A line manager who has left is not named: their address may tell where they work now.
    """
    today = clock.today()
    units = unit_names(session, agency_id)
    manager, theirs = aliased(Person), aliased(Position)
    is_here = exists().where(
        theirs.person_id == manager.id,
        theirs.agency_id == agency_id,
        not_over(today, theirs),
    )
    tags = (
        select(func.aggregate_strings(MembershipTag.tag, ","))
        .where(MembershipTag.agency_id == agency_id, MembershipTag.person_id == Person.id)
        .scalar_subquery()
    )
    statement = (
        select(Person, Position, Membership.employee_number, manager.email, tags)
        .join(Position, Position.person_id == Person.id)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.agency_id == agency_id))
        .outerjoin(manager, and_(manager.id == Position.reports_to_id, is_here))
        .where(Position.agency_id == agency_id, not_over(today))
        .order_by(Person.family_name, Person.given_name, Person.id, Position.starts_on, Position.id)
        .execution_options(yield_per=1000)
    )
    for person, position, number, manager_email, tagged in session.execute(statement):
        yield (
            number, person.given_name, person.family_name, person.email, person.language,
            units.written(position.unit_id), position.title, _level(position.level, language), position.starts_on,
            position.ends_on, manager_email, ", ".join(sorted((tagged or "").split(","))),
        )  # fmt: skip
        session.expunge(position)


def pieces(agency_id: int, form: Format, language: str) -> Iterator[bytes]:
    """The file of today's people, piece by piece, read in a transaction of its own. Needs an application context."""
    with reading_only(), db.sessionmaker() as session:
        yield from form.write(Sheets(header(language), stream(session, agency_id, language)))


def note_export(session: Session, agency: Agency, form: Format, actor_id: int) -> None:
    """Write to the audit trail who took the people out."""
    audit.record(
        session, "people.exported", subject_type="agency", subject_id=agency.slug, actor_id=actor_id,
        agency_id=agency.id, format=form.name,
    )  # fmt: skip


def write_faults(rows: Iterable[tuple[str, str, str]], names: Sequence[str]) -> Iterator[bytes]:
    """Every fault as CSV: row, column, what to do."""
    return write_csv(Sheets(names, rows))
