"""The start page, the learner's own record, and the accessibility statement."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template
from flask_login import current_user
from sqlalchemy import select

from learning import clock
from learning.access.guard import current_actor, public, signed_in, signed_in_actor
from learning.catalogue import store
from learning.certificates.listing import for_person as certificates_of
from learning.database import db
from learning.front.navigation import navigation
from learning.interface import interface_language
from learning.paths.learner import my_paths
from learning.progress import overview
from learning.progress.completing import current_position
from learning.progress.models import Response as LearnerResponse

blueprint = Blueprint("front", __name__)


@blueprint.app_context_processor
def _navigation() -> dict[str, Any]:
    return {"navigation": navigation}


@blueprint.get("/")
@public
def start() -> str:
    actor = current_actor()
    if actor is None:
        return render_template("front/welcome.html", courses=store.search(db.session, "", interface_language()))
    progress = overview.for_person(db.session, actor.person_id)
    paths = my_paths(db.session, actor.person_id)
    under_way = [each for each in progress if each.completion is None]
    begun = {each.course_slug for each in progress}
    catalogue = store.search(db.session, "", interface_language())
    by_slug = {each.document.id: each for each in catalogue}
    assigned = next(
        (
            by_slug[path.next_step.course_slug]
            for path in paths
            if path.next_step and path.next_step.course_slug not in begun and path.next_step.course_slug in by_slug
        ),
        None,
    )
    position = current_position(db.session, actor.person_id)
    fresh = [each for each in catalogue if each.document.id not in begun]
    fitting = [each for each in fresh if position and position.level.value in each.document.levels]
    return render_template(
        "front/start.html",
        under_way=under_way,
        paths=paths,
        by_slug=by_slug,
        next_step=under_way[0] if under_way else None,
        next_assigned=assigned,
        suggested=next(iter(fitting or fresh), None),
        completed=[each for each in progress if each.completion is not None],
        today=clock.today(),
    )


@blueprint.get("/my/record")
@signed_in
def record() -> str:
    person_id = signed_in_actor().person_id
    progress = overview.for_person(db.session, person_id)
    return render_template(
        "front/record.html",
        completed=[each for each in progress if each.completion is not None],
        under_way=[each for each in progress if each.completion is None],
        certificates={each.completion_id: each for each in certificates_of(db.session, person_id)},
    )


@blueprint.get("/my/data")
@signed_in
def own_data() -> Response:
    """Everything the system holds that the learner has written or earned, as JSON: theirs alone."""
    person = current_user.person
    progress = overview.for_person(db.session, person.id)
    answers = db.session.scalars(
        select(LearnerResponse)
        .where(LearnerResponse.enrolment_id.in_([each.enrolment.id for each in progress]))
        .order_by(LearnerResponse.id)
    )
    content = {
        "person": {"name": person.name, "email": person.email, "language": person.language},
        "courses": [
            {
                "course": each.course_slug,
                "title": each.title,
                "version": each.enrolment.version.digest,
                "started_at": each.enrolment.started_at.isoformat(),
                "completed_at": each.completion.completed_at.isoformat() if each.completion else None,
                "score_percent": str(each.completion.score_percent)
                if each.completion and each.completion.score_percent is not None
                else None,
            }
            for each in progress
        ],
        "responses": [
            {"at": each.at.isoformat(), "lesson": each.lesson_id, "activity": each.activity_id, "answer": each.answer}
            for each in answers
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="my-learning.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("front/accessibility.html")
