"""A preview of courses on an author's own machine: no database, no settings, no sign-in, nothing kept.

It is an application of its own, which ``learning courses preview`` serves at 127.0.0.1 and nowhere else. Its views
carry no guard, so the real application would refuse to start with them. Activities are shown by the templates that
learners meet; a form sends its answer in the address, and the page marks it.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request, url_for
from flask_babel import Babel, gettext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from config import ROOT
from learning.activities.registry import Answer, InvalidAnswer, activity_type
from learning.catalogue import addresses
from learning.catalogue.commands import find_courses
from learning.catalogue.compiling import Compiled, compile_if_changed
from learning.catalogue.document import Activity, CourseDocument, CourseText
from learning.catalogue.faults import Fault
from learning.catalogue.media import MEDIA_TYPES, media_files
from learning.catalogue.presenting import best_answer, marked, rendered
from learning.interface import CONTENT_SECURITY_POLICY, init_templates

HOST = "127.0.0.1"
TRIED = "_activity"  # the field that says which activity an answer in the address belongs to
WATCHED = (ROOT / "templates" / "activities", ROOT / "learning" / "static" / "css")  # besides the courses

blueprint = Blueprint("preview", __name__)


def make_preview(paths: tuple[Path, ...], language: str) -> Flask:
    """The application. ``language`` is that of its own words, and of a course when nothing else is asked for."""
    app = Flask("learning", template_folder=str(ROOT / "templates"))
    app.config.from_mapping(
        PREVIEW_PATHS=paths,
        PREVIEW_LANGUAGE=language,
        TRUSTED_HOSTS=[HOST, "localhost"],  # another site's name that points here gets nothing
        TEMPLATES_AUTO_RELOAD=True,
        BABEL_DEFAULT_TIMEZONE="Europe/Oslo",
    )
    Babel(app, locale_selector=lambda: language)
    init_templates(app)
    app.register_blueprint(blueprint)
    app.register_error_handler(Exception, _error_page)
    app.context_processor(_basics)
    app.after_request(_headers)
    return app


def server_of(app: Flask, port: int) -> BaseWSGIServer:
    """A server that listens already, on this machine alone. Ends the program when the port is taken."""
    return make_server(HOST, port, app, threaded=True, request_handler=_Quiet)


class _Quiet(WSGIRequestHandler):
    """Tells nothing of requests: every open page asks twice a second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _error_page(error: Exception) -> tuple[str, int]:
    """What went wrong, on a page that loads itself again when a file has been mended."""
    if isinstance(error, SecurityError):  # asked for by another name than this machine's
        return "", 400
    code = error.code or 500 if isinstance(error, HTTPException) else 500
    trace = "" if isinstance(error, HTTPException) else "".join(traceback.format_exception(error))
    return render_template("catalogue/preview/error.html", code=code, trace=trace), code


def _basics() -> dict[str, Any]:
    return {
        "interface_language": current_app.config["PREVIEW_LANGUAGE"],
        "state": g.get("state", ""),
        "shows_answers": _shows_answers(),
    }


@blueprint.before_app_request
def _note_state() -> None:
    """Before anything is read: what changes while a page is made is then a change too."""
    g.state = _state()


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers["Cache-Control"] = "no-store"
    return response


def _shows_answers() -> bool:
    return request.args.get("answers") == "1"


# Courses on disk


def _folders() -> dict[str, Path]:
    """The course folders by the name they have in addresses; a second folder of the same name gets a number."""
    found: dict[str, Path] = {}
    for folder in find_courses(current_app.config["PREVIEW_PATHS"]):
        name, number = folder.name, 2
        while name in found:
            name, number = f"{folder.name}-{number}", number + 1
        found[name] = folder
    return found


def _files() -> Iterator[Path]:
    for folder in (*_folders().values(), *WATCHED):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _state() -> str:
    """A digest of which files there are and when each was changed."""
    total = hashlib.sha256()
    for path in _files():
        try:
            stat = path.stat()
        except FileNotFoundError:  # it went while we looked
            continue
        total.update(f"{path}\n{stat.st_mtime_ns}\n{stat.st_size}\n".encode())
    return total.hexdigest()


@dataclass(frozen=True)
class Opened:
    """A course as it stands now. ``text`` is None when course.yaml cannot be read."""

    name: str
    compiled: Compiled
    document: CourseDocument | None
    text: CourseText | None

    def resolve(self, html: str) -> str:
        """The page's HTML with the course's own links turned into addresses of the preview."""
        language = self.text.language if self.text else ""
        glossary = url_for("preview.glossary", name=self.name, language=language)
        return addresses.resolve(
            html,
            lesson=lambda key: url_for("preview.lesson", name=self.name, language=language, lesson_id=key),
            media=lambda path: url_for("preview.media", name=self.name, path=path),
            glossary=lambda term: f"{glossary}#term-{term}",
            source=lambda key: f"{glossary}#source-{key}",
        )

    def file_of(self, lesson_id: str | None) -> str:
        """The name of a lesson's file, or of the assessment's; empty when course.yaml names none."""
        plan = self.compiled.plan
        if plan is None:
            return ""
        if lesson_id is None:
            return plan.assessment.file if plan.assessment else ""
        return next((each.file for each in plan.lessons if each.id == lesson_id), "")

    def faults_of(self, *files: str) -> tuple[list[Fault], list[Fault]]:
        """The faults in files of this page (paths within the course), and all others; each in order."""
        here = {f"{self.compiled.folder.name}/{each}" for each in files}
        found = sorted(self.compiled.faults.found)
        return [each for each in found if each.path in here], [each for each in found if each.path not in here]


