"""Exemptions and recognition of prior learning: asked for by the person or by HR, decided by HR."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in, signed_in_actor
from learning.access.policy import Permission
from learning.catalogue.wording import course_title
from learning.database import db
from learning.organisation import agencies
from learning.organisation import people as people_rules
from learning.organisation.models import Agency
from learning.paths import building, forms, recognising, wording
from learning.paths.forms import Fault, Fields
from learning.paths.models import Recognition, RecognitionKind
from learning.paths.pages import page

blueprint = Blueprint("recognition", __name__)
Page = str | tuple[str, int] | AnyResponse
_ONE = "/agency/<agency_slug>/recognition/<int:recognition_id>"


def _read(fields: Fields) -> tuple[int | None, RecognitionKind, list[Fault]]:
    faults = []
    courses = {course.id for course in building.courses_to_choose(db.session)}
    course_id = forms.whole_number(fields.get("course", ""))
    if course_id not in courses:
        faults.append(Fault("course", gettext("Choose a course.")))
    wish = fields.get("kind", "")
    kind = RecognitionKind(wish) if wish in set(RecognitionKind) else RecognitionKind.EXEMPTION
    if wish not in set(RecognitionKind):
        faults.append(Fault("kind-exemption", gettext("Choose why the course need not be taken.")))
    if not fields.get("reason", "").strip():
        faults.append(Fault("reason", gettext("Say why.")))
    if kind is RecognitionKind.PRIOR_LEARNING and not fields.get("evidence", "").strip():
        faults.append(Fault("evidence", gettext("Say what shows it: a diploma, a course, a task, and when it was.")))
    for name in ("reason", "evidence"):
        if len(fields.get(name, "")) > recognising.LONGEST_TEXT:
            message = gettext("The text can have at most %(most)d characters.", most=recognising.LONGEST_TEXT)
            faults.append(Fault(name, message))
    return course_id, kind, faults


# The person's own


def _own_agencies() -> Sequence[Agency]:
    return agencies.working_in(db.session, signed_in_actor().person_id, clock.today())


def _own_page(fields: Fields, faults: list[Fault]) -> Page:
    rendered = render_template(
        "paths/own_recognition.html",
        found=recognising.of_person(db.session, signed_in_actor().person_id),
        agencies=_own_agencies(),
        courses=building.courses_to_choose(db.session),
        kinds=list(RecognitionKind),
        kind_name=wording.recognition_kind_name,
        state_of=wording.recognition_state,
        course_title=course_title,
        fields=fields,
        faults=faults,
        fault_at=forms.by_field(faults),
    )
    return rendered, 422 if faults else 200


@blueprint.get("/recognition")
@signed_in
def own() -> Page:
    """What I have asked for, the answers, and a form to ask."""
    return _own_page(MultiDict({"course": request.args.get("course", "")}), [])


@blueprint.post("/recognition")
@signed_in
def ask() -> Page:
    course_id, kind, faults = _read(request.form)
    mine = {agency.id: agency for agency in _own_agencies()}
    agency_id = forms.whole_number(request.form.get("agency", "")) or next(iter(mine), None)
    if agency_id not in mine:
        faults.append(Fault("agency", gettext("Choose an agency where you hold a position.")))
    if faults or course_id is None or agency_id is None:
        return _own_page(request.form, faults)
    recognising.ask(
        db.session, agency_id, current_user.person.id, course_id, kind,
        reason=request.form["reason"], evidence=request.form.get("evidence", ""), actor_id=current_user.person.id,
    )  # fmt: skip
    flash(gettext("Your question is sent to HR. You get the answer by mail."))
    return redirect(url_for("recognition.own"), 303)


# HR's


def _own_one(recognition_id: int) -> Recognition:
    return recognising.one_in(db.session, g.agency.id, recognition_id) or abort(404)


@blueprint.get("/agency/<agency_slug>/recognition")
@requires(Permission.MANAGE_PATHS)
def in_agency(agency_slug: str) -> Page:
    """What waits for a decision, and what is decided."""
    return page(
        "recognition_list.html",
        waiting=recognising.in_agency(db.session, g.agency.id, waiting=True),
        decided=recognising.in_agency(db.session, g.agency.id, waiting=False),
        kind_name=wording.recognition_kind_name,
        state_of=wording.recognition_state,
    )


def _new_page(fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "recognition_new.html",
        422 if faults else 200,
        fields=fields,
        faults=faults,
        courses=building.courses_to_choose(db.session),
        kinds=list(RecognitionKind),
        kind_name=wording.recognition_kind_name,
    )


@blueprint.get("/agency/<agency_slug>/recognition/new")
@requires(Permission.MANAGE_PATHS)
def new(agency_slug: str) -> Page:
    return _new_page(MultiDict({"who": request.args.get("who", ""), "course": request.args.get("course", "")}), [])


@blueprint.post("/agency/<agency_slug>/recognition/new")
@requires(Permission.MANAGE_PATHS)
def create(agency_slug: str) -> Page:
    """HR asks on somebody's behalf; it is decided on the next page."""
    course_id, kind, faults = _read(request.form)
    person = people_rules.known_by_address(db.session, g.agency.id, request.form.get("who", "")[:254])
    if person is None:
        faults.insert(0, Fault("who", gettext("Nobody in this agency has that address.")))
    if faults or course_id is None or person is None:
        return _new_page(request.form, faults)
    found = recognising.ask(
        db.session, g.agency.id, person.id, course_id, kind,
        reason=request.form["reason"], evidence=request.form.get("evidence", ""),
        actor_id=signed_in_actor().person_id,
    )  # fmt: skip
    return redirect(url_for("recognition.one", agency_slug=agency_slug, recognition_id=found.id), 303)


