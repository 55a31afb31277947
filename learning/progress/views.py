"""The course map and the lesson player. The assessment's pages are in ``assessment_views``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in, signed_in_actor
from learning.activities.registry import Answer, InvalidAnswer, Mark, activity_type
from learning.catalogue import addresses, store
from learning.catalogue.document import Activity, CourseDocument, CourseText, Lesson
from learning.catalogue.presenting import present
from learning.database import db
from learning.progress import answering, assessing, completing, enrolling, notes, overview, pretesting, taking_away
from learning.progress.answering import NotAllAnswered
from learning.progress.completion import unanswered
from learning.progress.models import Enrolment
from learning.progress.real_minutes import minutes_of

blueprint = Blueprint("progress", __name__)


class Taking(NamedTuple):
    """A learner's own enrolment with the pinned course in their language."""

    enrolment: Enrolment
    document: CourseDocument
    text: CourseText


def own_enrolment(enrolment_id: int, *, lock: bool = False) -> Taking:
    """The signed-in person's enrolment, or 404: nobody else's can be told from none."""
    enrolment = enrolling.enrolment_of(db.session, signed_in_actor().person_id, enrolment_id, lock=lock)
    if enrolment is None:
        abort(404)
    document = store.load_document(db.session, enrolment.version_id)
    return Taking(enrolment, document, document.text(enrolment.language))


def resolver(taking: Taking) -> Any:
    """A template function that turns a course's ``course:`` links into addresses for this learner."""
    enrolment, document, _ = taking
    number = enrolment.version.number

    def resolve(html: str) -> str:
        return addresses.resolve(
            html,
            lesson=lambda name: url_for("progress.lesson", enrolment_id=enrolment.id, lesson_id=name),
            media=lambda path: url_for("catalogue.media", slug=document.id, version_number=number, path=path),
            glossary=lambda term: url_for("progress.glossary", enrolment_id=enrolment.id) + f"#term-{term}",
            source=lambda key: url_for("progress.glossary", enrolment_id=enrolment.id) + f"#source-{key}",
        )

    return resolve


def form_lists() -> dict[str, list[str]]:
    """The submitted fields by name, in order; what activity types read."""
    own = ("csrf_token", "key", "opened", "version")
    return {name: values for name, values in request.form.lists() if name not in own}


@blueprint.post("/courses/<slug>/enrol")
@signed_in
def enrol(slug: str) -> AnyResponse:
    course = store.course_by_slug(db.session, slug)
    if course is None:
        abort(404)
    wish = request.form.get("language", "")
    language = wish if wish in ("nb", "nn", "en") else current_user.person.language
    try:
        enrolment = enrolling.enrol(
            db.session, current_user.person, course, language, again=request.form.get("again") == "yes"
        )
    except enrolling.CannotEnrol:
        flash(gettext("This course takes no new participants now."))
        return redirect(url_for("catalogue.course", slug=slug), 303)
    return redirect(url_for("progress.resume", enrolment_id=enrolment.id), 303)


@blueprint.get("/learn/<int:enrolment_id>/continue")
@signed_in
def resume(enrolment_id: int) -> AnyResponse:
    """To exactly where the learner left: the last lesson touched if unfinished, else the next thing left."""
    taking = own_enrolment(enrolment_id)
    enrolment, _, text = taking
    finished = completing.finished_lessons(db.session, enrolment.id)
    left = [lesson for lesson in text.lessons if lesson.id not in finished]
    if left:
        target = next((lesson for lesson in left if lesson.id == enrolment.last_lesson_id), left[0])
        anchor = None
        if target.id == enrolment.last_lesson_id:
            open_activities = unanswered(target, answering.latest_answers(db.session, enrolment.id, text))
            anchor = open_activities[0].id if open_activities and enrolment.last_activity_id else None
        return redirect(url_for("progress.lesson", enrolment_id=enrolment.id, lesson_id=target.id, _anchor=anchor), 303)
    open_attempt = next(
        (attempt for attempt in assessing.attempts_of(db.session, enrolment.id) if attempt.submitted_at is None), None
    )
    if open_attempt is not None:
        return redirect(url_for("assessment.resume", enrolment_id=enrolment.id, number=open_attempt.number), 303)
    if assessing.why_closed(db.session, enrolment, taking.document) is None:
        return redirect(url_for("assessment.intro", enrolment_id=enrolment.id), 303)
    return redirect(url_for("progress.course_map", enrolment_id=enrolment.id), 303)


