"""Moving a unit in the tree, and removing an empty one."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.administration import unit_changes
from learning.administration.forms import UnitMoveForm
from learning.administration.unit_changes import Effects
from learning.database import db
from learning.organisation import units
from learning.organisation.models import Unit

blueprint = Blueprint("unit_tree", __name__)
_UNIT = "/agency/<agency_slug>/units/<int:unit_id>"
Page = str | tuple[str, int] | AnyResponse


def _own_unit(unit_id: int) -> Unit:
    return units.unit_in(db.session, g.agency.id, unit_id) or abort(404)


def _to_the_tree() -> AnyResponse:
    return redirect(url_for("organisation.units", agency_slug=g.agency.slug), 303)


def _move_form(unit: Unit) -> UnitMoveForm:
    """The units it can hang under: all but itself and those below it."""
    form = UnitMoveForm()
    below = units.with_below(db.session, unit)
    form.parent.choices = [
        (row.unit.id, "\u00a0\u00a0" * row.depth + row.unit.name)
        for row in units.tree(db.session, g.agency.id)
        if row.unit.id not in below
    ]
    return form


def _move_page(unit: Unit, form: UnitMoveForm, fault: str | None = None) -> Page:
    page = render_template("organisation/move_unit.html", agency=g.agency, unit=unit, form=form, fault=fault)
    return page, 422 if fault or form.errors else 200


def _effects_page(unit: Unit, parent: Unit, found: Effects, fault: str | None = None) -> Page:
    page = render_template(
        "organisation/move_unit_effects.html", agency=g.agency, unit=unit, parent=parent, found=found, fault=fault
    )
    return page, 409 if fault else 200


@blueprint.get(f"{_UNIT}/move")
@requires(Permission.MANAGE_PEOPLE)
def choose(agency_slug: str, unit_id: int) -> Page:
    """Choose where the unit is to hang."""
    unit = _own_unit(unit_id)
    form = _move_form(unit)
    form.parent.data = unit.parent_id
    return _move_page(unit, form)


@blueprint.post(f"{_UNIT}/move")
@requires(Permission.MANAGE_PEOPLE)
def move(agency_slug: str, unit_id: int) -> Page:
    """Show first what the move does, then do it."""
    unit = _own_unit(unit_id)
    form = _move_form(unit)
    if not form.validate_on_submit():
        return _move_page(unit, form)
    parent = _own_unit(form.parent.data)
    try:
        expected = request.form.get("expected")
        if expected is None:
            return _effects_page(unit, parent, unit_changes.effects_of_move(db.session, unit, parent))
        unit_changes.move(db.session, unit, parent, actor_id=signed_in_actor().person_id, expected=expected)
    except units.CannotMove:
        return _move_page(unit, form, gettext("The topmost unit cannot be moved, and no unit stands below itself."))
    except unit_changes.EffectsChanged:
        fault = gettext("Something has changed since you looked. Look again and confirm.")
        return _effects_page(unit, parent, unit_changes.effects_of_move(db.session, unit, parent), fault)
    flash(gettext("%(unit)s now stands below %(parent)s.", unit=unit.name, parent=parent.name))
    return _to_the_tree()


def _remove_page(unit: Unit, status: int = 200) -> Page:
    found = unit_changes.obstacles(db.session, unit)
    return render_template("organisation/remove_unit.html", agency=g.agency, unit=unit, obstacles=found), status


@blueprint.get(f"{_UNIT}/remove")
@requires(Permission.MANAGE_PEOPLE)
def confirm_removal(agency_slug: str, unit_id: int) -> Page:
    """Ask first, or say why it cannot be removed."""
    return _remove_page(_own_unit(unit_id))


@blueprint.post(f"{_UNIT}/remove")
@requires(Permission.MANAGE_PEOPLE)
def remove(agency_slug: str, unit_id: int) -> Page:
    unit = _own_unit(unit_id)
    name = unit.name
    try:
        unit_changes.remove(db.session, unit, actor_id=signed_in_actor().person_id)
    except units.StillUsed:
        return _remove_page(unit, 409)
    flash(gettext("The unit %(unit)s is removed.", unit=name))
    return _to_the_tree()
