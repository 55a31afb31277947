"""The competences of others: a manager's own people, and those of an agency for HR. Levels, never private words."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, g, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in, signed_in_actor
from learning.access.policy import Permission
from learning.competences import confirming, contesting, holdings, registering
from learning.competences.contesting import AlreadyAnswered, OwnContest
from learning.competences.evidence_forms import AnswerForm, PlacementForm, WithdrawForm
from learning.competences.evidence_models import Contest
from learning.competences.evidence_pages import page
from learning.competences.registering import InvalidPlacement, OwnCompetence
from learning.database import db
from learning.organisation import people
from learning.organisation.models import Person

blueprint = Blueprint("people_competences", __name__)
Page = str | tuple[str, int] | AnyResponse
_TEAM = "/team/<int:person_id>/competences"
_PERSON = "/agency/<agency_slug>/people/<int:person_id>/competences"
_CONTESTS = "/agency/<agency_slug>/contested-levels"


def _person_page(
    person: Person,
    agency_id: int,
    back: str,
    action: str,
    form: PlacementForm,
    *,
    withdraw_form: WithdrawForm | None = None,
    withdrawing: int | None = None,
) -> Page:
    """``withdraw_form`` is HR's; a manager has none. ``withdrawing`` is the evidence whose form was refused."""
    found = holdings.frameworks(db.session, person.id, (agency_id,))
    form.competences.choices = [(each.id, each.plan.code) for framework in found for each in framework.standings]
    if not form.key.data:
        form.key.data = secrets.token_urlsafe(16)
    refused = bool(form.errors or (withdraw_form is not None and withdraw_form.errors))
    return page(
        "person.html",
        422 if refused else 200,
        person=person,
        frameworks=found,
        evidence=registering.of_agency(db.session, agency_id, person.id) if withdraw_form is not None else [],
        form=form,
        withdraw_form=withdraw_form,
        withdrawing=withdrawing,
        back=back,
        action=action,
        is_own=person.id == signed_in_actor().person_id,
    )


def _registered(person: Person, agency_id: int, form: PlacementForm) -> bool:
    """Whether the placement is registered; otherwise the form has the faults."""
    found = holdings.frameworks(db.session, person.id, (agency_id,))
    form.competences.choices = [(each.id, each.plan.code) for framework in found for each in framework.standings]
    if not form.validate_on_submit():
        return False
    actor_id = signed_in_actor().person_id
    try:
        registering.add_placement(
            db.session, person.id, form.competences.data, ended_on=form.day, words=form.words.data,
            agency_id=agency_id, actor_id=actor_id, key=f"{actor_id}:{person.id}:{form.key.data or form.day}",
        )  # fmt: skip
    except InvalidPlacement:
        form.ended_on.errors = [gettext("Write a day that has been, within the last five years.")]
        return False
    except OwnCompetence:
        form.words.errors = [gettext("Somebody else must register what concerns yourself.")]
        return False
    flash(gettext("It is registered, and counts from today."))
    return True


def _contest_page(found: Contest, form: AnswerForm, back: str, status: int = 200) -> Page:
    competence = holdings.one(db.session, found.competence_id, (found.agency_id,)) or abort(404)
    return page(
        "contest.html", status, found=found, competence=competence, form=form, back=back,
        level=holdings.level_now(db.session, found.person_id, found.competence_id),
        is_own=found.person_id == signed_in_actor().person_id,
    )  # fmt: skip


def _answered(found: Contest, form: AnswerForm) -> bool:
    if not form.validate_on_submit():
        return False
    try:
        contesting.answer(db.session, found, form.words.data, actor_id=signed_in_actor().person_id)
    except OwnContest:
        form.words.errors = [gettext("Somebody else must answer what concerns yourself.")]
        return False
    except AlreadyAnswered:
        form.words.errors = [gettext("Somebody else has answered this meanwhile.")]
        return False
    flash(gettext("The answer is sent to %(name)s.", name=found.person.name))
    return True


# A manager's own people


def _led(person_id: int) -> tuple[Person, int]:
    agency_id = confirming.leads(db.session, signed_in_actor().person_id, person_id)
    return (db.session.get_one(Person, person_id), agency_id) if agency_id is not None else abort(404)


def _team_page(person: Person, agency_id: int, form: PlacementForm) -> Page:
    action = url_for("people_competences.register_of_team", person_id=person.id)
    return _person_page(person, agency_id, url_for("overviews.team"), action, form)


@blueprint.get(_TEAM)
@signed_in
def of_team(person_id: int) -> Page:
    """The levels of somebody who reports to me."""
    return _team_page(*_led(person_id), PlacementForm(formdata=None))


@blueprint.post(_TEAM)
@signed_in
def register_of_team(person_id: int) -> Page:
    person, agency_id = _led(person_id)
    form = PlacementForm()
    if _registered(person, agency_id, form):
        return redirect(url_for("people_competences.of_team", person_id=person_id), 303)
    return _team_page(person, agency_id, form)


