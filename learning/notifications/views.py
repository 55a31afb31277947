"""The agency's outbox, and in demo mode the mails themselves."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access import audit
from learning.access.guard import public, requires, signed_in, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.interface import csrf
from learning.notifications import calendar, view_links, view_mails
from learning.notifications import outbox as rules
from learning.notifications.models import OutboxMessage
from learning.organisation import bounces, people
from learning.sealing import CannotOpen

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/agency/<agency_slug>/outbox")
@requires(Permission.SEE_OUTBOX)
def outbox(agency_slug: str) -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    found = rules.in_agency(db.session, g.agency.id, page)
    return render_template(
        "notifications/outbox.html", agency=g.agency, messages=found[:50], more=len(found) > 50, page=page,
        dead=bounces.dead_addresses(db.session, {each.to_address for each in found}),
        unreached=bounces.count_in(db.session, g.agency.id),
    )  # fmt: skip


@blueprint.get("/agency/<agency_slug>/unreached")
@requires(Permission.SEE_OUTBOX)
def unreached(agency_slug: str) -> str:
    """The agency's people whom mail does not reach."""
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    found = bounces.list_in(db.session, g.agency.id, page)
    return render_template(
        "notifications/unreached.html", agency=g.agency, found=found[:50], more=len(found) > 50, page=page,
        total=bounces.count_in(db.session, g.agency.id),
        may_manage=may(signed_in_actor(), Permission.MANAGE_PEOPLE, g.agency.id),
    )  # fmt: skip


@blueprint.post("/agency/<agency_slug>/people/<int:person_id>/try-mail-again")
@requires(Permission.MANAGE_PEOPLE)
def try_mail_again(agency_slug: str, person_id: int) -> AnyResponse:
    """The address is in order again, so mail may go there."""
    person = people.person_in(db.session, g.agency.id, person_id)
    if person is None or not people.works_in(db.session, g.agency.id, person_id):
        abort(404)
    actor_id = signed_in_actor().person_id
    if bounces.try_again(db.session, person_id, actor_id=actor_id):
        audit.record(
            db.session, "mail.tried-again", subject_type="person", subject_id=person_id, actor_id=actor_id,
            agency_id=g.agency.id,
        )  # fmt: skip
    flash(gettext("Mail goes to %(address)s again.", address=person.email))
    return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)


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


@blueprint.route("/view-stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs post here by themselves when their reader says no (RFC 8058)
@public
def stop_view(token: str) -> str:
    """A saved view is mailed no longer, in one click. Stopping it again changes nothing."""
    found = view_links.read(token)
    if found is None:
        abort(404)
    if request.method == "POST":
        view_mails.stop(db.session, *found)
    return render_template("notifications/stop_view.html", is_done=request.method == "POST")
