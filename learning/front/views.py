"""The start page, the learner's own record, and the accessibility statement."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template
from flask_login import current_user

from learning import clock
from learning.access.guard import current_actor, public, signed_in, signed_in_actor
from learning.catalogue import searching
from learning.catalogue.views import LINES
from learning.certificates.listing import for_person as certificates_of
from learning.database import db
from learning.front import own_data as data_rules
from learning.front.navigation import navigation
from learning.front.next_up import choose
from learning.front.wording import line_sentence
from learning.interface import interface_language
from learning.paths.learner import my_paths
from learning.paths.wording import claim_words
from learning.practice import follow_ups, recall
from learning.programmes import mine, pages
from learning.progress import overview
from learning.progress.completing import current_position

blueprint = Blueprint("front", __name__)


@blueprint.app_context_processor
def _navigation() -> dict[str, Any]:
    return {"navigation": navigation}


@blueprint.get("/")
@public
def start() -> str:
    """What this is, for strangers; what to do next, for learners."""
    catalogue = searching.search(db.session, "", interface_language())
    actor = current_actor()
    if actor is None:
        by_line = {line: [each for each in catalogue if each.document.line == line] for line in LINES}
        return render_template("front/welcome.html", by_line=by_line, line_sentence=line_sentence)
    progress = overview.newest_or_completed(overview.for_person(db.session, actor.person_id))
    paths = my_paths(db.session, actor.person_id)
    position = current_position(db.session, actor.person_id)
    programmes = mine.going_on(db.session, actor.person_id)
    assigned = {path.path_id for path in paths}
    asked = [*paths, *(each.path for each in programmes if each.path.path_id not in assigned)]
    next_up = choose(progress, asked, catalogue, position.level.value if position else None)
    return render_template(
        "front/start.html",
        next_up=next_up,
        paths=paths,
        claim_words=claim_words,
        programmes=programmes,
        assigned=assigned,
        when=pages.when,
        by_slug={each.document.id: each for each in catalogue},
        also_under_way=[each for each in progress if each.completion is None and each is not next_up.going_on],
        completed=[each for each in progress if each.completion is not None],
        certificates={each.completion_id: each for each in certificates_of(db.session, actor.person_id)},
        today=clock.today(),
        to_follow_up=len(follow_ups.due_for(db.session, actor.person_id, clock.today())),
        recall_round=recall.waiting_for(db.session, actor.person_id, clock.today()),
    )


@blueprint.get("/my/record")
@signed_in
def record() -> str:
    """What the learner has completed, with scores and certificates."""
    person_id = signed_in_actor().person_id
    progress = overview.newest_or_completed(overview.for_person(db.session, person_id))
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
    text = json.dumps(data_rules.gather(db.session, current_user.person), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="my-learning.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """What is promised about accessibility, and where to say that something is in the way."""
    return render_template("front/accessibility.html")
