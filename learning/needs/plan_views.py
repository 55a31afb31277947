"""What if people leave, and the plan for a board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.interface import interface_language
from learning.needs import forms, matrix, plan, plan_files, scenarios, setting, tallies
from learning.needs.matrix import Ask
from learning.needs.pages import Look, Page, flat, look, page
from learning.needs.scenarios import Choice
from learning.paths.forms import new_request_key, request_key
from learning.spreadsheets import XLSX_TYPE

blueprint = Blueprint("planning", __name__)
_HERE = "/agency/<agency_slug>/competences"


def _actor_id() -> int:
    return signed_in_actor().person_id


def _form(wanted: Look, fields: MultiDict[str, str] | None, data: dict[str, Any] | None = None) -> forms.ScenarioForm:
    form = forms.ScenarioForm(formdata=fields, data=data or {"who": "people"})
    form.who.choices = [
        ("people", gettext("These people")),
        ("unit", gettext("Everybody in a unit and below it")),
        ("before", gettext("Everybody whose position ends before a day")),
        ("number", gettext("A number of people, whoever they are")),
    ]
    form.leaving_unit.choices = [(node.id, "– " * depth + node.name) for depth, node in flat(wanted.roots)]
    return form


def _choice(form: forms.ScenarioForm) -> Choice | None:
    """Who leaves, of a valid form, or None after the fault is noted at the field."""
    if form.who.data == "unit":
        return Choice(unit_id=form.leaving_unit.data)
    if form.who.data == "before":
        if form.before.data is None:
            form.before.errors = [gettext("Write a date.")]
            return None
        return Choice(before=form.before.data)
    if form.who.data == "number":
        if form.number.data is None:
            form.number.errors = [gettext("Write a whole number of people.")]
            return None
        return Choice(number=form.number.data)
    lines = [line.strip().lower() for line in (form.people.data or "").splitlines() if line.strip()]
    if not lines or len(lines) > scenarios.MOST_ADDRESSES:
        form.people.errors = [
            gettext("Write at least one address, and at most %(most)d.", most=scenarios.MOST_ADDRESSES)
        ]
        return None
    found = scenarios.people_by_address(db.session, g.agency.id, set(lines))
    unknown = next((line for line in lines if line not in found), None)
    if unknown is not None:
        form.people.errors = [
            gettext("Nobody who works in this agency has the address %(address)s.", address=unknown[:254])
        ]
        return None
    return Choice(frozenset(found.values()))


def _shown(wanted: Look, form: forms.ScenarioForm, choice: Choice | None, status: int = 200) -> Page:
    values: dict[str, Any] = {"before": None, "after": None, "leave": 0}
    if choice is not None:
        leaving = choice.leaving(wanted.roots)
        ask = Ask(wanted.competence_ids, wanted.horizon, wanted.role, wanted.unit.id)
        values = {
            "before": matrix.build(db.session, g.agency.id, ask, wanted.roots),
            "after": matrix.build(
                db.session, g.agency.id, replace(ask, leaving=leaving, losing=choice.number or 0), wanted.roots
            ),
            "leave": choice.number
            if leaving is None
            else tallies.leaving_heads(db.session, g.agency.id, leaving, clock.today()),
        }
    return page(
        "what_if.html",
        status,
        look=wanted,
        form=form,
        choice=choice,
        has_needs=setting.has_any(db.session, g.agency.id),
        scenarios=scenarios.all_of(db.session, g.agency.id),
        **values,
    )


@blueprint.get(f"{_HERE}/what-if")
@requires(Permission.MANAGE_NEEDS)
def what_if(agency_slug: str) -> Page:
    """Ask who leaves."""
    wanted = look()
    return _shown(wanted, _form(wanted, None), None)


@blueprint.post(f"{_HERE}/what-if")
@requires(Permission.MANAGE_NEEDS)
def show_what_if(agency_slug: str) -> Page:
    """The matrix before and after. Nothing is saved unless it is to be kept under a name."""
    wanted = look(request.form)
    form = _form(wanted, request.form)
    choice = _choice(form) if form.validate_on_submit() else None
    if choice is None:
        return _shown(wanted, form, None, 422)
    if "save" not in request.form:
        return _shown(wanted, form, choice)
    if not form.name.data:
        form.name.errors = [gettext("Give the scenario a name.")]
        return _shown(wanted, form, choice, 422)
    try:
        made = scenarios.save(db.session, g.agency.id, form.name.data, choice, actor_id=_actor_id())
    except scenarios.NameTaken:
        form.name.errors = [gettext("You already have a scenario with this name. Choose another.")]
        return _shown(wanted, form, choice, 422)
    flash(gettext("The scenario “%(name)s” is saved.", name=made.name))
    return redirect(
        url_for("planning.scenario", agency_slug=agency_slug, scenario_id=made.id, **wanted.fields), 303
    )  # fmt: skip


@blueprint.get(f"{_HERE}/scenarios/<int:scenario_id>")
@requires(Permission.MANAGE_NEEDS)
def scenario(agency_slug: str, scenario_id: int) -> Page:
    """A scenario that was kept, worked out anew with today's numbers."""
    found = scenarios.one_of(db.session, g.agency.id, scenario_id) or abort(404)
    wanted = look()
    choice = scenarios.choice_of(db.session, found)
    who = "unit" if choice.unit_id else "before" if choice.before else "number" if choice.number else "people"
    form = _form(
        wanted, None,
        {
            "who": who, "people": "\n".join(scenarios.addresses_of(db.session, choice.person_ids)),
            "leaving_unit": choice.unit_id, "before": choice.before, "number": choice.number, "name": found.name,
        },
    )  # fmt: skip
    return _shown(wanted, form, choice)


