"""One's own page of what comes after the course: follow-ups, recall, pairs and notes to one's manager."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in, signed_in_actor
from learning.database import db
from learning.practice import follow_ups, manager_notes, pairs, recall
from learning.practice.manager_notes import CannotSend
from learning.practice.models import LearningPair, NoteMoment, Outcome, PairStatus
from learning.practice.pairs import CannotPair
from learning.practice.wording import outcome_name
from learning.progress.views import own_enrolment
from learning.tidying import paragraphs

blueprint = Blueprint("practice", __name__)


@blueprint.get("/my/practice")
@signed_in
def practice() -> str:
    """What waits for the learner after their courses, and what they have answered."""
    person_id = signed_in_actor().person_id
    found = follow_ups.all_for(db.session, person_id)
    today = clock.today()
    shown = [follow_ups.asked(db.session, each) for each in found]
    return render_template(
        "practice/practice.html",
        due=[each for each in shown if each.answer is None and each.follow_up.due_on <= today],
        coming=[each for each in shown if each.answer is None and each.follow_up.due_on > today],
        answered=[each for each in reversed(shown) if each.answer is not None],
        round=recall.waiting_for(db.session, person_id, today),
        wants_recall=recall.wants_recall(db.session, person_id),
        pairs=pairs.pairs_of(db.session, person_id),
        person_id=person_id,
        outcome_name=outcome_name,
    )


@blueprint.post("/my/recall-mail")
@signed_in
def choose_recall() -> AnyResponse:
    """Say yes or no to questions by mail."""
    wanted = request.form.get("recall") == "yes"
    recall.choose_recall(db.session, signed_in_actor().person_id, wanted)
    flash(gettext("You get questions by mail.") if wanted else gettext("You get no more questions by mail."))
    return redirect(url_for("practice.practice"), 303)


@blueprint.route("/my/follow-ups/<int:follow_up_id>", methods=["GET", "POST"])
@signed_in
def follow_up(follow_up_id: int) -> AnyResponse | str | tuple[str, int]:
    """How a plan or promise went, with room for words that only the learner sees."""
    found = follow_ups.by_id(db.session, follow_up_id, person_id=signed_in_actor().person_id)
    if found is None:
        abort(404)
    fault, code, words = None, 200, None
    if request.method == "POST":
        outcome = next((each for each in Outcome if each.value == request.form.get("outcome")), None)
        words = request.form.get("words", "").strip()
        if outcome is None:
            fault, code = gettext("Choose how it went."), 422
        else:
            try:
                follow_ups.answer(db.session, found, outcome, words, request.form.get("key", "")[:64] or "once")
            except ValueError:
                fault, code = gettext("Use at most %(longest)d characters.", longest=follow_ups.LONGEST), 422
            else:
                flash(gettext("Your answer is saved."))
                return redirect(url_for("practice.practice"), 303)
    page = render_template(
        "practice/follow_up.html",
        asked=follow_ups.asked(db.session, found),
        outcomes=list(Outcome),
        outcome_name=outcome_name,
        key=secrets.token_hex(16),
        fault=fault,
        words=words,
    )
    return page, code


@blueprint.route("/learn/<int:enrolment_id>/pair", methods=["GET", "POST"])
@signed_in
def pair(enrolment_id: int) -> AnyResponse | str | tuple[str, int]:
    """Choose a colleague to learn with, and what they may read."""
    taking = own_enrolment(enrolment_id, lock=request.method == "POST")
    fault, code = None, 200
    if request.method == "POST":
        try:
            pairs.invite(db.session, taking.enrolment, request.form.get("email", "")[:254])
        except CannotPair as refused:
            code = 422
            fault = {
                "no-position": gettext("You need a position in an agency to invite a colleague."),
                "self": gettext("That is your own address. Choose a colleague."),
                "taken": gettext("You have a partner for this course already."),
            }.get(refused.reason, gettext("Nobody in your agency has that address here. Check the spelling."))
        else:
            flash(gettext("Your colleague gets a mail and can say yes or no."))
            return redirect(url_for("practice.pair", enrolment_id=enrolment_id), 303)
    current = pairs.open_pair(db.session, enrolment_id)
    page = render_template(
        "practice/pair.html",
        enrolment=taking.enrolment,
        text=taking.text,
        pair=current,
        sharable=pairs.can_be_shared(db.session, taking.enrolment),
        shared={each.activity_id for each in current.shared} if current else set(),
        fault=fault,
        email=request.form.get("email", ""),
    )
    return page, code


@blueprint.post("/learn/<int:enrolment_id>/pair/share")
@signed_in
def share(enrolment_id: int) -> AnyResponse:
    """Decide which answers the partner may read."""
    own_enrolment(enrolment_id, lock=True)
    current = pairs.open_pair(db.session, enrolment_id)
    if current is None:
        abort(404)
    pairs.share(db.session, current, request.form.getlist("activity"))
    flash(gettext("Saved. Your partner sees what is ticked, and nothing else."))
    return redirect(url_for("practice.pair", enrolment_id=enrolment_id), 303)


def _pair_or_404(pair_id: int) -> LearningPair:
    found = pairs.pair_for(db.session, pair_id, signed_in_actor().person_id, lock=request.method == "POST")
    if found is None:
        abort(404)
    return found


@blueprint.get("/pairs/<int:pair_id>")
@signed_in
def partner(pair_id: int) -> AnyResponse | str:
    """What a partner sees: the invitation, then what is shared and questions to ask."""
    found = _pair_or_404(pair_id)
    if found.person_id == signed_in_actor().person_id:
        return redirect(url_for("practice.pair", enrolment_id=found.enrolment_id), 303)
    return render_template(
        "practice/partner.html",
        pair=found,
        title=found.enrolment.version.titles.get(found.partner.language)
        or next(iter(found.enrolment.version.titles.values())),
        is_invited=found.status is PairStatus.INVITED,
        shown=pairs.shown_to_partner(db.session, found),
    )


@blueprint.post("/pairs/<int:pair_id>/answer")
@signed_in
def answer_pair(pair_id: int) -> AnyResponse:
    """The partner says yes or no."""
    found = _pair_or_404(pair_id)
    if found.partner_id != signed_in_actor().person_id:
        return redirect(url_for("practice.pair", enrolment_id=found.enrolment_id), 303)
    accepted = request.form.get("answer") == "yes"
    pairs.respond(db.session, found, accepted)
    if accepted:
        return redirect(url_for("practice.partner", pair_id=pair_id), 303)
    flash(gettext("You have said no. Your colleague is told."))
    return redirect(url_for("practice.practice"), 303)


@blueprint.post("/pairs/<int:pair_id>/end")
@signed_in
def end_pair(pair_id: int) -> AnyResponse:
    """Either of the two ends it."""
    pairs.end(db.session, _pair_or_404(pair_id))
    flash(gettext("The pair is ended. What was shared is no longer shown."))
    return redirect(url_for("practice.practice"), 303)


@blueprint.route("/learn/<int:enrolment_id>/manager-note/<moment>", methods=["GET", "POST"])
@signed_in
def manager_note(enrolment_id: int, moment: str) -> AnyResponse | str | tuple[str, int]:
    """A note to one's own manager: read, edit, and send it, or not."""
    taking = own_enrolment(enrolment_id, lock=request.method == "POST")
    when = next((each for each in NoteMoment if each.value == moment), None)
    if when is None or taking.text.manager_note is None:
        abort(404)
    fault, code = None, 200
    words = paragraphs(request.form.get("words"))
    if request.method == "POST":
        try:
            new = manager_notes.send(db.session, taking.enrolment, when, words)
        except CannotSend as refused:
            code = 422
            fault = {
                "no-manager": gettext("No manager is registered for you. Ask HR to add one."),
                "empty": gettext("Write something first."),
            }.get(refused.reason, gettext("Use at most %(longest)d characters.", longest=manager_notes.LONGEST))
        else:
            flash(gettext("The note is on its way.") if new else gettext("The note was sent before; it is sent once."))
            return redirect(url_for("progress.course_map", enrolment_id=enrolment_id), 303)
    page = render_template(
        "practice/manager_note.html",
        enrolment=taking.enrolment,
        text=taking.text,
        moment=when.value,
        manager=manager_notes.own_manager(db.session, taking.enrolment.person_id),
        words=words or manager_notes.draft(taking.text, when),
        sent=manager_notes.sent(db.session, enrolment_id).get(when),
        fault=fault,
    )
    return page, code
