"""A person's own development: how they see themselves, by framework, and the page that gathers it all."""

from __future__ import annotations

import secrets
from itertools import pairwise

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import signed_in, signed_in_actor
from learning.competences import published
from learning.competences.published import PublishedFramework
from learning.database import db
from learning.development import assessing, conversations, goals, naming, wording
from learning.development.assessing import NothingChosen
from learning.interface import interface_language

blueprint = Blueprint("development", __name__)


@blueprint.app_context_processor
def _wording() -> dict[str, object]:
    return {
        "chosen_level": wording.level_name,
        "level_by_evidence": wording.evidence_name,
        "goal_state": wording.state_name,
    }


@blueprint.get("/my/development")
@signed_in
def overview() -> str:
    """Everything of one's own: goals, and the frameworks with when one last looked at oneself."""
    actor = signed_in_actor()
    own = goals.goals_of(db.session, actor.person_id)
    return render_template(
        "development/overview.html",
        goals=own,
        named=naming.named(db.session, [each.goal.competence_id for each in own], None),
        frameworks=published.in_use(db.session, actor.agency_ids),
        leads=conversations.leads(db.session, person_id=actor.person_id),
        conversations=conversations.conversations_of(db.session, actor.person_id, about_id=actor.person_id),
        newest=assessing.newest_by_framework(db.session, actor.person_id),
        language=interface_language(),
    )


def _framework(framework_id: int) -> PublishedFramework:
    found = published.framework_by_id(db.session, framework_id, signed_in_actor().agency_ids)
    if found is None:
        abort(404)
    return found


@blueprint.route("/my/development/frameworks/<int:framework_id>", methods=["GET", "POST"])
@signed_in
def assess(framework_id: int) -> AnyResponse | str | tuple[str, int]:
    """Look at oneself by a framework's behaviours, and what one chose before."""
    person_id = signed_in_actor().person_id
    framework = _framework(framework_id)
    before = assessing.history(db.session, person_id, framework_id)
    fault, chosen = None, {}
    if request.method == "POST":
        if not framework.in_use:
            flash(gettext("This framework is no longer in use. What you chose before is kept."))
            return redirect(url_for("development.overview"), 303)
        try:
            chosen = assessing.read_choices(framework.plan, request.form)
        except NothingChosen:
            fault = gettext("Choose at least once. You can skip the rest.")
        else:
            key = request.form.get("key", "")[:64] or secrets.token_hex(16)
            assessing.record(db.session, person_id, framework, chosen, key)
            flash(gettext("It is kept, with the date. Only you see it."))
            return redirect(url_for("development.history", framework_id=framework_id), 303)
    page = render_template(
        "development/assess.html",
        framework=framework,
        before=before,
        chosen=chosen,
        fault=fault,
        key=secrets.token_hex(16),
        language=published.language_of(framework.plan.titles, interface_language()),
    )
    return page, 422 if fault else 200


@blueprint.get("/my/development/frameworks/<int:framework_id>/history")
@signed_in
def history(framework_id: int) -> str:
    """Every time one looked at oneself by a framework, newest first, and what changed between."""
    framework = _framework(framework_id)
    found = assessing.history(db.session, signed_in_actor().person_id, framework_id)
    changes = {newer.id: assessing.changes_between(newer.choices, older.choices) for newer, older in pairwise(found)}
    return render_template(
        "development/history.html",
        framework=framework,
        found=found,
        changes=changes,
        language=published.language_of(framework.plan.titles, interface_language()),
    )