@blueprint.post(f"{_HERE}/scenarios/<int:scenario_id>/remove")
@requires(Permission.MANAGE_NEEDS)
def remove_scenario(agency_slug: str, scenario_id: int) -> AnyResponse:
    """Forget a scenario."""
    found = scenarios.one_of(db.session, g.agency.id, scenario_id) or abort(404)
    name = found.name
    scenarios.remove(db.session, found, actor_id=_actor_id())
    flash(gettext("The scenario “%(name)s” is removed.", name=name))
    return redirect(url_for("planning.what_if", agency_slug=agency_slug), 303)


# The plan


def _plan_page(form: forms.DecisionForm, status: int = 200) -> Page:
    found = plan.gather(db.session, g.agency.id, interface_language())
    return page("plan.html", status, plan=found, form=form)


@blueprint.get(f"{_HERE}/plan", endpoint="plan")
@requires(Permission.MANAGE_NEEDS)
def plan_page(agency_slug: str) -> Page:
    """The plan as it stands."""
    form = forms.DecisionForm(formdata=None)
    form.request_key.data = new_request_key()
    return _plan_page(form)


@blueprint.post(f"{_HERE}/plan")
@requires(Permission.MANAGE_NEEDS)
def decide(agency_slug: str) -> Page:
    """Note what was decided."""
    key = request_key(request.form)
    if key is None:
        abort(400)
    form = forms.DecisionForm()
    if not form.validate_on_submit():
        return _plan_page(form, 422)
    plan.decide(
        db.session, g.agency.id, form.decided_on.data, form.body.data, form.words.data, request_key=key,
        actor_id=_actor_id(),
    )  # fmt: skip
    flash(gettext("The decision is noted."))
    return redirect(url_for("planning.plan", agency_slug=agency_slug), 303)


@blueprint.post(f"{_HERE}/plan/file")
@requires(Permission.MANAGE_NEEDS)
def plan_file(agency_slug: str) -> Page:
    """The plan as PDF or as a workbook."""
    form = request.form.get("format")
    if form not in ("pdf", "xlsx"):
        abort(400)
    found = plan.gather(db.session, g.agency.id, interface_language())
    content = plan_files.pdf(found, g.agency) if form == "pdf" else plan_files.workbook(found)
    audit.record(
        db.session, "plan.exported", subject_type="agency", subject_id=g.agency.id, actor_id=_actor_id(),
        agency_id=g.agency.id, format=form,
    )  # fmt: skip
    response = Response(content, content_type="application/pdf" if form == "pdf" else XLSX_TYPE)
    name = f"competence-plan-{g.agency.slug}-{found.today.isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
