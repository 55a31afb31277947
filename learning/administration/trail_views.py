"""The audit trail: who did what to whom, in words, to search and to take out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request, stream_with_context, url_for

from learning import clock
from learning.access import audit, trail
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.access.trail import TrailPage
from learning.administration import trail_choices, trail_export, trail_names, trail_wording
from learning.administration.trail_choices import Choices
from learning.administration.trail_names import KINDS
from learning.administration.trail_wording import Kind
from learning.database import LARGEST_ID, db
from learning.interface import interface_language

blueprint = Blueprint("trail", __name__)


def _address(kind: str, key: object) -> str | None:
    """Where a thing has its page, when the reader may go there."""
    found = KINDS.get(kind)
    if found is None or found.endpoint is None:
        return None
    if found.permission is not None and not may(signed_in_actor(), found.permission, g.agency.id):
        return None
    values: dict[str, Any] = {found.argument: key}
    if found.permission is not None:
        values["agency_slug"] = g.agency.slug
    return url_for(found.endpoint, **values)


def _key(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value <= LARGEST_ID else None


def _page(choices: Choices) -> tuple[str, int]:
    found = TrailPage([], None, None)
    if not choices.faults:
        before, after = _key("before"), _key("after")
        found = trail.page(db.session, g.agency.id, choices.wanted, before=before, after=after)
    names = trail_names.gather(db.session, g.agency.id, found.events)
    page = render_template(
        "organisation/trail.html",
        agency=g.agency,
        told=[(event, trail_wording.sentence(event, names).html(_address)) for event in found.events],
        found=found,
        fields=choices.fields,
        faults=choices.faults,
        kinds=[(kind.value, trail_wording.kind_name(kind)) for kind in Kind],
        formats=list(trail_export.MEDIA_TYPES),
    )
    return page, 422 if choices.faults else 200


@blueprint.get("/agency/<agency_slug>/audit")
@requires(Permission.SEE_AUDIT_TRAIL)
def audit_trail(agency_slug: str) -> tuple[str, int]:
    """Who did what in the agency, a page at a time."""
    return _page(trail_choices.read(db.session, g.agency.id, request.args))


@blueprint.post("/agency/<agency_slug>/audit/export")
@requires(Permission.SEE_AUDIT_TRAIL)
def export(agency_slug: str) -> Response | tuple[str, int]:
    """All the events that fit, as a file; taking it out is an event too."""
    choices = trail_choices.read(db.session, g.agency.id, request.form)
    form = request.form.get("format", "")
    if choices.faults:
        return _page(choices)
    if form not in trail_export.MEDIA_TYPES:
        abort(400)
    noted = {name: choices.fields.get(name) for name in ("since", "until", "who", "whom", "kind")}
    audit.record(
        db.session, "trail.exported", subject_type="agency", subject_id=g.agency.slug,
        actor_id=signed_in_actor().person_id, agency_id=g.agency.id, format=form, **noted,
        words=choices.fields.get("q"),
    )  # fmt: skip
    body = stream_with_context(trail_export.pieces(g.agency.id, choices.wanted, form, interface_language()))
    response = Response(body, content_type=trail_export.MEDIA_TYPES[form])
    name = f"audit-trail-{g.agency.slug}-{clock.today().isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