@blueprint.get("/learn/<int:enrolment_id>")
@signed_in
def course_map(enrolment_id: int) -> str:
    taking = own_enrolment(enrolment_id)
    enrolment, document, text = taking
    finished = completing.finished_lessons(db.session, enrolment.id)
    attempts = assessing.attempts_of(db.session, enrolment.id)
    state = overview.progress_of(
        enrolment,
        document,
        finished,
        any(attempt.passed for attempt in attempts),
        enrolment.completion,
        minutes_of(db.session, [enrolment.course_id]).get(enrolment.course_id),
    )
    return render_template(
        "progress/course_map.html",
        enrolment=enrolment,
        document=document,
        text=text,
        finished=finished,
        attempts=attempts,
        state=state,
        closed=assessing.why_closed(db.session, enrolment, document),
        newer=enrolling.newer_version(db.session, enrolment),
        skipped=completing.skipped_lessons(db.session, enrolment.id),
        offers_pretest=pretesting.is_offered(db.session, enrolment, document, finished),
        resolve=resolver(taking),
    )


@blueprint.get("/learn/<int:enrolment_id>/glossary")
@signed_in
def glossary(enrolment_id: int) -> str:
    taking = own_enrolment(enrolment_id)
    return render_template(
        "progress/glossary.html",
        enrolment=taking.enrolment,
        document=taking.document,
        text=taking.text,
        resolve=resolver(taking),
    )


@blueprint.post("/learn/<int:enrolment_id>/language")
@signed_in
def change_language(enrolment_id: int) -> AnyResponse:
    taking = own_enrolment(enrolment_id, lock=True)
    wish = request.form.get("language", "")
    if wish in taking.document.texts:
        taking.enrolment.language = wish
    return redirect(url_for("progress.course_map", enrolment_id=enrolment_id), 303)


@blueprint.post("/learn/<int:enrolment_id>/move")
@signed_in
def move(enrolment_id: int) -> AnyResponse:
    """The learner asks for the newer version of the course."""
    taking = own_enrolment(enrolment_id, lock=True)
    if enrolling.move_to_newest(db.session, taking.enrolment):
        # What was left may have become nothing in the new version.
        document = store.load_document(db.session, taking.enrolment.version_id)
        completing.complete_if_done(db.session, taking.enrolment, document)
        flash(gettext("You now take the newest version of the course. Your answers are kept."))
    return redirect(url_for("progress.course_map", enrolment_id=enrolment_id), 303)


def _seconds_since_opened() -> int | None:
    """How long ago the page was opened that was answered on; None when the form does not say."""
    opened = request.form.get("opened", type=int)
    return int(clock.now().timestamp()) - opened if opened is not None else None


def _has_waited() -> bool:
    """Whether a script sends what was written without a network, and wants to be told how it went, not a page."""
    return request.accept_mimetypes.best == "application/json"


def _refused(reason: str, code: int = 422) -> tuple[AnyResponse, int]:
    return jsonify(reason=reason), code


def _lesson_or_404(text: CourseText, lesson_id: str) -> Lesson:
    lesson = text.lesson(lesson_id)
    if lesson is None:
        abort(404)
    return lesson


def _numbers(lesson: Lesson) -> dict[str, int]:
    """What needs an answer in the lesson, counted from 1."""
    asked = [each.id for each in lesson.activities if activity_type(each.type).needs_answer(each.data)]
    return {activity_id: number for number, activity_id in enumerate(asked, start=1)}


