"""Saved audiences: making them, seeing who is in them, and why."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.access.roles import GRANTABLE
from learning.database import db
from learning.organisation import people as people_rules
from learning.organisation.models import Level
from learning.organisation.wording import role_name
from learning.paths import audience_forms, audiences, building, saved_audiences, unit_tree, wording
from learning.paths.audiences import Explanation
from learning.paths.forms import Fault, Fields
from learning.paths.models import Audience
from learning.paths.pages import audience_words, page

blueprint = Blueprint("audiences", __name__)
Page = str | tuple[str, int] | AnyResponse
_ONE = "/agency/<agency_slug>/audiences/<int:audience_id>"


def _own(audience_id: int) -> Audience:
    return saved_audiences.one_of(db.session, g.agency.id, audience_id) or abort(404)


@blueprint.get("/agency/<agency_slug>/audiences", endpoint="audiences")
@requires(Permission.MANAGE_PATHS)
def audience_list(agency_slug: str) -> Page:
    """The saved audiences, each in words."""
    roots = unit_tree.load(db.session, g.agency.id)
    listed = [
        (each, audience_words(saved_audiences.spec_of(each), roots))
        for each in saved_audiences.all_of(db.session, g.agency.id)
    ]
    return page("audience_list.html", listed=listed)


def _form(fields: Fields, faults: list[Fault], audience: Audience | None, held: saved_audiences.Held | None) -> Page:
    return page(
        "audience_form.html",
        422 if faults else 200,
        fields=fields,
        faults=faults,
        audience=audience,
        held=held,
        uses=saved_audiences.uses(db.session, audience) if audience else [],
        roots=unit_tree.load(db.session, g.agency.id),
        levels=list(Level),
        roles=[(role.value, role_name(role)) for role in GRANTABLE],
        courses=building.courses_to_choose(db.session),
        tags=saved_audiences.tags_of(db.session, g.agency.id),
        chosen_units=set(fields.getlist("unit")),
        chosen_levels=set(fields.getlist("level")),
        chosen_roles=set(fields.getlist("role")),
        chosen_completed=set(fields.getlist("completed")),
        chosen_not_completed=set(fields.getlist("not_completed")),
    )


@blueprint.get("/agency/<agency_slug>/audiences/new")
@requires(Permission.MANAGE_PATHS)
def new_audience(agency_slug: str) -> Page:
    return _form(MultiDict({"with_below": "yes"}), [], None, None)


@blueprint.get(f"{_ONE}/edit")
@requires(Permission.MANAGE_PATHS)
def edit_audience(agency_slug: str, audience_id: int) -> Page:
    audience = _own(audience_id)
    spec = saved_audiences.spec_of(audience)
    return _form(audience_forms.audience_fields(audience.name or "", spec), [], audience, None)


def _save(audience: Audience | None) -> Page:
    """Save, or with "look" only show who would be in it."""
    units = {node.id for root in unit_tree.load(db.session, g.agency.id) for node in root.walk()}
    courses = {course.id for course in building.courses_to_choose(db.session)}
    name, spec, faults = audience_forms.read_audience(request.form, units, courses)
    if "look" in request.form:
        faults = [fault for fault in faults if fault.field != "name"]
        held = None if faults else saved_audiences.held(db.session, g.agency.id, spec)
        return _form(request.form, faults, audience, held)
    if not faults:
        try:
            saved = saved_audiences.save(
                db.session, g.agency.id, name, spec, audience=audience, actor_id=signed_in_actor().person_id
            )
        except saved_audiences.NameTaken:
            faults = [Fault("name", gettext("You already have an audience with this name. Choose another."))]
        else:
            flash(gettext("The audience “%(name)s” is saved.", name=saved.name))
            return redirect(url_for("audiences.audience", agency_slug=g.agency.slug, audience_id=saved.id), 303)
    return _form(request.form, faults, audience, None)


@blueprint.post("/agency/<agency_slug>/audiences/new")
@requires(Permission.MANAGE_PATHS)
def create_audience(agency_slug: str) -> Page:
    return _save(None)


@blueprint.post(f"{_ONE}/edit")
@requires(Permission.MANAGE_PATHS)
def change_audience(agency_slug: str, audience_id: int) -> Page:
    return _save(_own(audience_id))


@blueprint.get(_ONE)
@requires(Permission.MANAGE_PATHS)
def audience(agency_slug: str, audience_id: int) -> Page:
    """Who is in it today, what uses it, and why somebody is in it or not."""
    found = _own(audience_id)
    spec = saved_audiences.spec_of(found)
    email = request.args.get("who", "").strip()[:254]
    person = people_rules.known_by_address(db.session, g.agency.id, email) if email else None
    explained: Explanation | None = None
    if person is not None:
        explained = audiences.explain(db.session, g.agency.id, spec, person.id, clock.today())
    titles = audiences.course_titles(db.session, spec)
    return page(
        "audience.html",
        audience=found,
        words=audience_words(spec, unit_tree.load(db.session, g.agency.id)),
        held=saved_audiences.held(db.session, g.agency.id, spec),
        sample_size=audiences.SAMPLE_SIZE,
        uses=saved_audiences.uses(db.session, found),
        who=email,
        person=person,
        explained=explained,
        reasons=[(each.holds, wording.reason_words(each, titles)) for each in explained.reasons] if explained else [],
    )


@blueprint.post(f"{_ONE}/remove")
@requires(Permission.MANAGE_PATHS)
def remove_audience(agency_slug: str, audience_id: int) -> Page:
    found = _own(audience_id)
    name = found.name
    try:
        saved_audiences.remove(db.session, found, actor_id=signed_in_actor().person_id)
    except saved_audiences.InUse:
        flash(gettext("Assignments are given to this audience, so it cannot be removed. Withdraw them first."))
        return redirect(url_for("audiences.audience", agency_slug=agency_slug, audience_id=audience_id), 303)
    flash(gettext("The audience “%(name)s” is removed.", name=name))
    return redirect(url_for("audiences.audiences", agency_slug=agency_slug), 303)