def _one_page(found: Recognition, fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "recognition.html",
        422 if faults else 200,
        found=found,
        fields=fields,
        faults=faults,
        is_own=found.person_id == signed_in_actor().person_id,
        kind_name=wording.recognition_kind_name,
        state_of=wording.recognition_state,
        today=clock.today(),
    )


@blueprint.get(_ONE)
@requires(Permission.MANAGE_PATHS)
def one(agency_slug: str, recognition_id: int) -> Page:
    return _one_page(_own_one(recognition_id), MultiDict(), [])


@blueprint.post(_ONE)
@requires(Permission.MANAGE_PATHS)
def decide(agency_slug: str, recognition_id: int) -> Page:
    found = _own_one(recognition_id)
    faults: list[Fault] = []
    granted = {"grant": True, "refuse": False}.get(request.form.get("decision", ""))
    if granted is None:
        faults.append(Fault("decision-grant", gettext("Choose yes or no.")))
    until: date | None = None
    if written := request.form.get("valid_until", "").strip():
        try:
            until = date.fromisoformat(written)
        except ValueError:
            faults.append(Fault("valid_until", gettext("Write the last day as a date, such as 2027-03-01.")))
    if granted is not None and not faults:
        try:
            recognising.decide(
                db.session, found, granted=granted, answer=request.form.get("answer", ""), valid_until=until,
                actor_id=signed_in_actor().person_id,
            )  # fmt: skip
        except recognising.OwnRecognition:
            faults.append(Fault("decision-grant", gettext("Somebody else must decide what concerns yourself.")))
        except recognising.AlreadyDecided:
            faults.append(Fault("decision-grant", gettext("Somebody else has decided this meanwhile.")))
        except recognising.InvalidRecognition as error:
            if str(error) == "valid_until":
                faults.append(Fault("valid_until", gettext("The last day is in the past.")))
            else:
                faults.append(Fault("answer", gettext("A no needs some words that say why.")))
    if faults:
        return _one_page(found, request.form, faults)
    flash(gettext("The answer is sent to %(name)s.", name=found.person.name))
    return redirect(url_for("recognition.in_agency", agency_slug=agency_slug), 303)


@blueprint.post(f"{_ONE}/end")
@requires(Permission.MANAGE_PATHS)
def end(agency_slug: str, recognition_id: int) -> Page:
    found = _own_one(recognition_id)
    try:
        recognising.end(db.session, found, actor_id=signed_in_actor().person_id)
    except recognising.AlreadyDecided:
        abort(409)
    flash(gettext("It no longer counts. The course is asked of %(name)s again.", name=found.person.name))
    return redirect(url_for("recognition.in_agency", agency_slug=agency_slug), 303)
