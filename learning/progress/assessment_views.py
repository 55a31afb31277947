"""The final assessment: one question a page, a look-over, handing in, the result."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import signed_in
from learning.activities.registry import InvalidAnswer, activity_type
from learning.catalogue.document import Assessment
from learning.catalogue.presenting import present
from learning.catalogue.store import load_document
from learning.database import db
from learning.progress import assessing
from learning.progress.models import Attempt, AttemptAnswer
from learning.progress.views import Taking, form_lists, own_enrolment, resolver

blueprint = Blueprint("assessment", __name__, url_prefix="/learn/<int:enrolment_id>/assessment")


def _attempt_or_404(taking: Taking, number: int) -> tuple[Attempt, Assessment]:
    attempt = next(
        (each for each in assessing.attempts_of(db.session, taking.enrolment.id) if each.number == number), None
    )
    if attempt is None:
        abort(404)
    assessment = load_document(db.session, attempt.version_id).text(attempt.language).assessment
    if assessment is None:
        abort(404)
    return attempt, assessment


def _answers(attempt: Attempt) -> dict[str, AttemptAnswer]:
    return {answer.item_id: answer for answer in attempt.answers}


@blueprint.get("")
@signed_in
def intro(enrolment_id: int) -> str:
    taking = own_enrolment(enrolment_id)
    if taking.text.assessment is None:
        abort(404)
    return render_template(
        "progress/assessment.html",
        enrolment=taking.enrolment,
        text=taking.text,
        assessment=taking.text.assessment,
        explain_after=assessing.EXPLAIN_AFTER,
        attempts=assessing.attempts_of(db.session, taking.enrolment.id),
        closed=assessing.why_closed(db.session, taking.enrolment, taking.document),
        resolve=resolver(taking),
    )


@blueprint.post("/start")
@signed_in
def start(enrolment_id: int) -> AnyResponse:
    taking = own_enrolment(enrolment_id, lock=True)
    try:
        attempt = assessing.start_attempt(db.session, taking.enrolment, taking.document)
    except assessing.AssessmentClosed:
        flash(gettext("The assessment cannot be started now. This page tells you why."))
        return redirect(url_for("assessment.intro", enrolment_id=enrolment_id), 303)
    return redirect(url_for("assessment.resume", enrolment_id=enrolment_id, number=attempt.number), 303)


@blueprint.get("/<int:number>/continue")
@signed_in
def resume(enrolment_id: int, number: int) -> AnyResponse:
    """To the first question without an answer, or to the look-over."""
    taking = own_enrolment(enrolment_id)
    attempt, assessment = _attempt_or_404(taking, number)
    if attempt.submitted_at is not None:
        return redirect(url_for("assessment.result", enrolment_id=enrolment_id, number=number), 303)
    answered = _answers(attempt)
    for place, item in enumerate(assessing.drawn_items(attempt, assessment), start=1):
        if item.id not in answered:
            return redirect(url_for("assessment.question", enrolment_id=enrolment_id, number=number, place=place), 303)
    return redirect(url_for("assessment.look_over", enrolment_id=enrolment_id, number=number), 303)


@blueprint.route("/<int:number>/questions/<int:place>", methods=["GET", "POST"])
@signed_in
def question(enrolment_id: int, number: int, place: int) -> str | tuple[str, int] | AnyResponse:
    taking = own_enrolment(enrolment_id, lock=request.method == "POST")
    attempt, assessment = _attempt_or_404(taking, number)
    if attempt.submitted_at is not None:
        return redirect(url_for("assessment.result", enrolment_id=enrolment_id, number=number), 303)
    items = assessing.drawn_items(attempt, assessment)
    if not 1 <= place <= len(items):
        abort(404)
    item = items[place - 1]
    fault = None
    if request.method == "POST":
        try:
            assessing.save_answer(db.session, attempt, item, form_lists())
        except InvalidAnswer as error:
            fault = str(error)
        else:
            if place < len(items) and "to_look_over" not in request.form:
                target = url_for("assessment.question", enrolment_id=enrolment_id, number=number, place=place + 1)
            else:
                target = url_for("assessment.look_over", enrolment_id=enrolment_id, number=number)
            return redirect(target, 303)
    kept = _answers(attempt).get(item.id)
    page = render_template(
        "progress/question.html",
        enrolment=taking.enrolment,
        text=taking.text,
        assessment=assessment,
        attempt=attempt,
        items=items,
        place=place,
        item=item,
        shown=present(item, f"{attempt.seed}:{item.id}", kept.answer if kept else None),
        fault=fault,
        resolve=resolver(taking),
    )
    return (page, 422) if fault else page


@blueprint.get("/<int:number>/look-over")
@signed_in
def look_over(enrolment_id: int, number: int) -> str | AnyResponse:
    taking = own_enrolment(enrolment_id)
    attempt, assessment = _attempt_or_404(taking, number)
    if attempt.submitted_at is not None:
        return redirect(url_for("assessment.result", enrolment_id=enrolment_id, number=number), 303)
    return render_template(
        "progress/look_over.html",
        enrolment=taking.enrolment,
        text=taking.text,
        assessment=assessment,
        attempt=attempt,
        items=assessing.drawn_items(attempt, assessment),
        answered=_answers(attempt),
    )


@blueprint.post("/<int:number>/hand-in")
@signed_in
def hand_in(enrolment_id: int, number: int) -> AnyResponse:
    taking = own_enrolment(enrolment_id, lock=True)
    attempt, _ = _attempt_or_404(taking, number)
    assessing.hand_in(db.session, taking.enrolment, attempt)
    return redirect(url_for("assessment.result", enrolment_id=enrolment_id, number=number), 303)


@blueprint.get("/<int:number>")
@signed_in
def result(enrolment_id: int, number: int) -> str | AnyResponse:
    taking = own_enrolment(enrolment_id)
    attempt, assessment = _attempt_or_404(taking, number)
    if attempt.submitted_at is None:
        return redirect(url_for("assessment.resume", enrolment_id=enrolment_id, number=number), 303)
    answers = _answers(attempt)
    explain = bool(attempt.passed) or attempt.number >= assessing.EXPLAIN_AFTER
    rows: list[dict[str, Any]] = []
    for item in assessing.drawn_items(attempt, assessment):
        answer = answers[item.id].answer if item.id in answers else None
        most = item.points or 1
        points = (answers[item.id].points if answer is not None else None) or 0
        rows.append(
            {
                "item": item,
                "shown": present(item, f"{attempt.seed}:{item.id}", answer),
                "mark": activity_type(item.type).mark(item.data, answer, most) if answer and explain else None,  # type: ignore[arg-type]
                "right": answer is not None and points == most,
                "partly": 0 < points < most,
            }
        )
    by_outcome = {
        outcome.id: (
            sum(1 for row in rows if row["item"].outcome == outcome.id and row["right"]),
            sum(1 for row in rows if row["item"].outcome == outcome.id),
            outcome.text,
        )
        for outcome in taking.text.outcomes
    }
    return render_template(
        "progress/result.html",
        enrolment=taking.enrolment,
        text=taking.text,
        assessment=assessment,
        attempt=attempt,
        rows=rows,
        explain=explain,
        explain_after=assessing.EXPLAIN_AFTER,
        by_outcome={key: value for key, value in by_outcome.items() if value[1]},
        closed=assessing.why_closed(db.session, taking.enrolment, taking.document),
        completion=taking.enrolment.completion,
        resolve=resolver(taking),
    )
