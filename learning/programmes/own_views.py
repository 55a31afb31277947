"""Programmes as participants and facilitators see them. Who is neither is told that there is no such page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import current_actor, public, signed_in, signed_in_actor
from learning.database import db
from learning.programmes import attendance, cohorts, gatherings, mine, pages, reply_links
from learning.programmes.models import Cohort, Gathering, Reply

blueprint = Blueprint("my_programmes", __name__)
Page = str | tuple[str, int] | AnyResponse
ANSWERS = (Reply.YES, Reply.NO)


def _answer() -> Reply | None:
    return next((each for each in ANSWERS if each.value == request.values.get("how")), None)


def _fault_of(gathering: Gathering, person_id: int, answer: Reply) -> str | None:
    """Reply; why it was refused, or None."""
    try:
        attendance.reply(db.session, gathering, person_id, answer)
    except gatherings.GatheringCancelled:
        return str(gettext("The gathering is cancelled."))
    except attendance.TooLate:
        return str(gettext("The gathering has begun, so it is too late to reply."))
    except attendance.NotInvited:
        return str(gettext("You are not in this programme any more."))
    return None


@blueprint.get("/my/programmes")
@signed_in
def programmes() -> str:
    """What one takes part in, and what one facilitates."""
    person_id = signed_in_actor().person_id
    return render_template(
        "programmes/mine.html",
        programmes=mine.programmes(db.session, person_id),
        facilitated=cohorts.facilitated(db.session, person_id),
        **pages.words(),
    )


def _taking_part(cohort_id: int) -> mine.MyProgramme:
    found = mine.programmes(db.session, signed_in_actor().person_id, cohort_id)
    return found[0] if found else abort(404)


def _programme_page(own: mine.MyProgramme, fault: tuple[int, str] | None = None) -> Page:
    page = render_template(
        "programmes/my_programme.html",
        own=own,
        facilitators=cohorts.facilitators(db.session, own.cohort.id),
        answers=ANSWERS,
        fault=fault,
        **pages.words(),
    )
    return page, 422 if fault else 200


@blueprint.get("/my/programmes/<int:cohort_id>")
@signed_in
def programme(cohort_id: int) -> Page:
    """A programme that one takes part in."""
    return _programme_page(_taking_part(cohort_id))


@blueprint.post("/my/programmes/<int:cohort_id>/gatherings/<int:gathering_id>/reply")
@signed_in
def reply(cohort_id: int, gathering_id: int) -> Page:
    """Say whether one comes."""
    own = _taking_part(cohort_id)
    gathering = next((each for each in own.gatherings if each.id == gathering_id), None) or abort(404)
    answer = _answer()
    fault = (
        gettext("Choose whether you come.")
        if answer is None
        else _fault_of(gathering, signed_in_actor().person_id, answer)
    )
    if fault:
        return _programme_page(own, (gathering_id, fault))
    flash(gettext("Your reply is saved. You can change it until the gathering begins."))
    return redirect(f"{url_for('my_programmes.programme', cohort_id=cohort_id)}#gathering-{gathering_id}", 303)


@blueprint.route("/gathering-reply/<token>", methods=["GET", "POST"])
@public
def reply_by_mail(token: str) -> Page:
    """The same from a mail, without signing in. Opening the link changes nothing; the button does."""
    read = reply_links.read(token)
    gathering = db.session.get(Gathering, read[0]) if read else None
    if read is None or gathering is None:
        return render_template("programmes/old_link.html"), 404
    _, person_id = read
    chosen, fault, is_saved = _answer(), None, False
    if not attendance.takes_part(db.session, gathering.cohort, person_id):
        fault = gettext("You are not in this programme any more.")
    elif gathering.cancelled_at is not None:
        fault = gettext("The gathering is cancelled.")
    elif gathering.starts_at <= clock.now():
        fault = gettext("The gathering has begun, so it is too late to reply.")
    elif request.method == "POST" and chosen is not None:
        fault = _fault_of(gathering, person_id, chosen)
        is_saved = fault is None
    actor = current_actor()
    return render_template(
        "programmes/reply_by_mail.html",
        gathering=gathering,
        cohort=gathering.cohort,
        token=token,
        chosen=chosen,
        is_saved=is_saved,
        fault=fault,
        answers=ANSWERS,
        is_own=actor is not None and actor.person_id == person_id,
        **pages.words(),
    )


def _facilitated(cohort_id: int) -> Cohort:
    found = cohorts.facilitated(db.session, signed_in_actor().person_id, cohort_id)
    return found[0] if found else abort(404)


@blueprint.get("/facilitate/<int:cohort_id>")
@signed_in
def facilitate(cohort_id: int) -> str:
    """A cohort as its facilitators see it: who comes, who came, who is done; never an answer."""
    cohort = _facilitated(cohort_id)
    return render_template(
        "programmes/programme.html", agency=cohort.agency, **pages.words(), **pages.cohort_page(cohort),
        may_manage=False, may_see_people=False,
    )  # fmt: skip


@blueprint.route("/facilitate/<int:cohort_id>/gatherings/<int:gathering_id>", methods=["GET", "POST"])
@signed_in
def note_attendance(cohort_id: int, gathering_id: int) -> Page:
    """Note who came to a gathering."""
    cohort = _facilitated(cohort_id)
    gathering = gatherings.gathering_of(db.session, cohort.id, gathering_id) or abort(404)
    return pages.attendance_page(gathering, url_for("my_programmes.facilitate", cohort_id=cohort_id))
