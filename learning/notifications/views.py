"""The agency's outbox, and in demo mode the mails themselves."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import public, requires, signed_in, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.notifications import calendar
from learning.notifications import outbox as rules
from learning.notifications.models import OutboxMessage
from learning.sealing import CannotOpen

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
    return render_template("notifications/demo_mail.html", mails=[(each, _words(each)) for each in messages])


def _words(message: OutboxMessage) -> str:
    try:
        return message.words[0]
    except CannotOpen:
        return ""


@blueprint.route("/my/calendar", methods=["GET", "POST"])
@signed_in
def my_calendar() -> str | AnyResponse:
    """Get an address for one's calendar, shown once, or take it away."""
    person_id = signed_in_actor().person_id
    address = None
    if request.method == "POST":
        if "stop" in request.form:
            calendar.stop(db.session, person_id)
            flash(gettext("The calendar's address does not work any more."))
            return redirect(url_for("notifications.my_calendar"), 303)
        token = calendar.new_address(db.session, person_id)
        address = f"{current_app.config['SETTINGS'].base_url}{url_for('notifications.calendar_feed', token=token)}"
    return render_template(
        "notifications/calendar.html", address=address, has_address=calendar.has_address(db.session, person_id)
    )


@blueprint.get("/calendar/<token>.ics")
@public
def calendar_feed(token: str) -> Response:
    """The calendar itself; who knows the address may read it."""
    person = calendar.person_of(db.session, token)
    if person is None:
        abort(404)
    content = calendar.feed(db.session, person, current_app.config["SETTINGS"].base_url)
    return Response(content, mimetype="text/calendar")
