"""Following up who is behind: the list as a file, and reminders that HR sends."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock, spreadsheets
from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.interface import interface_language
from learning.paths import forms, list_choices, member_export, reminding
from learning.paths.member_list import Wanted
from learning.paths.pages import wanted_or_404

blueprint = Blueprint("following_up", __name__)
Page = str | tuple[str, int] | AnyResponse


@blueprint.post("/agency/<agency_slug>/members/export")
@requires(Permission.SEE_BOARD)
def export_members(agency_slug: str) -> Response:
    """The whole list as CSV or a workbook; addresses for those who may see people."""
    wanted = wanted_or_404(request.form)
    form = request.form.get("format", "csv")
    if form not in spreadsheets.MEDIA_TYPES:
        abort(400)
    actor = signed_in_actor()
    audit.record(
        db.session, "members.exported", subject_type="agency", subject_id=g.agency.slug, actor_id=actor.person_id,
        agency_id=g.agency.id, format=form, status=wanted.status and wanted.status.value,
        assignment=wanted.assignment_id, unit=wanted.unit_id, words=wanted.search or None,
    )  # fmt: skip
    with_address = may(actor, Permission.SEE_PEOPLE, g.agency.id)
    pieces = member_export.pieces(g.agency.id, wanted, form, interface_language(), with_address=with_address)
    response = Response(stream_with_context(pieces), content_type=spreadsheets.MEDIA_TYPES[form])
    name = f"members-{g.agency.slug}-{clock.today().isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _remind_page(wanted: Wanted, fault: str | None = None) -> Page:
    page = render_template(
        "paths/remind.html",
        agency=g.agency,
        chosen=list_choices.fields(wanted),
        reach=reminding.reach(db.session, g.agency.id, wanted),
        fault=fault,
    )
    return page, 409 if fault else 200


@blueprint.get("/agency/<agency_slug>/members/remind")
@requires(Permission.MANAGE_PATHS)
def confirm_reminder(agency_slug: str) -> Page:
    return _remind_page(wanted_or_404(request.args))


@blueprint.post("/agency/<agency_slug>/members/remind")
@requires(Permission.MANAGE_PATHS)
def remind(agency_slug: str) -> Page:
    wanted = wanted_or_404(request.form)
    expected = forms.whole_number(request.form.get("expected", "")) or 0
    try:
        number = reminding.remind(
            db.session, g.agency.id, wanted, actor_id=signed_in_actor().person_id, expected=expected
        )
    except reminding.ListChanged:
        return _remind_page(wanted, gettext("The list has changed since you looked. Look again and confirm."))
    if not number:
        return _remind_page(wanted)
    flash(ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", number))
    return redirect(url_for("paths.members", agency_slug=agency_slug, **list_choices.fields(wanted)), 303)
