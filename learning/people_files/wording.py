"""Faults and outcomes in the reader's words: what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from learning.organisation.models import Level
from learning.organisation.wording import level_name
from learning.people_files.columns import Column, heading
from learning.people_files.faults import Fault, Kind
from learning.people_files.steps import Change, Outcome

LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
_DAYS = ("start", "end", "day")

_UNREADABLE = {
    "too-large": _l("The file is larger than 10 MB. Split it, or save it as CSV."),
    "old-excel": _l("This is an Excel file of the old kind (.xls). Save it as .xlsx or CSV and upload that."),
    "xlsx": _l(
        "The file cannot be read as an Excel workbook. Open it in Excel, save it again as .xlsx or CSV and upload that."
    ),
    "encoding": _l("The text of the file cannot be read. Save it as CSV UTF-8 and upload that."),
}
_SENTENCES = {
    Kind.EMPTY_FILE: _l("The file is empty. Fill in the template and upload it."),
    Kind.BROKEN_QUOTES: _l(
        "A quotation mark stands in the wrong place. Look at those in this row and the rows before it; "
        "inside a cell they are written twice."
    ),
    Kind.TOO_MANY_ROWS: _l(
        "The file has more than %(most)s rows. Split it, and let people who are not in the file be."
    ),
    Kind.NO_ROWS: _l("There are no people below the names of the columns. Write a row for each position."),
    Kind.NO_HEADER: _l(
        "The first row must hold the names of the columns, such as E-mail, Unit and Level. The template shows them."
    ),
    Kind.MISSING_COLUMN: _l("The column is missing. Add it, with a value in every row."),
    Kind.DUPLICATE_COLUMN: _l("“%(first)s” and “%(second)s” are the same column. Take one of them away."),
    Kind.TOO_MANY_CELLS: _l(
        "The row has more cells than the %(expected)s columns. The first too many holds “%(extra)s”. Move "
        "it, or put quotation marks around text with a separator in it."
    ),
    Kind.CONTROL_CHARACTER: _l(
        "The cell holds an invisible character that cannot be stored. Delete the text and write it again."
    ),
    Kind.UNREADABLE_CHARACTER: _l(
        "A letter was lost when the file was saved. Write it again, and save the file as CSV UTF-8."
    ),
    Kind.TOO_LONG: _l("The text has %(length)s characters, and %(longest)s is the most. Shorten it."),
    Kind.MISSING_EMAIL: _l("The e-mail address is missing. Write it: mail and sign-in need it."),
    Kind.BAD_EMAIL: _l("“%(written)s” is not an e-mail address. Write it as name@example.org."),
    Kind.MISSING_UNIT: _l(
        "The unit is missing. Write its code, its name, or the way to it, such as Health / Home care."
    ),
    Kind.MISSING_LEVEL: _l("The level is missing. Write one of these: %(levels)s."),
    Kind.UNKNOWN_LEVEL: _l("There is no level “%(written)s”. Write one of these: %(levels)s."),
    Kind.UNKNOWN_LANGUAGE: _l("There is no language “%(written)s” here. Write nb, nn or en."),
    Kind.BAD_DATE: _l("“%(written)s” is not a date. Write it as 31.12.2026 or 2026-12-31."),
    Kind.UNLIKELY_DATE: _l("The year in “%(written)s” cannot be right. Write a year between 1950 and 2100."),
    Kind.END_BEFORE_START: _l("The last day, %(end)s, is before the first, %(start)s. Correct one of them."),
    Kind.TAG_TOO_LONG: _l(
        "The tag that begins with “%(tag)s” has more than %(longest)s characters. Shorten it, or put commas "
        "between tags."
    ),
    Kind.ADDRESS_TWICE: _l(
        "%(email)s stands in row %(row)s too, with another name or number. Everybody needs an address of "
        "their own, and one person is written alike in all their rows."
    ),
    Kind.NUMBER_TWICE: _l(
        "Number %(number)s stands in row %(row)s too, with the address %(other)s. Correct the number or the "
        "address in one of the rows."
    ),
    Kind.DIFFERENT_LANGUAGE: _l("Row %(row)s has another language for the same person. Write the same in both."),
    Kind.UNIT_TWICE: _l(
        "%(name)s has a position in %(unit)s in row %(row)s too. Take one of the rows away, or write days in "
        "both so that one comes after the other."
    ),
    Kind.UNKNOWN_UNIT: _l(
        "There is no unit “%(written)s” in the agency. Write its code, its name or the way to it as on the page Units."
    ),
    Kind.AMBIGUOUS_UNIT: _l("More than one unit is called “%(written)s”: %(ways)s. Write the code or the whole way."),
    Kind.MISSING_NAME: _l("%(email)s is new here, so the name must be filled in."),
    Kind.OUTSIDE_AGENCY: _l(
        "%(email)s belongs to somebody outside this agency. Check the address, or ask the platform "
        "administrator to give the person a position here."
    ),
    Kind.NUMBER_AND_EMAIL: _l(
        "Number %(number)s belongs to %(one)s, and the address %(email)s to %(other)s. Correct the one that is wrong."
    ),
    Kind.TWO_ADDRESSES: _l(
        "This is %(name)s, who stands in row %(row)s with another address. Write the same address in both rows."
    ),
    Kind.NOT_OURS_TO_CHANGE: _l(
        "The name and address of %(name)s are not this agency's alone to change. Write them as they are, or "
        "ask the platform administrator."
    ),
    Kind.HAS_A_ROLE: _l(
        "%(name)s has a role in the agency. Write name and address as they are, or ask the agency's "
        "administrator to change them."
    ),
    Kind.START_TOO_FAR: _l("%(day)s is more than two years ahead. Check the year, or leave the row out until then."),
    Kind.POSITION_OVERLAPS: _l(
        "There is a position in %(unit)s from %(start)s to %(end)s already. Write days so that one comes "
        "after the other."
    ),
    Kind.UNCLEAR_MOVE: _l(
        "%(name)s has a position in %(units)s, and it is not clear which of them this one replaces. Write a "
        "row for each position that the person keeps, and one with a last day for each that ends."
    ),
    Kind.OWN_MANAGER: _l("%(name)s cannot be their own line manager. Write somebody else, or nothing."),
    Kind.UNKNOWN_MANAGER: _l(
        "Nobody in the file or the agency has the address or number “%(written)s”. Correct it, add the "
        "manager to the file, or leave the cell empty."
    ),
    Kind.MANAGER_NOT_HERE: _l(
        "“%(written)s” has no position here when this file is applied. Write another line manager, or nothing."
    ),
    Kind.MANAGER_CIRCLE: _l(
        "They would report to each other in a circle: %(way)s. Correct the line manager of one of them."
    ),
}
_NEAREST = _l(
    "There is no unit “%(written)s” in the agency. Did you mean “%(nearest)s”? Write its code, its name "
    "or the way to it as on the page Units."
)
_OPEN_END = _l(
    "There is a position in %(unit)s from %(start)s without an end already. Write days so that one comes "
    "after the other."
)


def language() -> str:
    """The reader's language, as nb, nn or en."""
    return str(get_locale() or "nb").split("_")[0]


