"""What a course's pages need to be read without a network: a list of addresses for the service worker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, url_for

from learning.access.guard import signed_in
from learning.catalogue.presenting import present
from learning.database import db
from learning.progress import answering, completing
from learning.progress.views import Taking, own_enrolment

blueprint = Blueprint("offline", __name__)
_MEDIA = re.compile(r'course:media/([^"\\]+)')
_KINDS = (".css", ".js", ".woff2")


@lru_cache(maxsize=1)
def _static_files(folder: str) -> tuple[str, ...]:
    """Style sheets, scripts and letters: small, and shared by all pages."""
    root = Path(folder)
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.suffix in _KINDS)
    return ("icon.svg", *sorted(found))


def _media_of(taking: Taking) -> Iterator[str]:
    """The pictures and films on this learner's pages. What only feedback shows comes with the answer, not before."""
    answers = answering.latest_answers(db.session, taking.enrolment.id, taking.text)
    for lesson in taking.text.lessons:
        for part in lesson.parts:
            if part.activity is None:
                yield from _MEDIA.findall(part.html or "")
                continue
            given = answers.get(part.activity.id)
            shown = present(part.activity, f"{taking.enrolment.id}:{part.activity.id}", given)
            words = [shown.public, shown.answer]
            if given is not None:
                mark = answering.mark_answer(part.activity, given)
                words += [mark.feedback, {"explanation": mark.explanation}]
            yield from _MEDIA.findall(json.dumps(words, default=str))


@blueprint.get("/learn/<int:enrolment_id>/offline.json")
@signed_in
def listing(enrolment_id: int) -> Response:
    """The addresses to keep, and whose they are. The pages themselves are fetched one by one, as they are read."""
    taking = own_enrolment(enrolment_id)
    enrolment, document, text = taking
    finished = completing.finished_lessons(db.session, enrolment.id)
    lessons = [
        {
            "id": lesson.id,
            "address": url_for("progress.lesson", enrolment_id=enrolment.id, lesson_id=lesson.id),
            "finished": lesson.id in finished,
        }
        for lesson in text.lessons
    ]
    course_map = url_for("progress.course_map", enrolment_id=enrolment.id)
    media = dict.fromkeys(
        url_for("catalogue.media", slug=document.id, version_number=enrolment.version.number, path=path)
        for path in _media_of(taking)
    )
    return jsonify(
        person=enrolment.person_id,
        enrolment=enrolment.id,
        edition=f"{enrolment.version.number} {text.language}",
        title=text.title,
        language=text.language,
        map=course_map,
        lessons=lessons,
        pages=[
            course_map,
            *(lesson["address"] for lesson in lessons),
            url_for("progress.glossary", enrolment_id=enrolment.id),
        ],
        files=[
            *(url_for("static", filename=name) for name in _static_files(str(current_app.static_folder))),
            *media,
        ],
    )
