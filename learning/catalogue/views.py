"""The catalogue, a course's page, its media, and what authors see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask_babel import gettext

from learning.access.guard import public, requires
from learning.access.policy import Permission
from learning.catalogue import addresses, examples, quality_sheet, searching, store
from learning.catalogue.authoring import courses_on_disk
from learning.catalogue.commands import find_courses
from learning.catalogue.document import CourseDocument
from learning.catalogue.drawings import with_our_font
from learning.catalogue.media import MEDIA_TYPES
from learning.database import db
from learning.interface import interface_language
from learning.organisation.models import Level
from learning.organisation.wording import level_name

blueprint = Blueprint("catalogue", __name__)
LINES = ("innovation", "risk-management", "change-competence")


def line_name(line: str) -> str:
    """A line of courses in the reader's language."""
    names: dict[str, str] = {
        "innovation": gettext("Leading for innovation"),
        "risk-management": gettext("Risk management"),
        "change-competence": gettext("Change competence"),
    }
    return names.get(line, line)


@blueprint.app_context_processor
def _wording() -> dict[str, Any]:
    return {"line_name": line_name, "level_name": level_name}


@blueprint.get("/courses")
@public
def courses() -> str:
    line = request.args.get("line") or None
    level = request.args.get("level") or None
    query = request.args.get("q", "")[:100]
    found = searching.search(db.session, query, interface_language(), line=line, level=level)
    return render_template(
        "catalogue/courses.html",
        found=found,
        by_line={name: [each for each in found if each.document.line == name] for name in LINES},
        query=query,
        line=line,
        level=level,
        lines=LINES,
        levels=[each.value for each in Level],
    )


@blueprint.get("/courses/<slug>")
@public
def course(slug: str) -> str:
    the_course = store.course_by_slug(db.session, slug)
    if the_course is None or the_course.current_version_id is None:
        abort(404)
    document: CourseDocument = store.load_document(db.session, the_course.current_version_id)
    wish = request.args.get("lang", "")
    text = document.text(wish if wish in document.texts else interface_language())
    here = url_for("catalogue.course", slug=slug)
    version = the_course.current_version
    assert version is not None
    number = version.number

    def resolve(html: str) -> str:
        return addresses.resolve(
            html,
            lesson=lambda name: f"{here}#lessons",
            media=lambda path: url_for("catalogue.media", slug=slug, version_number=number, path=path),
            glossary=lambda term: f"#term-{term}",
            source=lambda key: f"#source-{key}",
        )

    return render_template(
        "catalogue/course.html", course=the_course, version=version, document=document, text=text, resolve=resolve
    )


@blueprint.get("/courses/<slug>/media/<int:version_number>/<path:path>")
@public
def media(slug: str, version_number: int, path: str) -> Response:
    found = store.media_file(db.session, slug, version_number, path)
    if found is None:
        abort(404)
    g.may_be_cached = True
    is_drawing = found.media_type == MEDIA_TYPES[".svg"]
    response = Response(with_our_font(found.content) if is_drawing else found.content, mimetype=found.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
    response.set_etag(found.digest)
    response.make_conditional(request, accept_ranges=True, complete_length=len(found.content))  # films are sought in
    return response


@blueprint.get("/authoring")
@requires(Permission.SEE_AUTHORING)
def authoring() -> str:
    folders = find_courses((current_app.config["SETTINGS"].courses_path,))
    courses, waiting = courses_on_disk(db.session, folders)
    versions = store.all_versions(db.session)
    return render_template(
        "catalogue/authoring.html",
        versions=versions,
        review_dates={version.id: store.load_document(db.session, version.id).review_by for version in versions},
        courses=courses,
        waiting=waiting,
        most_total=quality_sheet.MOST_TOTAL,
        publish_at=quality_sheet.PUBLISH_AT,
    )


@blueprint.get("/authoring/activities")
@requires(Permission.SEE_AUTHORING)
def activity_types() -> str:
    """Every activity type with its example: as text to copy, and as learners see it. Nothing here is sent or kept."""

    def resolve(html: str) -> str:
        return addresses.resolve(
            html,
            lesson=lambda name: "#main",
            media=lambda path: url_for("static", filename=f"examples/{path}"),
            glossary=lambda term: "#main",
            source=lambda key: "#main",
        )

    return render_template(
        "catalogue/activity_types.html",
        examples=examples.all_examples(),
        language=examples.LANGUAGE,
        resolve=resolve,
    )