def day(text: str) -> str:
    """A day as yyyy-mm-dd in the order people read it."""
    return date.fromisoformat(text).strftime("%d.%m.%Y") if text else ""


def sentence(fault: Fault) -> str:
    """What is wrong and how to mend it."""
    values = {name: day(value) if name in _DAYS else value for name, value in fault.values.items()}
    if fault.kind is Kind.UNREADABLE:
        return str(_UNREADABLE[values["reason"]])
    if fault.kind in (Kind.MISSING_LEVEL, Kind.UNKNOWN_LEVEL):
        values["levels"] = ", ".join(level_name(level.value) for level in Level)
    text = _SENTENCES[fault.kind]
    if fault.kind is Kind.UNKNOWN_UNIT and values["nearest"]:
        text = _NEAREST
    if fault.kind is Kind.POSITION_OVERLAPS and not values["end"]:
        text = _OPEN_END
    return str(text) % values


def column_name(column: str, labels: Mapping[Column, str]) -> str:
    """A column by the name that the file has for it."""
    if column not in {each.value for each in Column}:
        return column
    known = Column(column)
    return labels.get(known) or heading(known, language())


def outcome_name(outcome: Outcome) -> str:
    names: dict[Outcome, str] = {
        Outcome.NEW: gettext("New"),
        Outcome.MOVED: gettext("Moved"),
        Outcome.ENDED: gettext("Ended"),
        Outcome.CHANGED: gettext("Changed"),
        Outcome.UNCHANGED: gettext("Unchanged"),
        Outcome.REFUSED: gettext("Refused"),
    }
    return names[outcome]


def value_name(column: Column, value: str) -> str:
    """A value of a change, as people read it."""
    if column is Column.LEVEL:
        return level_name(value)
    if column in (Column.STARTS_ON, Column.ENDS_ON):
        return day(value)
    return LANGUAGES.get(value, value) if column is Column.LANGUAGE else value


def change_words(change: Change) -> str:
    """A change in one line: the column, and the value before and after."""
    name = heading(change.column, language())
    before, after = value_name(change.column, change.before), value_name(change.column, change.after)
    if before == after or not before:
        return f"{name}: {after}"
    return f"{name}: {before} → {after}" if after else f"{name}: {before} → " + gettext("nothing")