def _open(name: str, language: str | None = None) -> Opened:
    folder = _folders().get(name)
    if folder is None:
        abort(404)
    compiled = compile_if_changed(folder)
    document = compiled.draft
    if document is None:
        return Opened(name, compiled, None, None)
    if language is not None and language not in document.texts:
        abort(404)
    return Opened(name, compiled, document, document.text(language or current_app.config["PREVIEW_LANGUAGE"]))


def _page(template: str, opened: Opened, *files: str, **values: Any) -> str:
    here, elsewhere = opened.faults_of(*files)
    return render_template(
        f"catalogue/preview/{template}",
        opened=opened,
        document=opened.document,
        text=opened.text,
        faults_here=here,
        faults_elsewhere=elsewhere,
        resolve=opened.resolve,
        **values,
    )


# Activities


@dataclass(frozen=True)
class Tried:
    """An activity on a page. ``refused`` is what a learner is told whose answer cannot be kept."""

    activity: Activity
    html: Markup
    needs_answer: bool
    refused: str = ""
    broken: str = ""  # why it cannot be shown at all


def _tried(activity: Activity, opened: Opened) -> Tried:
    """The activity, with the answer in the address or, when answers are shown, the right one."""
    kind = activity_type(activity.type)
    refused = ""
    answer: Answer | None = None
    try:
        if _shows_answers():
            answer = best_answer(activity)
        elif request.args.get(TRIED) == activity.id:
            try:
                answer = kind.read(activity.data, _form())
            except InvalidAnswer as fault:
                refused, answer = str(fault), getattr(fault, "draft", None)
        html = rendered(
            activity,
            answer,
            marked(activity, answer) if not refused else None,
            field_id=activity.id,
            readonly=_shows_answers() and answer is not None,
            recalled=_recalled(activity),
        )
        needs_answer = kind.needs_answer(activity.data)
    except Exception as fault:  # a faulty block must not take the page with it
        return Tried(activity, Markup(""), False, broken=f"{type(fault).__name__}: {fault}")
    resolved = Markup(opened.resolve(html))  # noqa: S704  (the template's output, its links made addresses)
    return Tried(activity, resolved, needs_answer, refused)


def _recalled(activity: Activity) -> str | None:
    recall = activity.options.get("recall")
    return gettext("(What the learner wrote in %(id)s stands here.)", id=recall) if recall else None


def _form() -> Mapping[str, Sequence[str]]:
    return {name: values for name, values in request.args.lists() if name not in (TRIED, "answers")}


# Pages


@blueprint.get("/")
def index() -> str:
    opened = [_open(name) for name in _folders()]
    return render_template("catalogue/preview/index.html", courses=opened)


@blueprint.get("/state")
def state() -> Response:
    """What the page's script asks for, to load the page again when it is another than the page's own."""
    return Response(g.state, mimetype="text/plain")


@blueprint.get("/courses/<name>")
@blueprint.get("/courses/<name>/<language>")
def course(name: str, language: str | None = None) -> str:
    opened = _open(name, language)
    if opened.text is None:
        return _page("start.html", opened, "course.yaml")
    return _page("start.html", opened, "course.yaml", f"{opened.text.language}/index.md")


@blueprint.get("/courses/<name>/<language>/lessons/<lesson_id>")
def lesson(name: str, language: str, lesson_id: str) -> str:
    opened = _open(name, language)
    found = opened.text.lesson(lesson_id) if opened.text else None
    if opened.text is None or found is None:
        abort(404)
    return _page(
        "lesson.html",
        opened,
        f"{language}/{opened.file_of(lesson_id)}",
        lesson=found,
        place=[each.id for each in opened.text.lessons].index(lesson_id) + 1,
        following=opened.text.lesson_after(lesson_id),
        parts=[(part.html, _tried(part.activity, opened) if part.activity else None) for part in found.parts],
    )


@blueprint.get("/courses/<name>/<language>/assessment")
def assessment(name: str, language: str) -> str:
    opened = _open(name, language)
    if opened.text is None or opened.text.assessment is None:
        abort(404)
    pool = opened.text.assessment
    return _page(
        "assessment.html",
        opened,
        f"{language}/{opened.file_of(None)}",
        assessment=pool,
        items=[_tried(item, opened) for item in pool.items],
    )


@blueprint.get("/courses/<name>/<language>/glossary")
def glossary(name: str, language: str) -> str:
    opened = _open(name, language)
    if opened.text is None:
        abort(404)
    return _page("glossary.html", opened, f"{language}/glossary.md", f"{language}/manager.md")


@blueprint.get("/courses/<name>/media/<path:path>")
def media(name: str, path: str) -> Response:
    folder = _folders().get(name)
    found = media_files(folder).get(path) if folder is not None else None
    if found is None:
        abort(404)
    response = Response(found.read_bytes(), mimetype=MEDIA_TYPES.get(found.suffix.lower(), "application/octet-stream"))
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
