"""One member of an assignment: more time; and the renewal of an assignment."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.paths import assigning, extending, forms, renewal, renewals
from learning.paths.forms import Fault, Fields
from learning.paths.models import Assignment, AssignmentMember
from learning.paths.pages import page

blueprint = Blueprint("members", __name__)
Page = str | tuple[str, int] | AnyResponse
_EXTEND = "/agency/<agency_slug>/members/<int:member_id>/extend"
_RENEWAL = "/agency/<agency_slug>/assignments/<int:assignment_id>/renewal"


def _own(member_id: int) -> AssignmentMember:
    return extending.member_in(db.session, g.agency.id, member_id) or abort(404)


def _extend_form(member: AssignmentMember, fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "extend.html",
        422 if faults else 200,
        member=member,
        fields=fields,
        faults=faults,
        today=clock.today(),
        extensions=extending.extensions_of(db.session, member.id),
        request_key=forms.request_key(fields) or forms.new_request_key(),
    )


@blueprint.get(_EXTEND)
@requires(Permission.MANAGE_PATHS)
def extend(agency_slug: str, member_id: int) -> Page:
    """A form to give somebody more time, with the times before."""
    return _extend_form(_own(member_id), MultiDict(), [])


@blueprint.post(_EXTEND)
@requires(Permission.MANAGE_PATHS)
def give_more_time(agency_slug: str, member_id: int) -> Page:
    member = _own(member_id)
    key = forms.request_key(request.form)
    if key is None:
        abort(400)
    faults = []
    try:
        due_on: date | None = date.fromisoformat(request.form.get("due_on", "").strip())
    except ValueError:
        due_on = None
        faults.append(Fault("due_on", gettext("Write the new due date as a date, such as 2027-03-01.")))
    if not request.form.get("reason", "").strip():
        faults.append(Fault("reason", gettext("Say why: it is kept with the extension.")))
    if due_on is not None and not faults:
        reason = request.form["reason"]
        try:
            extending.extend(db.session, member, due_on, reason, request_key=key, actor_id=signed_in_actor().person_id)
        except extending.CannotExtend as error:
            if str(error) == "reason":
                most = extending.LONGEST_REASON
                faults.append(Fault("reason", gettext("The reason can have at most %(most)d characters.", most=most)))
            else:
                faults.append(Fault("due_on", gettext("Choose a day after the one there is, and not in the past.")))
    if faults:
        return _extend_form(member, request.form, faults)
    flash(gettext("%(name)s has more time.", name=member.person.name))
    return redirect(url_for("paths.assignment", agency_slug=agency_slug, assignment_id=member.assignment_id), 303)


def _own_assignment(assignment_id: int) -> Assignment:
    return assigning.assignment_of(db.session, g.agency.id, assignment_id) or abort(404)


def _renewal_form(found: Assignment, fields: Fields, faults: list[Fault]) -> Page:
    return page("renewal_form.html", 422 if faults else 200, assignment=found, fields=fields, faults=faults)


@blueprint.get(_RENEWAL)
@requires(Permission.MANAGE_PATHS)
def edit_renewal(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    return _renewal_form(found, forms.renewal_fields(renewal.rule_of(found)), [])


@blueprint.post(_RENEWAL)
@requires(Permission.MANAGE_PATHS)
def change_renewal(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    rule, faults = forms.read_renewal(request.form)
    if faults:
        return _renewal_form(found, request.form, faults)
    renewals.change_rule(db.session, found, rule, actor_id=signed_in_actor().person_id)
    flash(gettext("The renewal is changed."))
    return redirect(url_for("paths.assignment", agency_slug=agency_slug, assignment_id=assignment_id), 303)
