"""A person's goals: choose a competence, write the goal, change it, reach it or drop it."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in, signed_in_actor
from learning.competences import coverage, published
from learning.database import db
from learning.development import goals, naming
from learning.development.forms import GoalForm, values_of
from learning.development.goals import CannotChange
from learning.development.models import Goal, GoalState
from learning.development.naming import Named
from learning.development.wording import way_name
from learning.interface import interface_language
from learning.tidying import paragraphs

blueprint = Blueprint("goals", __name__)
Page = AnyResponse | str | tuple[str, int]


def _home() -> AnyResponse:
    return redirect(url_for("development.overview"), 303)


def _courses(competence: Named) -> list[tuple[str, str]]:
    """The courses that build a competence: id and title. An agency's own may be spelled alike by chance."""
    if competence.framework.framework.agency_id is not None:
        return []
    found = coverage.buildings(db.session).get(competence.row.code, [])
    language = interface_language()
    return [(each.course.id, each.course.text(language).title) for each in found]


@blueprint.get("/my/development/goals/new")
@signed_in
def choose() -> str:
    """The competences to choose one from for a new goal, by framework."""
    found = published.in_use(db.session, signed_in_actor().agency_ids)
    return render_template(
        "development/choose.html",
        frameworks=[(each, published.competence_ids(db.session, each)) for each in found],
        language=interface_language(),
    )


@blueprint.route("/my/development/goals/new/<int:competence_id>", methods=["GET", "POST"])
@signed_in
def new(competence_id: int) -> Page:
    """Write a new goal."""
    actor = signed_in_actor()
    competence = naming.competence(db.session, competence_id, actor.agency_ids)
    if competence is None:
        abort(404)
    form = GoalForm(courses=_courses(competence), key=secrets.token_hex(16))
    if form.validate_on_submit():
        key = (form.key.data or "")[:64] or secrets.token_hex(16)
        goals.make(db.session, actor.person_id, competence_id, form.draft, key)
        flash(gettext("The goal is in your plan. Your own manager sees it too."))
        return _home()
    now = goals.levels_by_evidence(db.session, actor.person_id, [competence_id]).get(competence_id, 0)
    page = render_template(
        "development/goal_form.html", form=form, competence=competence, now=now, goal=None, today=clock.today(),
        language=interface_language(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _own(goal_id: int, *, lock: bool = False) -> tuple[Goal, Named]:
    found = goals.own_goal(db.session, goal_id, signed_in_actor().person_id, lock=lock)
    if found is None:
        abort(404)
    return found, naming.named(db.session, [found.competence_id], None)[found.competence_id]


@blueprint.get("/my/development/goals/<int:goal_id>")
@signed_in
def goal(goal_id: int) -> str:
    """A goal with all that it has said before."""
    return _goal_page(*_own(goal_id))


def _goal_page(found: Goal, competence: Named, fault: str | None = None, reason: str = "") -> str:
    return render_template(
        "development/goal.html", shown=goals.shown(db.session, found), competence=competence, fault=fault,
        reason=reason, titles=dict(_courses(competence)), way_name=way_name, language=interface_language(),
        longest=goals.LONGEST,
    )  # fmt: skip


@blueprint.route("/my/development/goals/<int:goal_id>/change", methods=["GET", "POST"])
@signed_in
def change(goal_id: int) -> Page:
    """Change an open goal; what it said before is kept."""
    found, competence = _own(goal_id, lock=request.method == "POST")
    shown = goals.shown(db.session, found)
    # A course that builds it no longer stays in the goal until it is taken out.
    courses = dict(_courses(competence))
    courses |= {each: each for each in shown.content.courses if each not in courses}
    form = GoalForm(courses=list(courses.items()), before=found.by_day, data=values_of(found, shown.content))
    status = 200
    if form.validate_on_submit():
        try:
            seen = int(form.revision.data or 0)
        except ValueError:
            abort(400)
        try:
            new = goals.change(db.session, found, form.draft, seen)
        except CannotChange as refused:
            if refused.reason == "settled":
                flash(gettext("The goal is no longer open. Take it up again to change it."))
                return redirect(url_for("goals.goal", goal_id=goal_id), 303)
            status = 409
            form.revision.data = str(found.revision)
        else:
            flash(gettext("The goal is changed.") if new else gettext("Nothing was new, so nothing was changed."))
            return redirect(url_for("goals.goal", goal_id=goal_id), 303)
    elif request.method == "GET" and found.state is not GoalState.OPEN:
        return redirect(url_for("goals.goal", goal_id=goal_id), 303)
    page = render_template(
        "development/goal_form.html", form=form, competence=competence, now=shown.now, goal=found,
        today=clock.today(), language=interface_language(), has_moved=status == 409,
    )  # fmt: skip
    return page, 422 if form.errors else status


@blueprint.post("/my/development/goals/<int:goal_id>/settle")
@signed_in
def settle(goal_id: int) -> Page:
    """Say that a goal is reached, drop it with a reason, or take it up again."""
    found, competence = _own(goal_id, lock=True)
    state = next((each for each in GoalState if each.value == request.form.get("state")), None)
    if state is None:
        abort(400)
    reason = paragraphs(request.form.get("reason"))
    fault = None
    if len(reason) > goals.LONGEST:
        fault = gettext("Use at most %(max)d characters.", max=goals.LONGEST)
    else:
        try:
            goals.settle(db.session, found, state, reason)
        except CannotChange:
            fault = gettext("Write why you drop it, for yourself and your manager.")
    if fault:
        return _goal_page(found, competence, fault, reason), 422
    told = {
        GoalState.OPEN: gettext("The goal is open again."),
        GoalState.REACHED: gettext("Well done. The goal is reached."),
        GoalState.DROPPED: gettext("The goal is dropped. You can take it up again."),
    }
    flash(told[state])
    return redirect(url_for("goals.goal", goal_id=goal_id), 303)
