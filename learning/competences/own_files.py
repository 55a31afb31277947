"""An agency's own framework as a file: read into a plan, with every fault by row and column; and written again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from learning.catalogue.frameworks import LANGUAGES, CompetencePlan, FrameworkPlan, Group
from learning.catalogue.structure import Language
from learning.competences.own_columns import LEVELS, TOLD, Column, Field, Header, known, read_header
from learning.spreadsheets import Row, Table, Unread, Unreadable, read_table, unguarded

LARGEST = 250 * 1000  # bytes; the file goes along in the form that confirms it
MOST_ROWS = 200
LONGEST = {Field.TITLE: 100, Field.GROUP: 100}
LONGEST_TEXT = 400
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}\.[A-Z0-9]{1,4}")
_UNREAD: dict[Unread, Any] = {
    Unread.TOO_LARGE: _l("The file is larger than 250 kB. Leave out pictures and other sheets, or save it as CSV."),
    Unread.OLD_EXCEL: _l("This is an Excel file of the old kind (.xls). Save it as .xlsx or CSV and upload that."),
    Unread.WORKBOOK: _l(
        "The file cannot be read as an Excel workbook. Open it in Excel, save it again as .xlsx or CSV and upload that."
    ),
    Unread.ENCODING: _l("The text of the file cannot be read. Save it as CSV UTF-8 and upload that."),
    Unread.EMPTY: _l("The file is empty. Fill in the template and upload it."),
    Unread.TOO_MANY_ROWS: _l("A framework has 200 competences at most. Split it in two."),
    Unread.QUOTES: _l(
        "A quotation mark stands in the wrong place. Look at those in this row and the rows before it; "
        "inside a cell they are written twice."
    ),
}


@dataclass(frozen=True)
class RowFault:
    """Something to mend, and how. ``row`` counts from 1 as a spreadsheet does, 0 for the whole file."""

    row: int
    column: Column | None
    message: Any  # a text that is translated when it is shown


@dataclass
class OwnFile:
    """``plan`` is None when there are faults. ``unknown`` are columns that nothing is read from."""

    plan: FrameworkPlan | None = None
    faults: list[RowFault] = field(default_factory=list)
    unknown: tuple[str, ...] = ()


def read_own(data: bytes, *, taken: Collection[str]) -> OwnFile:
    """Read and check a file; ``taken`` are the codes of all agencies' frameworks.

    The framework has its code for a name until ``named`` gives it one: the file holds none.
    """
    found = OwnFile()
    try:
        table = read_table(data, is_known=lambda cell: known(cell) is not None, largest=LARGEST, most_rows=MOST_ROWS)
    except Unreadable as unreadable:
        found.faults.append(RowFault(unreadable.row, None, _UNREAD[unreadable.why]))
        return found
    header, twice = read_header(table.header.cells)
    found.unknown = header.unknown
    row = table.header.number
    found.faults += [RowFault(row, each, _l("The column stands twice. Take one away.")) for each in twice]
    reader = _Reader(table, header, taken)
    found.faults += reader.missing_columns()
    if not found.faults and not table.rows:
        message = _l("There are no competences below the names of the columns. Write a row for each.")
        found.faults.append(RowFault(row, None, message))
    if not found.faults:
        competences, groups = reader.competences()
        found.faults += reader.faults
        if not found.faults:
            found.plan = _plan(reader.languages, competences, groups)
    return found


def named(plan: FrameworkPlan, name: str, about: str) -> FrameworkPlan:
    """The framework with a name and a description, the same in all its languages."""
    titles, descriptions = dict.fromkeys(plan.languages, name), dict.fromkeys(plan.languages, about)
    return plan.model_copy(update={"titles": titles, "descriptions": descriptions})


def _plan(languages: Sequence[Language], competences: list[CompetencePlan], groups: Sequence[str]) -> FrameworkPlan:
    code = competences[0].code.partition(".")[0]
    return FrameworkPlan(
        framework=code,
        version=1,  # an agency's own is numbered where it is published
        status="current",
        languages=list(languages),
        titles=dict.fromkeys(languages, code),
        descriptions=dict.fromkeys(languages, code),
        groups=[
            Group(id=f"g{number}", titles=dict.fromkeys(languages, title)) for number, title in enumerate(groups, 1)
        ],
        competences=competences,
    )


class _Reader:
    """Turns the rows of a table into competences, and collects what is wrong with them."""

    def __init__(self, table: Table, header: Header, taken: Collection[str]) -> None:
        self._table, self._header, self._taken = table, header, taken
        self.faults: list[RowFault] = []
        # A language counts when some competence has a name in it: templates come with columns for all three.
        self.languages: list[Language] = [each for each in LANGUAGES if self._is_used(each)]

    def _is_used(self, language: Language) -> bool:
        place = self._header.places.get((Field.TITLE, language))
        return place is not None and any(self._at(row, place) for row in self._table.rows)

    def _at(self, row: Row, place: int) -> str:
        cell = row.cells[place] if place < len(row.cells) else ""
        text = unguarded(cell) if self._table.is_guarded else cell
        return " ".join(unicodedata.normalize("NFC", text).split())

    def missing_columns(self) -> list[RowFault]:
        row = self._table.header.number
        if not self._header.places:
            message = _l(
                "The first row must hold the names of the columns, such as Code, Group and Title. "
                "The template shows them."
            )
            return [RowFault(row, None, message)]
        wanted: list[Column] = [(Field.CODE, None), (Field.GROUP, None)]
        for language in self.languages or LANGUAGES[:1]:
            wanted += [(each, language) for each in TOLD]
        message = _l("The column is missing. Add it, with a value in every row.")
        return [RowFault(row, each, message) for each in wanted if each not in self._header.places]

    def competences(self) -> tuple[list[CompetencePlan], list[str]]:
        """The competences with the titles of their groups in order; ``faults`` grows."""
        found: list[CompetencePlan] = []
        groups: list[str] = []
        rows: dict[str, int] = {}
        if not self.languages:
            self.faults.append(
                RowFault(0, (Field.TITLE, "nb"), _l("No competence has a title. Write one in every row."))
            )
            return [], []
        for row in self._table.rows:
            before = len(self.faults)
            self._check_cells(row)
            code = self._code(row, rows)
            group = self._text(row, (Field.GROUP, None))
            texts = {
                language: {each: self._text(row, (each, language)) for each in TOLD} for language in self.languages
            }
            if group not in groups:
                groups.append(group)
            if len(self.faults) == before:
                found.append(
                    CompetencePlan(
                        code=code,
                        group=f"g{groups.index(group) + 1}",
                        titles={each: texts[each][Field.TITLE] for each in self.languages},
                        descriptions={each: texts[each][Field.DESCRIPTION] for each in self.languages},
                        levels=[{each: texts[each][level] for each in self.languages} for level in LEVELS],
                    )
                )
        return found, groups

    def _fault(self, row: Row, column: Column | None, message: Any) -> None:
        self.faults.append(RowFault(row.number, column, message))

    def _check_cells(self, row: Row) -> None:
        extra = next((cell for cell in row.cells[self._header.width :] if cell.strip()), None)
        if extra is not None:
            message = _l(
                "The row has more cells than there are columns. The first too many holds “%(extra)s”. Move it, or put "
                "quotation marks around text with a separator in it.",
                extra=extra[:60],
            )
            self._fault(row, None, message)

    def _text(self, row: Row, column: Column) -> str:
        text = self._at(row, self._header.places[column])
        longest = LONGEST.get(column[0], LONGEST_TEXT)
        if not text:
            self._fault(row, column, _l("The cell is empty. Write a text in it."))
        elif any(unicodedata.category(each) in ("Cc", "Cs") for each in text):
            message = _l(
                "The cell holds an invisible character that cannot be stored. Delete the text and write it again."
            )
            self._fault(row, column, message)
        elif "\ufffd" in text:
            message = _l("A letter was lost when the file was saved. Write it again, and save the file as CSV UTF-8.")
            self._fault(row, column, message)
        elif len(text) > longest:
            message = _l(
                "The text has %(length)s characters, and %(longest)s is the most. Shorten it.",
                length=len(text),
                longest=longest,
            )
            self._fault(row, column, message)
        return text

    def _code(self, row: Row, rows: dict[str, int]) -> str:
        """The row's code; ``rows`` are those before, by code, and grows."""
        column: Column = (Field.CODE, None)
        code = self._text(row, column).upper()
        own = next(iter(rows), code).partition(".")[0]
        if not code:
            return code
        if not _CODE.fullmatch(code):
            message = _l(
                "“%(code)s” is not a code. Write the framework's code of 2 to 8 letters and digits, a full stop and at "
                "most 4 letters and digits, such as OSLO.1.",
                code=code[:40],
            )
            self._fault(row, column, message)
        elif code.partition(".")[0] in self._taken:
            message = _l(
                "%(framework)s is the code of a framework of all agencies. Choose another for your own.",
                framework=code.partition(".")[0],
            )
            self._fault(row, column, message)
        elif code in rows:
            message = _l(
                "%(code)s stands in row %(row)s already. Give each competence its own code.", code=code, row=rows[code]
            )
            self._fault(row, column, message)
        elif code.partition(".")[0] != own:
            message = _l(
                "The file is of the framework %(own)s. Begin the code with that, or put %(other)s in a file of "
                "its own.",
                own=own,
                other=code.partition(".")[0],
            )
            self._fault(row, column, message)
        else:
            rows[code] = row.number
        return code


def to_rows(plan: FrameworkPlan) -> Iterator[list[str]]:
    """A framework in the columns of its languages, so that it can be corrected and uploaded again."""
    groups = {each.id: each for each in plan.groups}
    for each in plan.competences:
        cells = [each.code, next(iter(groups[each.group].titles.values()))]
        for language in plan.languages:
            cells += [texts[language] for texts in (each.titles, each.descriptions, *each.levels)]
        yield cells
