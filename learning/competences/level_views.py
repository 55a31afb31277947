"""One's own competences: levels, why they are what they are, whom one asks to confirm, and what one contests."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import signed_in, signed_in_actor
from learning.catalogue.store import titles_by_slug
from learning.competences import confirming, contesting, holdings
from learning.competences.confirming import CannotAsk, NotWaiting
from learning.competences.contesting import CannotContest
from learning.competences.evidence_forms import AskForm, ConfirmationForm, ContestForm
from learning.competences.evidence_models import ConfirmationRequest, RequestStatus
from learning.competences.evidence_pages import page
from learning.competences.holdings import One
from learning.competences.radar import radar
from learning.database import db
from learning.practice.manager_notes import own_manager

blueprint = Blueprint("competences", __name__)
Page = str | tuple[str, int] | AnyResponse
_ONE = "/my/competences/<int:competence_id>"


@blueprint.get("/my/competences")
@signed_in
def mine() -> Page:
    """The levels of every framework in use, what waits for my answer, what takes me on, and the evidence by day."""
    actor = signed_in_actor()
    found = holdings.frameworks(db.session, actor.person_id, actor.agency_ids)
    drawn = {
        each.published.framework.id: radar([(one.plan.code, one.level) for one in each.standings]) for each in found
    }
    return page(
        "mine.html",
        frameworks=found,
        radars=drawn,
        waiting=confirming.waiting_for(db.session, actor.person_id),
        lifts=holdings.lifts(db.session, actor.person_id, found),
        timeline=holdings.timeline(db.session, actor.person_id),
        titles=titles_by_slug(db.session),
    )


@blueprint.get("/my/competences/rule")
@signed_in
def rule() -> Page:
    """How evidence adds up to a level."""
    return page("rule.html")


def _one(competence_id: int) -> One:
    return holdings.one(db.session, competence_id, signed_in_actor().agency_ids) or abort(404)


def _one_page(competence: One, ask_form: AskForm, contest_form: ContestForm, status: int = 200) -> Page:
    person_id, competence_id = signed_in_actor().person_id, competence.row.id
    level = holdings.level_now(db.session, person_id, competence_id)
    manager = own_manager(db.session, person_id)
    contests = contesting.of_person(db.session, person_id, competence_id)
    return page(
        "my_competence.html",
        status,
        competence=competence,
        level=level,
        evidence=holdings.evidence_of(db.session, person_id, competence_id, level),
        opened=holdings.opened,
        ways=holdings.ways_on(db.session, competence, level),
        titles=titles_by_slug(db.session),
        near=holdings.near(db.session, person_id, competence_id),
        requests=confirming.of_person(db.session, person_id, competence_id),
        contests=contests,
        is_contested=any(each.answered_at is None for each in contests),
        manager=manager,
        ask_form=ask_form,
        contest_form=contest_form,
    )


@blueprint.get(_ONE)
@signed_in
def one(competence_id: int) -> Page:
    """Why my level is what it is, and what I can do about it."""
    return _one_page(_one(competence_id), AskForm(formdata=None, prefix="ask"), ContestForm(formdata=None))


@blueprint.post(f"{_ONE}/ask")
@signed_in
def ask(competence_id: int) -> Page:
    """Ask a colleague or one's manager to confirm it."""
    competence = _one(competence_id)
    form = AskForm(prefix="ask")
    if form.validate_on_submit():
        try:
            asked = confirming.ask(db.session, signed_in_actor().person_id, competence_id, form.email.data)
        except CannotAsk as fault:
            form.email.errors = [_why_not(fault.reason)]
        else:
            flash(gettext("%(name)s gets a mail with your question.", name=asked.asked.name))
            return redirect(url_for("competences.one", competence_id=competence_id), 303)
    return _one_page(competence, form, ContestForm(formdata=None), 422)


