"""The page where an agency takes out its completion records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, g, render_template, request, stream_with_context
from flask_babel import gettext

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.catalogue.store import titles_by_slug
from learning.catalogue.wording import course_title, title_language
from learning.database import db
from learning.organisation.units import tree, unit_in
from learning.records import exporting, rows
from learning.records.rows import RecordFilter
from learning.records.writers import FORMATS

blueprint = Blueprint("records", __name__)


def _read_filter(values: Mapping[str, str]) -> tuple[RecordFilter, dict[str, str]]:
    """The filter from a form, and what is wrong with it by field."""
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {"since": None, "until": None}
    for name in days:
        if written := values.get(name, "").strip():
            try:
                days[name] = date.fromisoformat(written)
            except ValueError:
                faults[name] = gettext("Write a date as 2027-03-01.")
    if days["since"] and days["until"] and days["since"] > days["until"]:
        faults["until"] = gettext("The last day is before the first.")
    unit_id = None
    if written := values.get("unit", "").strip():
        unit = unit_in(db.session, g.agency.id, int(written)) if written.isascii() and written.isdigit() else None
        if unit is None:
            faults["unit"] = gettext("Choose one of the units.")
        else:
            unit_id = unit.id
    return RecordFilter(days["since"], days["until"], unit_id), faults


def _page(wanted: RecordFilter, faults: dict[str, str], values: Mapping[str, str]) -> str:
    newest = list(rows.stream(db.session, g.agency.id, wanted, newest=20))
    return render_template(
        "records/records.html",
        agency=g.agency,
        count=rows.count(db.session, g.agency.id, wanted),
        titles=titles_by_slug(db.session),
        course_title=course_title,
        title_language=title_language,
        newest=newest,
        person_ids=rows.person_ids(db.session, [row.completion_id for row in newest]),
        may_see_people=may(signed_in_actor(), Permission.SEE_PEOPLE, g.agency.id),
        tree=tree(db.session, g.agency.id),
        values=values,
        is_narrowed=wanted != RecordFilter(),
        faults=faults,
        formats=list(FORMATS),
        exports=exporting.last_exports(db.session, g.agency.id),
    )


@blueprint.get("/agency/<agency_slug>/records")
@requires(Permission.EXPORT_RECORDS)
def records(agency_slug: str) -> str | tuple[str, int]:
    wanted, faults = _read_filter(request.args)
    page = _page(RecordFilter() if faults else wanted, faults, request.args)
    return (page, 422) if faults else page


@blueprint.post("/agency/<agency_slug>/records/export")
@requires(Permission.EXPORT_RECORDS)
def export(agency_slug: str) -> Response | tuple[str, int]:
    wanted, faults = _read_filter(request.form)
    form = FORMATS.get(request.form.get("format", ""))
    if form is None:
        faults["format"] = gettext("Choose a format.")
    if faults or form is None:
        return _page(RecordFilter(), faults, request.form), 422
    exporting.note_export(db.session, g.agency, wanted, form, signed_in_actor().person_id)
    body = stream_with_context(exporting.pieces(g.agency.id, wanted, form))
    response = Response(body, content_type=form.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{exporting.file_name(g.agency, form)}"'
    return response
