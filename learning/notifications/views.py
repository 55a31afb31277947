"""The agency's outbox, and in demo mode the mails themselves."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, render_template, request

from learning.access.guard import requires, signed_in, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.notifications import outbox as rules

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/agency/<agency_slug>/outbox")
@requires(Permission.SEE_OUTBOX)
def outbox(agency_slug: str) -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    found = rules.in_agency(db.session, g.agency.id, page)
    return render_template(
        "notifications/outbox.html", agency=g.agency, messages=found[:50], more=len(found) > 50, page=page
    )


@blueprint.get("/mail")
@signed_in
def demo_mail() -> str:
    """What mail would have been sent: only in demo mode, where none leaves the machine."""
    if not current_app.config["SETTINGS"].demo:
        abort(404)
    actor = signed_in_actor()
    agencies = [agency_id for agency_id in actor.agency_ids if may(actor, Permission.SEE_OUTBOX, agency_id)]
    messages = rules.readable_in_demo(db.session, actor.person_id, agencies)
    return render_template("notifications/demo_mail.html", messages=messages)
