"""The pre-test's pages: what it is, the questions on one page, and what may be skipped."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import signed_in
from learning.activities.registry import InvalidAnswer, activity_type
from learning.catalogue.presenting import present
from learning.database import db
from learning.progress import pretesting
from learning.progress.views import own_enrolment, resolver

blueprint = Blueprint("pretest", __name__, url_prefix="/learn/<int:enrolment_id>/pretest")


@blueprint.post("/start")
@signed_in
def start(enrolment_id: int) -> AnyResponse:
    taking = own_enrolment(enrolment_id, lock=True)
    if pretesting.start(db.session, taking.enrolment, taking.document) is None:
        abort(404)
    return redirect(url_for("pretest.questions", enrolment_id=enrolment_id), 303)


@blueprint.route("", methods=["GET", "POST"])
@signed_in
def questions(enrolment_id: int) -> str | AnyResponse | tuple[str, int]:
    """All questions on one page; each keeps its own fields by a prefix that the page puts before their names."""
    taking = own_enrolment(enrolment_id, lock=request.method == "POST")
    if taking.document.pretest is None:
        abort(404)
    taken = pretesting.pretest_of(db.session, enrolment_id)
    if taken is None or taken.submitted_at is not None:
        return redirect(url_for("pretest.result", enrolment_id=enrolment_id), 303)
    items = pretesting.items_of(db.session, taken)
    forms: dict[str, dict[str, list[str]]] = {}
    for name, values in request.form.lists():
        item_id, dot, field = name.partition(".")
        if dot:
            forms.setdefault(item_id, {})[field] = values
    faults: dict[str, str] = {}
    if request.method == "POST":
        for item in items:
            if item.id in forms:
                try:
                    activity_type(item.type).read(item.data, forms[item.id])
                except InvalidAnswer as fault:
                    if any(value for values in forms[item.id].values() for value in values):
                        faults[item.id] = str(fault)
                    else:
                        del forms[item.id]  # not answered: that is allowed
        if not faults:
            pretesting.hand_in(db.session, taking.enrolment, taken, forms)
            return redirect(url_for("pretest.result", enrolment_id=enrolment_id), 303)
    page = render_template(
        "progress/pretest.html",
        enrolment=taking.enrolment,
        text=taking.text,
        taken=taken,
        shown=[present(item, f"{taken.seed}:{item.id}", None) for item in items],
        faults=faults,
        resolve=resolver(taking),
    )
    return page, 422 if faults else 200


@blueprint.get("/result")
@signed_in
def result(enrolment_id: int) -> str | AnyResponse:
    taking = own_enrolment(enrolment_id)
    taken = pretesting.pretest_of(db.session, enrolment_id)
    if taking.document.pretest is None or taken is None or taken.submitted_at is None:
        return redirect(url_for("progress.course_map", enrolment_id=enrolment_id), 303)
    return render_template(
        "progress/pretest_result.html",
        enrolment=taking.enrolment,
        text=taking.text,
        skipped=[lesson for lesson in taking.text.lessons if lesson.id in taken.skipped],
    )