@blueprint.get("/team/contested-levels")
@signed_in
def contests_of_team() -> Page:
    """What my people have contested and nobody has answered."""
    return page("contests_of_team.html", waiting=contesting.of_team(db.session, signed_in_actor().person_id))


def _contest_of_team(contest_id: int) -> Contest:
    return contesting.one_of_team(db.session, signed_in_actor().person_id, contest_id) or abort(404)


@blueprint.get("/team/contested-levels/<int:contest_id>")
@signed_in
def contest_of_team(contest_id: int) -> Page:
    back = url_for("people_competences.contests_of_team")
    return _contest_page(_contest_of_team(contest_id), AnswerForm(formdata=None), back)


@blueprint.post("/team/contested-levels/<int:contest_id>")
@signed_in
def answer_of_team(contest_id: int) -> Page:
    found, form = _contest_of_team(contest_id), AnswerForm()
    back = url_for("people_competences.contests_of_team")
    return redirect(back, 303) if _answered(found, form) else _contest_page(found, form, back, 422)


# HR's


def _in_agency(person_id: int) -> Person:
    """Somebody who works here: what those who have left can do now is none of the agency's business."""
    if not people.works_in(db.session, g.agency.id, person_id):
        abort(404)
    return people.person_in(db.session, g.agency.id, person_id) or abort(404)


def _agency_page(
    person: Person, form: PlacementForm, withdraw_form: WithdrawForm, withdrawing: int | None = None
) -> Page:
    slug = g.agency.slug
    return _person_page(
        person,
        g.agency.id,
        url_for("organisation.person", agency_slug=slug, person_id=person.id),
        url_for("people_competences.register_in_agency", agency_slug=slug, person_id=person.id),
        form,
        withdraw_form=withdraw_form,
        withdrawing=withdrawing,
    )


@blueprint.get(_PERSON)
@requires(Permission.MANAGE_COMPETENCES)
def in_agency(agency_slug: str, person_id: int) -> Page:
    """The levels of somebody in the agency, and what of the evidence comes from here."""
    return _agency_page(_in_agency(person_id), PlacementForm(formdata=None), WithdrawForm(formdata=None))


@blueprint.post(_PERSON)
@requires(Permission.MANAGE_COMPETENCES)
def register_in_agency(agency_slug: str, person_id: int) -> Page:
    person, form = _in_agency(person_id), PlacementForm()
    if _registered(person, g.agency.id, form):
        return redirect(url_for("people_competences.in_agency", agency_slug=agency_slug, person_id=person_id), 303)
    return _agency_page(person, form, WithdrawForm(formdata=None))


@blueprint.post(f"{_PERSON}/evidence/<int:evidence_id>/withdraw")
@requires(Permission.MANAGE_COMPETENCES)
def withdraw_evidence(agency_slug: str, person_id: int, evidence_id: int) -> Page:
    """Evidence from this agency must no longer count."""
    person, form = _in_agency(person_id), WithdrawForm()
    found = registering.one_of_agency(db.session, g.agency.id, person_id, evidence_id) or abort(404)
    if form.validate_on_submit():
        try:
            registering.withdraw(db.session, found, form.reason.data, actor_id=signed_in_actor().person_id)
        except OwnCompetence:
            form.reason.errors = [gettext("Somebody else must decide what concerns yourself.")]
        else:
            flash(gettext("It no longer counts. %(name)s can read why.", name=person.name))
            where = url_for("people_competences.in_agency", agency_slug=agency_slug, person_id=person_id)
            return redirect(where, 303)
    return _agency_page(person, PlacementForm(formdata=None), form, evidence_id)


@blueprint.get(_CONTESTS)
@requires(Permission.MANAGE_COMPETENCES)
def contests(agency_slug: str) -> Page:
    """Levels that somebody has contested: what waits, and what is answered."""
    return page(
        "contests.html", agency=g.agency,
        waiting=contesting.in_agency(db.session, g.agency.id, waiting=True),
        answered=contesting.in_agency(db.session, g.agency.id, waiting=False),
    )  # fmt: skip


def _contest(contest_id: int) -> Contest:
    return contesting.one_in(db.session, g.agency.id, contest_id) or abort(404)


@blueprint.get(f"{_CONTESTS}/<int:contest_id>", endpoint="contest")
@requires(Permission.MANAGE_COMPETENCES)
def contest_page(agency_slug: str, contest_id: int) -> Page:
    back = url_for("people_competences.contests", agency_slug=agency_slug)
    return _contest_page(_contest(contest_id), AnswerForm(formdata=None), back)


@blueprint.post(f"{_CONTESTS}/<int:contest_id>")
@requires(Permission.MANAGE_COMPETENCES)
def answer(agency_slug: str, contest_id: int) -> Page:
    found, form = _contest(contest_id), AnswerForm()
    back = url_for("people_competences.contests", agency_slug=agency_slug)
    return redirect(back, 303) if _answered(found, form) else _contest_page(found, form, back, 422)
