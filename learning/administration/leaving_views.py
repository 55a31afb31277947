"""Somebody leaves: all their positions in the agency end in one step, and the step can be taken back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date, gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.administration.forms import LeaveForm
from learning.database import db
from learning.organisation import leaving
from learning.organisation.people import person_in, positions_in
from learning.paths import member_list
from learning.paths.member_list import Wanted

blueprint = Blueprint("leaving", __name__)


@blueprint.route("/agency/<agency_slug>/people/<int:person_id>/leave", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def leave(agency_slug: str, person_id: int) -> AnyResponse | str | tuple[str, int]:
    """End every position that the person holds in the agency, with one last day."""
    person = person_in(db.session, g.agency.id, person_id)
    if person is None:
        abort(404)
    back = url_for("organisation.person", agency_slug=agency_slug, person_id=person_id)
    form = LeaveForm()
    if request.method == "GET":
        form.last_day.data = clock.today()
    elif form.validate_on_submit():
        try:
            departure = leaving.leave(
                db.session, g.agency.id, person, form.last_day.data, by_id=signed_in_actor().person_id,
                reason=form.reason.data or "",
            )  # fmt: skip
        except leaving.NothingToEnd:
            form.last_day.errors = [gettext("No position goes on after that day.")]
        else:
            audit.record(
                db.session, "person.left", subject_type="person", subject_id=person_id,
                actor_id=signed_in_actor().person_id, agency_id=g.agency.id, last_day=departure.last_day.isoformat(),
                positions=len(departure.ended), reason=departure.reason,
            )  # fmt: skip
            day = format_date(departure.last_day, "long")
            flash(gettext("%(name)s leaves: %(day)s is the last day. The record is kept.", name=person.name, day=day))
            return redirect(back, 303)
    today = clock.today()
    positions = positions_in(db.session, g.agency.id, person_id)
    page = render_template(
        "organisation/leave.html", agency=g.agency, person=person, form=form, back=back,
        positions=[each for each in positions if each.ends_on is None or each.ends_on >= today], today=today,
        assignments=list(member_list.stream(db.session, g.agency.id, Wanted(person_id=person_id))),
        led=leaving.led_by(db.session, g.agency.id, person_id),
    )  # fmt: skip
    return page if request.method == "GET" else (page, 422)


@blueprint.post("/agency/<agency_slug>/people/<int:person_id>/leave/<int:departure_id>/take-back")
@requires(Permission.MANAGE_PEOPLE)
def take_back(agency_slug: str, person_id: int, departure_id: int) -> AnyResponse:
    """Give the positions the ends they had before the step."""
    person = person_in(db.session, g.agency.id, person_id)
    departure = leaving.departure_in(db.session, g.agency.id, person_id, departure_id) if person else None
    if departure is None:
        abort(404)
    try:
        was_taken_back = departure.taken_back_at is not None
        restored = leaving.take_back(db.session, departure, by_id=signed_in_actor().person_id)
    except leaving.TooLate:
        flash(gettext("It is too late to take this back. Add a new position instead."))
    else:
        if not was_taken_back:
            audit.record(
                db.session, "person.leaving-taken-back", subject_type="person", subject_id=person_id,
                actor_id=signed_in_actor().person_id, agency_id=g.agency.id, positions=restored,
            )  # fmt: skip
            flash(ngettext("It is taken back: %(num)d position goes on as before.",
                           "It is taken back: %(num)d positions go on as before.", restored))  # fmt: skip
        else:
            flash(gettext("It was taken back already."))
    return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)
