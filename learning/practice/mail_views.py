"""Pages that a mail's link opens without signing in: a follow-up, questions to recall, and no more of them.

A link that is opened changes nothing: mail programs open links to look for harm. The answer is a button.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import current_actor, public, signed_in, signed_in_actor
from learning.activities.registry import InvalidAnswer
from learning.catalogue import addresses
from learning.catalogue.presenting import present
from learning.database import db
from learning.interface import csrf
from learning.organisation.merging import account_now
from learning.practice import follow_ups, recall, tokens
from learning.practice.models import Outcome, RecallRound
from learning.practice.tokens import Purpose
from learning.practice.wording import outcome_name

blueprint = Blueprint("practice_mail", __name__)


@blueprint.route("/follow-up/<token>", methods=["GET", "POST"])
@public
def follow_up(token: str) -> AnyResponse | str | tuple[str, int]:
    """How did it go? One button; for more words one signs in."""
    number = tokens.read(Purpose.FOLLOW_UP, token)
    found = follow_ups.by_id(db.session, number) if number is not None else None
    if found is None:
        return render_template("practice/old_link.html"), 404
    chosen = next((each for each in Outcome if each.value == request.values.get("how")), None)
    is_saved = False
    if request.method == "POST" and chosen is not None:
        follow_ups.answer(db.session, found, chosen, "", request.form.get("key", "")[:64] or "once")
        is_saved = True
    actor = current_actor()
    return render_template(
        "practice/follow_up_by_mail.html",
        asked=follow_ups.asked(db.session, found),
        token=token,
        chosen=chosen,
        is_saved=is_saved,
        outcomes=list(Outcome),
        outcome_name=outcome_name,
        key=secrets.token_hex(16),
        is_own=actor is not None and actor.person_id == found.person_id,
    )


def _round(token: str) -> RecallRound | None:
    number = tokens.read(Purpose.RECALL, token)
    return recall.round_by_id(db.session, number) if number is not None else None


@blueprint.get("/my/recall/<int:round_id>")
@signed_in
def own_recall(round_id: int) -> AnyResponse:
    """From one's own page to the questions."""
    found = recall.round_by_id(db.session, round_id, person_id=signed_in_actor().person_id)
    if found is None:
        abort(404)
    return redirect(url_for("practice_mail.recall_questions", token=tokens.sign(Purpose.RECALL, found.id)), 303)


@blueprint.get("/recall/<token>")
@public
def recall_questions(token: str) -> AnyResponse | str | tuple[str, int]:
    """To the first question without an answer, or to the end."""
    found = _round(token)
    if found is None:
        return render_template("practice/old_link.html"), 404
    answered = {each.item_id for each in found.answers}
    drawn = recall.questions(db.session, found)
    for place, each in enumerate(drawn, start=1):
        if each.key not in answered:
            return redirect(url_for("practice_mail.recall_question", token=token, place=place), 303)
    right = sum(each.correct for each in found.answers)
    stop = tokens.sign(Purpose.STOP_RECALL, found.person_id)
    return render_template("practice/recall_done.html", right=right, count=len(drawn), stop=stop)


@blueprint.route("/recall/<token>/<int:place>", methods=["GET", "POST"])
@public
def recall_question(token: str, place: int) -> AnyResponse | str | tuple[str, int]:
    """One question; the answer is marked on the same page."""
    found = _round(token)
    if found is None:
        return render_template("practice/old_link.html"), 404
    drawn = recall.questions(db.session, found)
    if not 1 <= place <= len(drawn):
        abort(404)
    this = drawn[place - 1]
    given = mark = fault = None
    if request.method == "POST":
        form = {name: values for name, values in request.form.lists() if name != "csrf_token"}
        try:
            given, mark = recall.answer(db.session, found, this, form)
        except InvalidAnswer as refused:
            fault = str(refused)
    page = render_template(
        "practice/recall_question.html",
        token=token,
        place=place,
        count=len(drawn),
        drawn=this,
        shown=present(this.activity, f"{found.seed}:{this.key}", given),
        mark=mark,
        fault=fault,
        stop=tokens.sign(Purpose.STOP_RECALL, found.person_id),
        resolve=_resolve(this.key.split(":")[0]),
    )
    return page, 422 if fault else 200


def _resolve(slug: str) -> object:
    """Links of the course lead to its page: who answers from a mail may not be signed in."""
    course = url_for("catalogue.course", slug=slug)

    def resolve(html: str) -> str:
        return addresses.resolve(
            html,
            lesson=lambda name: f"{course}#lessons",
            media=lambda path: course,
            glossary=lambda term: f"{course}#term-{term}",
            source=lambda key: f"{course}#source-{key}",
        )

    return resolve


@blueprint.route("/recall-stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs post here by themselves when their reader says no (RFC 8058)
@public
def stop_recall(token: str) -> AnyResponse | str | tuple[str, int]:
    """No more questions by mail, in one click."""
    person_id = tokens.read(Purpose.STOP_RECALL, token)
    if person_id is None:
        return render_template("practice/old_link.html"), 404
    if request.method == "POST":
        recall.choose_recall(db.session, account_now(db.session, person_id), False)
        current_app.logger.info("person %s wants no questions by mail", person_id)
    return render_template("practice/stop_recall.html", token=token, is_done=request.method == "POST")
