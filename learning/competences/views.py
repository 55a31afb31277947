"""The frameworks for everybody who is signed in, and which courses build what for authors and HR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext

from learning import clock
from learning.access.guard import current_actor, requires, signed_in, signed_in_actor
from learning.access.policy import Permission, may_somewhere
from learning.catalogue.frameworks import LANGUAGES, FrameworkPlan
from learning.competences import coverage, pages, published, wording
from learning.database import db
from learning.interface import interface_language
from learning.spreadsheets import CSV_TYPE, write_csv

blueprint = Blueprint("frameworks", __name__)


@blueprint.app_context_processor
def _wording() -> dict[str, Any]:
    return {"mastery_name": wording.mastery_name, "relation_name": wording.relation_name}


@blueprint.app_template_global("words_in")
def _words_in(texts: Mapping[str, str], language: str) -> str:
    return published.text_in(texts, language)


@blueprint.app_template_filter("told_in")
def _told_in(plan: FrameworkPlan, language: str) -> str:
    """The language in which a reader of ``language`` gets the framework's words."""
    return published.language_of(plan.titles, language)


@blueprint.get("/frameworks")
@signed_in
def frameworks() -> str:
    return render_template(
        "competences/frameworks.html",
        listed=pages.listed(db.session, signed_in_actor().agency_ids),
        language=interface_language(),
        may_see_coverage=may_somewhere(current_actor(), Permission.SEE_COVERAGE),
    )


@blueprint.get("/frameworks/<int:framework_id>")
@signed_in
def framework(framework_id: int) -> str:
    """A framework as it is now. Another agency's own is not found."""
    found = published.framework_by_id(db.session, framework_id, signed_in_actor().agency_ids)
    if found is None:
        abort(404)
    languages = [each for each in LANGUAGES if each in found.plan.languages]
    wish = request.args.get("lang", "")
    language = wish if wish in languages else published.language_of(found.plan.titles, interface_language())
    return render_template(
        "competences/framework.html",
        found=found,
        language=language,
        languages=languages,
        groups=pages.groups_of(db.session, found),
        replacement=pages.replacement_of(db.session, found),
        versions=published.versions(db.session, framework_id),
    )


@blueprint.get("/frameworks/coverage")
@requires(Permission.SEE_COVERAGE)
def covered() -> str:
    """Frameworks against courses; what no course builds stands out."""
    return render_template(
        "competences/coverage.html", matrices=coverage.matrices(db.session), language=interface_language()
    )


@blueprint.get("/frameworks/coverage.csv")
@requires(Permission.SEE_COVERAGE)
def export_covered() -> Response:
    """The same as a file: a line for each competence and course, and one for each hole."""
    header = [
        gettext("Framework"), gettext("Code"), gettext("Competence"), gettext("Course code"), gettext("Course"),
        gettext("Outcomes"),
    ]  # fmt: skip
    rows = coverage.as_rows(coverage.matrices(db.session), interface_language())
    response = Response(b"".join(write_csv(header, rows)), content_type=CSV_TYPE)
    name = f"competences-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