def _lesson_page(
    taking: Taking,
    lesson: Lesson,
    *,
    errors: Mapping[str, str] | None = None,
    missing: tuple[Activity, ...] = (),
    drafts: Mapping[str, Answer] | None = None,
) -> str:
    enrolment, document, text = taking
    answers = answering.latest_answers(db.session, enrolment.id, text)
    marks: dict[str, Mark] = {
        activity.id: answering.mark_answer(activity, answers[activity.id])
        for activity in lesson.activities
        if activity.id in answers
    }
    recalled = {}
    for activity in lesson.activities:
        recall = activity.options.get("recall")
        if recall and recall in answers:
            recalled[activity.id] = str(answers[recall].get("text", ""))
    finished = completing.finished_lessons(db.session, enrolment.id)
    place = text.lessons.index(lesson) + 1
    return render_template(
        "progress/lesson.html",
        enrolment=enrolment,
        document=document,
        text=text,
        lesson=lesson,
        place=place,
        preceding=text.lessons[place - 2] if place > 1 else None,
        following=text.lesson_after(lesson.id),
        finished=finished,
        activities={
            activity.id: present(
                activity, f"{enrolment.id}:{activity.id}", (drafts or {}).get(activity.id) or answers.get(activity.id)
            )
            for activity in lesson.activities
        },
        answers=answers,
        take_away={activity.id: taking_away.can_be_taken(activity) for activity in lesson.activities},
        numbers=_numbers(lesson),
        marks=marks,
        recalled=recalled,
        errors=errors or {},
        missing=missing,
        key=secrets.token_hex(16),
        opened=int(clock.now().timestamp()),
        note=notes.notes_of(db.session, enrolment.id).get(lesson.id, ""),
        resolve=resolver(taking),
        needs_answer=lambda activity: activity_type(activity.type).needs_answer(activity.data),
    )


@blueprint.get("/learn/<int:enrolment_id>/lessons/<lesson_id>")
@signed_in
def lesson(enrolment_id: int, lesson_id: str) -> str:
    taking = own_enrolment(enrolment_id)
    return _lesson_page(taking, _lesson_or_404(taking.text, lesson_id))


@blueprint.post("/learn/<int:enrolment_id>/lessons/<lesson_id>/activities/<activity_id>")
@signed_in
def answer(enrolment_id: int, lesson_id: str, activity_id: str) -> AnyResponse | tuple[str | AnyResponse, int]:
    taking = own_enrolment(enrolment_id, lock=True)
    if request.form.get("version", type=int) not in (None, taking.enrolment.version.number):
        # Written long ago, without a network: the question may have another meaning now.
        return _refused(gettext("You take a newer version of the course now. Read the activity and answer again."), 409)
    the_lesson = _lesson_or_404(taking.text, lesson_id)
    activity = the_lesson.activity(activity_id)
    if activity is None or not activity_type(activity.type).needs_answer(activity.data):
        abort(404)
    key = request.form.get("key", "")[:64] or secrets.token_hex(16)
    try:
        answering.record_response(
            db.session,
            taking.enrolment,
            the_lesson,
            activity,
            form_lists(),
            f"{activity_id}:{key}"[:64],
            _seconds_since_opened(),
        )
    except InvalidAnswer as fault:
        if _has_waited():
            return _refused(str(fault))
        draft = getattr(fault, "draft", None)  # what was typed is shown again, not lost
        drafts = {activity_id: draft} if draft else {}
        return _lesson_page(taking, the_lesson, errors={activity_id: str(fault)}, drafts=drafts), 422
    if _has_waited():
        return jsonify(saved=True)
    return redirect(
        url_for("progress.lesson", enrolment_id=enrolment_id, lesson_id=lesson_id, _anchor=activity_id), 303
    )


