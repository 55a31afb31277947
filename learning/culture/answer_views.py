"""The questions, for those with a link. Nobody signs in, and nothing is kept before it is sent."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import public
from learning.culture import answering, campaigns, wording
from learning.culture.anonymity import HIGHEST
from learning.database import db
from learning.interface import interface_language

blueprint = Blueprint("compass", __name__)
Page = str | tuple[str, int] | AnyResponse


def _language(languages: list[str]) -> str:
    """The reader's, if the campaign has it; else the campaign's first."""
    wish = interface_language()
    return wish if wish in languages else str(languages[0])


@blueprint.route("/compass/<token>", methods=["GET", "POST"])
@public
def questions(token: str) -> Page:
    """Read the statements, and answer them once."""
    asked = answering.asked_by(db.session, token)
    if asked is None:
        return render_template("culture/no_questions.html", why="unknown"), 404
    if asked.is_used:
        return render_template("culture/no_questions.html", why="used")
    if not asked.is_open:
        return render_template("culture/no_questions.html", why="closed")
    chosen, fault = {}, None
    if request.method == "POST":
        for statement_id in campaigns.statement_ids(asked.campaign):
            value = request.form.get(f"s-{statement_id}", 0, int)
            if 1 <= value <= HIGHEST:
                chosen[statement_id] = value
        if chosen:
            try:
                answering.answer(db.session, asked, chosen)
            except answering.AlreadyUsed:
                return render_template("culture/no_questions.html", why="used")
            except answering.NotOpen:
                return render_template("culture/no_questions.html", why="closed")
            return redirect(url_for("compass.questions", token=token), 303)
        fault = gettext("Answer at least one statement. You can skip those you have no opinion on.")
    page = render_template(
        "culture/questions.html", campaign=asked.campaign, answers=wording.answer_names(), chosen=chosen, fault=fault,
        language=_language(asked.campaign.languages), token=token,
    )  # fmt: skip
    return page, 422 if fault else 200
