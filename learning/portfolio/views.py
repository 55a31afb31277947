"""A person's own record: taken out as files, and badges from elsewhere brought in."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in, signed_in_actor
from learning.database import db
from learning.interface import interface_language
from learning.organisation import agencies
from learning.organisation.models import Person
from learning.portfolio import reading, taking_in, taking_out, wording
from learning.portfolio.forms import BadgeFileForm

blueprint = Blueprint("portfolio", __name__)
Page = str | tuple[str, int] | AnyResponse


def _me() -> Person:
    return db.session.get_one(Person, signed_in_actor().person_id)


def _page(form: BadgeFileForm, fault: str | None = None) -> Page:
    person_id = signed_in_actor().person_id
    rendered = render_template(
        "portfolio/portfolio.html", form=form, fault=fault, types=list(taking_out.TYPES),
        agencies=agencies.working_in(db.session, person_id, clock.today()),
        brought=taking_in.of_person(db.session, person_id), status_told=wording.status_told,
    )  # fmt: skip
    return rendered, 422 if fault or form.errors else 200


@blueprint.get("/portfolio")
@signed_in
def portfolio() -> Page:
    """Take the record out, bring badges in, and see what became of those."""
    return _page(BadgeFileForm(formdata=None))


@blueprint.post("/portfolio/take-out")
@signed_in
def take_out() -> Response:
    form = request.form.get("form", "")
    if form not in taking_out.TYPES:
        abort(400)
    content = taking_out.take_out(db.session, _me(), interface_language(), form)
    return send_file(
        BytesIO(content), mimetype=taking_out.TYPES[form], as_attachment=True,
        download_name=f"portfolio-{clock.today().isoformat()}.{form}",
    )  # fmt: skip


@blueprint.post("/portfolio/check")
@signed_in
def check() -> Page:
    """Look a file over. What is good is kept as offered until the person chooses."""
    form = BadgeFileForm()
    mine = {each.id: each for each in agencies.working_in(db.session, signed_in_actor().person_id, clock.today())}
    agency = mine.get(request.form.get("agency", type=int) or next(iter(mine), 0))
    if agency is None:
        return _page(form, gettext("Choose an agency where you hold a position."))
    if not form.validate_on_submit():
        return _page(form)
    try:
        tokens = reading.read_tokens(form.content)
    except reading.Unreadable as unreadable:
        return _page(form, wording.unreadable_told(unreadable.reason))
    shown = taking_in.look_over(db.session, _me(), agency.id, tokens)
    return render_template(
        "portfolio/checked.html", shown=shown, agency=agency, verdict_told=wording.verdict_told,
        status_told=wording.status_told,
    )  # fmt: skip


@blueprint.post("/portfolio/take-in")
@signed_in
def take_in() -> AnyResponse:
    """Send what was chosen to HR."""
    chosen = [
        int(each) for each in request.form.getlist("badge") if each.isascii() and each.isdigit() and len(each) < 19
    ]
    sent = taking_in.ask(db.session, signed_in_actor().person_id, chosen)
    if sent:
        flash(gettext("Sent to HR. It counts when they have said yes."))
    else:
        flash(gettext("Nothing was chosen that is not sent already, so nothing was sent."))
    return redirect(url_for("portfolio.portfolio"), 303)


@blueprint.post("/portfolio/taken-in/<int:taken_id>/take-back")
@signed_in
def take_back(taken_id: int) -> AnyResponse:
    row = taking_in.one_of_person(db.session, signed_in_actor().person_id, taken_id)
    if row is None:
        abort(404)
    if taking_in.take_back(db.session, row):
        flash(gettext("Taken back: it no longer counts here."))
    return redirect(url_for("portfolio.portfolio"), 303)
