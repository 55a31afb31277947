"""What is done about gaps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.interface import interface_language
from learning.needs import forms, known, matrix, measures
from learning.needs.measures import ChangedMeanwhile
from learning.needs.models import CompetenceMeasure
from learning.needs.pages import Page, competence_of, look, page
from learning.needs.setting import Key
from learning.paths.forms import new_request_key, request_key, whole_number

blueprint = Blueprint("measures", __name__)
_MEASURES = "/agency/<agency_slug>/competences/measures"


def _to_list() -> AnyResponse:
    return redirect(url_for("measures.measures", agency_slug=g.agency.slug), 303)


def _owner(form: forms.MeasureForm) -> int | None:
    """The owner in a valid form, or None after the fault is noted at the field."""
    found = measures.owner_of(db.session, g.agency.id, form.owner.data)
    if found is None:
        form.owner.errors = [gettext("Nobody who works in this agency has this address.")]
    return found


@blueprint.get(_MEASURES, endpoint="measures")
@requires(Permission.MANAGE_NEEDS)
def measure_list(agency_slug: str) -> Page:
    """All measures, with the gap when they began beside today's."""
    found = measures.followed(db.session, g.agency.id, measures.all_of(db.session, g.agency.id))
    return page("measures.html", followed=found, known=known.load(db.session, g.agency.id, interface_language()))


@blueprint.route(f"{_MEASURES}/new/<competence_code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_NEEDS)
def new_measure(agency_slug: str, competence_code: str) -> Page:
    """A measure for the gap that the address names."""
    wanted = look()
    competence = competence_of(wanted.known, competence_code)
    cell = matrix.cell(
        db.session, g.agency.id, wanted.unit.id, competence.id, wanted.horizon, wanted.role
    ) or abort(404)  # fmt: skip
    values: dict[str, Any] = {
        "look": wanted, "competence": competence, "cell": cell, "measure": None,
        "paths": measures.paths_that_build(db.session, g.agency.id, competence.code),
    }  # fmt: skip
    form = forms.MeasureForm()
    if request.method == "GET":
        form.request_key.data = new_request_key()
        return page("measure_form.html", form=form, **values)
    key = request_key(request.form)
    if key is None:
        abort(400)
    if form.validate_on_submit() and (owner_id := _owner(form)) is not None:
        measures.create(
            db.session, g.agency.id, Key(wanted.unit.id, wanted.role, competence.id, wanted.horizon),
            form.draft(owner_id), request_key=key, actor_id=signed_in_actor().person_id,
        )  # fmt: skip
        flash(gettext("The measure is saved."))
        return _to_list()
    return page("measure_form.html", 422, form=form, **values)


def _own(measure_id: int) -> CompetenceMeasure:
    return measures.one_of(db.session, g.agency.id, measure_id) or abort(404)


@blueprint.route(f"{_MEASURES}/<int:measure_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_NEEDS)
def measure(agency_slug: str, measure_id: int) -> Page:
    """Change a measure, or say how far it has come."""
    found = _own(measure_id)
    (followed,) = measures.followed(db.session, g.agency.id, [found])
    competence = known.load(db.session, g.agency.id, interface_language()).by_id.get(found.competence_id)
    values: dict[str, Any] = {
        "measure": found,
        "competence": competence,
        "cell": followed.now,
        "followed": followed,
        "paths": [],
    }
    if request.method == "GET":
        form = forms.MeasureForm(
            formdata=None,
            data={
                "kind": found.kind.value, "words": found.words, "owner": found.owner.email,
                "cost": "" if found.cost is None else str(found.cost), "deadline": found.deadline,
                "state": found.state.value, "revision": found.revision,
            },
        )  # fmt: skip
        return page("measure_form.html", form=form, **values)
    form = forms.MeasureForm()
    if form.validate_on_submit() and (owner_id := _owner(form)) is not None:
        seen = whole_number(form.revision.data or "") or 0
        try:
            measures.change(db.session, found, form.draft(owner_id), seen=seen, actor_id=signed_in_actor().person_id)
        except ChangedMeanwhile:
            form.revision.data = str(found.revision)
            form.words.errors = [
                gettext("Somebody changed this measure while you wrote. Look at it in the list, then save.")
            ]
        else:
            flash(gettext("The measure is saved."))
            return _to_list()
    return page("measure_form.html", 422, form=form, **values)