@blueprint.post("/learn/<int:enrolment_id>/lessons/<lesson_id>/finish")
@signed_in
def finish(enrolment_id: int, lesson_id: str) -> AnyResponse | tuple[str | AnyResponse, int]:
    taking = own_enrolment(enrolment_id, lock=True)
    the_lesson = _lesson_or_404(taking.text, lesson_id)
    try:
        completion = answering.finish_lesson(
            db.session, taking.enrolment, taking.document, the_lesson, _seconds_since_opened()
        )
    except NotAllAnswered as fault:
        if _has_waited():
            number = len(fault.activities)
            return _refused(
                ngettext("%(num)d activity still needs an answer", "%(num)d activities still need an answer", number)
            )
        return _lesson_page(taking, the_lesson, missing=fault.activities), 422
    if _has_waited():
        return jsonify(saved=True)
    following = taking.text.lesson_after(lesson_id)
    if following is not None and completion is None:
        return redirect(url_for("progress.lesson", enrolment_id=enrolment_id, lesson_id=following.id), 303)
    if completion is None:
        return redirect(url_for("progress.resume", enrolment_id=enrolment_id), 303)
    return redirect(url_for("progress.course_map", enrolment_id=enrolment_id), 303)


@blueprint.post("/learn/<int:enrolment_id>/lessons/<lesson_id>/note")
@signed_in
def note(enrolment_id: int, lesson_id: str) -> AnyResponse | tuple[AnyResponse, int]:
    """Keep the learner's own note to a lesson."""
    taking = own_enrolment(enrolment_id, lock=True)
    the_lesson = _lesson_or_404(taking.text, lesson_id)
    words, written = request.form.get("note", "").replace("\r\n", "\n"), request.form.get("written", type=int)
    fault, code = None, 422
    try:
        notes.keep(db.session, enrolment_id, the_lesson.id, words, written)
    except notes.TooLong:
        fault = gettext("The note is too long. It can have at most %(longest)d characters.", longest=notes.LONGEST)
    except notes.ChangedSince:
        fault, code = gettext("You have changed this note elsewhere since you wrote this."), 409
    if _has_waited():
        return _refused(fault, code) if fault else jsonify(saved=True)
    flash(fault or gettext("The note is saved."))
    target = url_for("progress.lesson", enrolment_id=enrolment_id, lesson_id=lesson_id, _anchor="note")
    return redirect(target, 303)


@blueprint.get("/learn/<int:enrolment_id>/lessons/<lesson_id>/activities/<activity_id>/take-away.<file_type>")
@signed_in
def take_away(enrolment_id: int, lesson_id: str, activity_id: str, file_type: str) -> AnyResponse:
    """A sheet, plan or guide as a file; an empty sheet is a form to fill in by hand."""
    taking = own_enrolment(enrolment_id)
    the_lesson = _lesson_or_404(taking.text, lesson_id)
    activity = the_lesson.activity(activity_id)
    if activity is None or file_type not in taking_away.can_be_taken(activity):
        abort(404)
    kept = answering.latest_answers(db.session, enrolment_id, taking.text).get(activity_id)
    if file_type == "xlsx":
        content = taking_away.sheet_as_xlsx(activity, kept or {"rows": []}, the_lesson.title)
        media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        content = taking_away.as_pdf(taking.text, the_lesson, activity, kept, clock.today())
        media_type = "application/pdf"
    return Response(
        content,
        mimetype=media_type,
        headers={"Content-Disposition": f'attachment; filename="{taking.document.id}-{activity_id}.{file_type}"'},
    )


@blueprint.get("/learn/<int:enrolment_id>/print")
@signed_in
def print_course(enrolment_id: int) -> str:
    """The whole course on one page, with the learner's own answers and notes, for paper or PDF."""
    taking = own_enrolment(enrolment_id)
    enrolment, document, text = taking
    answers = answering.latest_answers(db.session, enrolment.id, text)
    return render_template(
        "progress/print.html",
        enrolment=enrolment,
        document=document,
        text=text,
        written={
            activity.id: activity_type(activity.type).in_words(activity.data, answers[activity.id])
            for lesson in text.lessons
            for activity in lesson.activities
            if activity.id in answers
        },
        shown={
            activity.id: present(activity, f"{enrolment.id}:{activity.id}", None)
            for lesson in text.lessons
            for activity in lesson.activities
        },
        notes=notes.notes_of(db.session, enrolment.id),
        resolve=resolver(taking),
    )
