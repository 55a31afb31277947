"""Choosing who takes part in a programme, and letting somebody leave."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.organisation import people
from learning.organisation.models import Level
from learning.organisation.units import tree
from learning.organisation.wording import level_name
from learning.paths.forms import whole_number
from learning.programmes import cohorts, forms, participants
from learning.programmes.models import Cohort
from learning.programmes.participants import CohortCancelled

blueprint = Blueprint("participants", __name__)
Page = str | tuple[str, int] | AnyResponse
_COHORT = "/agency/<agency_slug>/programmes/<int:cohort_id>"


def _own(cohort_id: int) -> Cohort:
    return cohorts.cohort_of(db.session, g.agency.id, cohort_id) or abort(404)


def _back(cohort_id: int, message: str) -> AnyResponse:
    flash(message)
    return redirect(url_for("programmes.programme", agency_slug=g.agency.slug, cohort_id=cohort_id), 303)


def _choose(cohort: Cohort, faults: dict[str, list[str]], status: int = 200) -> Page:
    """The agency's people to tick, a page of a search at a time, and a field for pasted addresses."""
    values = request.values
    unit_id = whole_number(values.get("unit", ""))
    wish = values.get("level", "")
    level = Level(wish) if wish in set(Level) else None
    query = values.get("q", "")[:100]
    page = whole_number(values.get("page", ""), 10**6) or 1
    found = people.find_people(db.session, g.agency.id, query=query, unit_id=unit_id, level=level, page=page)
    shown = found[: people.PAGE]
    once = {person.id: (person, position, unit) for person, position, unit in reversed(shown)}
    here = participants.here(db.session, g.agency.id, list(once))
    html = render_template(
        "programmes/choose.html",
        agency=g.agency,
        cohort=cohort,
        people=[row for person_id, row in reversed(once.items()) if person_id in here],
        more=len(found) > people.PAGE,
        page=page,
        query=query,
        unit_id=unit_id,
        level=level.value if level else None,
        levels=[each.value for each in Level],
        level_name=level_name,
        rows=tree(db.session, g.agency.id),
        present=participants.member_ids(db.session, cohort.id),
        ticked=set(request.form.getlist("person")),
        addresses=request.form.get("addresses", ""),
        faults=faults,
    )
    return html, status


@blueprint.route(f"{_COHORT}/participants/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def choose(agency_slug: str, cohort_id: int) -> Page:
    """Tick people, or paste addresses; all of them join, or none and the faults are named."""
    cohort = _own(cohort_id)
    if cohort.cancelled_at is not None:
        return _back(cohort_id, gettext("The programme is cancelled, so nothing in it can change."))
    if request.method == "GET":
        return _choose(cohort, {})
    ticked = {number for text in request.form.getlist("person") if (number := whole_number(text))}
    lines, faults = forms.read_addresses(request.form.get("addresses", ""))
    known = participants.by_address(db.session, g.agency.id, [line.address for line in lines])
    faults += forms.unknown_lines(lines, known)
    if faults:
        return _choose(cohort, {"addresses": faults}, 422)
    wanted = ticked | set(known.values())
    if not wanted:
        return _choose(cohort, {"people": [gettext("Tick somebody, or paste an address.")]}, 422)
    try:
        joined = participants.add(
            db.session, cohort, wanted, actor_id=signed_in_actor().person_id,
            beyond_seats=request.form.get("beyond_seats") == "yes",
        )  # fmt: skip
    except CohortCancelled:
        return _back(cohort_id, gettext("The programme is cancelled, so nothing in it can change."))
    except participants.NotHere:
        message = gettext("Somebody you ticked no longer works in the agency. Choose again.")
        return _choose(cohort, {"people": [message]}, 422)
    except participants.TooFewSeats as full:
        message = gettext(
            "There are %(seats)d seats, and this would make %(wanted)d participants. Choose fewer, or tick that you"
            " want them all the same. There is no waiting list.",
            seats=full.seats,
            wanted=full.wanted,
        )
        return _choose(cohort, {"beyond_seats": [message]}, 422)
    if not joined:
        return _back(cohort_id, gettext("They take part already, so nothing has changed."))
    words = ngettext("%(num)d person has joined and is told.", "%(num)d people have joined and are told.", len(joined))
    return _back(cohort_id, words)


@blueprint.route(f"{_COHORT}/participants/<int:person_id>/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def remove(agency_slug: str, cohort_id: int, person_id: int) -> Page:
    """Ask, and then let somebody leave the programme."""
    cohort = _own(cohort_id)
    if cohort.cancelled_at is not None:
        return _back(cohort_id, gettext("The programme is cancelled, so nothing in it can change."))
    found = next((each for each in participants.listing(db.session, cohort) if each.person_id == person_id), None)
    if found is None:
        abort(404)
    if found.left_at is not None:
        return _back(cohort_id, gettext("%(name)s has left the programme.", name=found.name))
    if request.method == "GET":
        return render_template("programmes/remove.html", agency=g.agency, cohort=cohort, person=found)
    try:
        participants.remove(db.session, cohort, person_id, actor_id=signed_in_actor().person_id)
    except CohortCancelled:
        return _back(cohort_id, gettext("The programme is cancelled, so nothing in it can change."))
    return _back(cohort_id, gettext("%(name)s has left the programme.", name=found.name))
