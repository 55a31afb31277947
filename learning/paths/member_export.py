"""The list of members as a file, in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import force_locale, gettext

from learning import spreadsheets
from learning.database import db, reading_only
from learning.organisation.wording import level_name
from learning.paths.member_list import Row, Wanted, stream
from learning.paths.wording import status_name


def _cells(row: Row, with_address: bool) -> list[object]:
    who: list[object] = [row.name, row.email] if with_address else [row.name]
    where = [row.unit, level_name(row.level.value), row.path_title]
    return [*who, *where, row.taken, row.needed, row.due_on, status_name(row.status)]


def _header(with_address: bool) -> list[str]:
    who = [gettext("Name"), gettext("E-mail address")] if with_address else [gettext("Name")]
    return [
        *who,
        gettext("Unit"),
        gettext("Level"),
        gettext("Learning path"),
        gettext("Courses done"),
        gettext("Courses to do"),
        gettext("Due date"),
        gettext("Status"),
    ]


def pieces(agency_id: int, wanted: Wanted, form: str, language: str, *, with_address: bool) -> Iterator[bytes]:
    """The file, piece by piece, read in a transaction of its own; ``form`` is csv or xlsx.

    Needs a request context while running.
    """
    with force_locale(language), reading_only(), db.sessionmaker() as session:
        rows = (_cells(row, with_address) for row in stream(session, agency_id, wanted))
        if form == "xlsx":
            yield from spreadsheets.write_xlsx(_header(with_address), rows)
        else:
            yield from spreadsheets.write_csv(_header(with_address), rows)
