"""Taking an archived path into use again."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.paths import building, restoring
from learning.paths.models import LearningPath

blueprint = Blueprint("restoring", __name__)
_RESTORE = "/agency/<agency_slug>/paths/<int:path_id>/restore"


def _own_path(path_id: int) -> LearningPath:
    return building.path_of(db.session, g.agency.id, path_id) or abort(404)


def _to_the_path(path: LearningPath) -> AnyResponse:
    return redirect(url_for("paths.edit_path", agency_slug=g.agency.slug, path_id=path.id), 303)


@blueprint.get(_RESTORE)
@requires(Permission.MANAGE_PATHS)
def confirm(agency_slug: str, path_id: int) -> AnyResponse | str:
    """What comes back with the path."""
    path = _own_path(path_id)
    if path.archived_at is None:
        return _to_the_path(path)
    found = restoring.preview(db.session, path)
    return render_template("paths/path_restore.html", agency=g.agency, path=path, found=found)


@blueprint.post(_RESTORE)
@requires(Permission.MANAGE_PATHS)
def restore(agency_slug: str, path_id: int) -> AnyResponse:
    path = _own_path(path_id)
    restoring.restore(db.session, path, actor_id=signed_in_actor().person_id)
    flash(gettext("The path “%(title)s” is in use again.", title=path.title))
    return _to_the_path(path)