def _why_not(reason: str) -> str:
    reasons = {
        "no-position": gettext("You hold no position now, so there is no colleague to ask."),
        "self": gettext("Ask somebody else than yourself."),
    }
    return str(reasons.get(reason, gettext("Nobody in your agency has that address.")))


@blueprint.post(f"{_ONE}/contest")
@signed_in
def contest(competence_id: int) -> Page:
    """Say that the level is wrong."""
    competence = _one(competence_id)
    form = ContestForm()
    if form.validate_on_submit():
        try:
            contesting.contest(db.session, signed_in_actor().person_id, competence_id, form.words.data)
        except CannotContest:
            form.words.errors = [gettext("You hold no position now, so nobody would answer.")]
        else:
            flash(gettext("Your manager and HR can read it now. You get the answer by mail."))
            return redirect(url_for("competences.one", competence_id=competence_id), 303)
    return _one_page(competence, AskForm(formdata=None, prefix="ask"), form, 422)


# Requests: seen by the one who asked and the one who was asked.


def _request(request_id: int, *, asked: bool) -> ConfirmationRequest:
    person_id = signed_in_actor().person_id
    found = confirming.one_for(db.session, request_id, person_id)
    if found is None or (found.asked_id if asked else found.person_id) != person_id:
        abort(404)
    return found


@blueprint.post("/my/confirmation-requests/<int:request_id>/withdraw")
@signed_in
def withdraw_request(request_id: int) -> Page:
    found = _request(request_id, asked=False)
    try:
        confirming.withdraw(db.session, found)
        flash(gettext("The question is withdrawn."))
    except NotWaiting:
        flash(gettext("The question was answered or withdrawn already."))
    return redirect(url_for("competences.one", competence_id=found.competence_id), 303)


def _confirmation_page(found: ConfirmationRequest, form: ConfirmationForm, status: int = 200) -> Page:
    competence = holdings.one(db.session, found.competence_id, (found.agency_id,)) or abort(404)
    return page(
        "confirmation.html",
        status,
        found=found,
        competence=competence,
        form=form,
        opened=holdings.opened,
        is_waiting=found.status is RequestStatus.WAITING,
        as_manager=confirming.leads(db.session, found.asked_id, found.person_id) == found.agency_id,
    )


@blueprint.get("/confirmations/<int:request_id>")
@signed_in
def confirmation(request_id: int) -> Page:
    """What somebody asks me to confirm, and what I have answered."""
    return _confirmation_page(_request(request_id, asked=True), ConfirmationForm(formdata=None))


@blueprint.post("/confirmations/<int:request_id>")
@signed_in
def confirm(request_id: int) -> Page:
    found = _request(request_id, asked=True)
    form = ConfirmationForm()
    if not form.validate_on_submit():
        return _confirmation_page(found, form, 422)
    try:
        confirming.confirm(db.session, found, int(form.level.data), form.words.data)
        flash(gettext("Thank you. %(name)s can read what you wrote.", name=found.person.name))
    except NotWaiting:
        flash(gettext("The question was answered or withdrawn already."))
    return redirect(url_for("competences.confirmation", request_id=request_id), 303)


@blueprint.post("/confirmations/<int:request_id>/decline")
@signed_in
def decline(request_id: int) -> Page:
    found = _request(request_id, asked=True)
    try:
        confirming.decline(db.session, found)
        flash(gettext("%(name)s is told that you would rather not.", name=found.person.name))
    except NotWaiting:
        flash(gettext("The question was answered or withdrawn already."))
    return redirect(url_for("competences.confirmation", request_id=request_id), 303)


@blueprint.post("/confirmations/<int:request_id>/take-back")
@signed_in
def take_back(request_id: int) -> Page:
    """What I confirmed counts no more."""
    found = _request(request_id, asked=True)
    confirming.take_back(db.session, found)
    flash(gettext("What you confirmed no longer counts."))
    return redirect(url_for("competences.confirmation", request_id=request_id), 303)
