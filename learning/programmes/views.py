"""Programmes as HR sees them: making cohorts, choosing participants, planning gatherings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.interface import interface_language
from learning.paths import building
from learning.paths.forms import new_request_key, request_key
from learning.programmes import cohorts, export, forms, gatherings, pages, participants
from learning.programmes.cohorts import CohortDraft
from learning.programmes.models import Cohort, Gathering
from learning.programmes.participants import CohortCancelled

blueprint = Blueprint("programmes", __name__)
Page = str | tuple[str, int] | AnyResponse
_COHORT = "/agency/<agency_slug>/programmes/<int:cohort_id>"
_GATHERING = f"{_COHORT}/gatherings/<int:gathering_id>"


def _own(cohort_id: int) -> Cohort:
    return cohorts.cohort_of(db.session, g.agency.id, cohort_id) or abort(404)


def _own_gathering(cohort_id: int, gathering_id: int) -> Gathering:
    return gatherings.gathering_of(db.session, _own(cohort_id).id, gathering_id) or abort(404)


def _render(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    return render_template(f"programmes/{template}", agency=g.agency, **pages.words(), **values), status


def _to(cohort_id: int) -> AnyResponse:
    return redirect(url_for("programmes.programme", agency_slug=g.agency.slug, cohort_id=cohort_id), 303)


def _is_over(cohort_id: int) -> AnyResponse:
    """Back to a cohort that has been cancelled, where nothing can change."""
    flash(gettext("The programme is cancelled, so nothing in it can change."))
    return _to(cohort_id)


def _actor_id() -> int:
    return signed_in_actor().person_id


@blueprint.get("/agency/<agency_slug>/programmes")
@requires(Permission.MANAGE_PATHS)
def programmes(agency_slug: str) -> Page:
    """The agency's programmes."""
    return _render("programmes.html", summaries=cohorts.summaries(db.session, g.agency.id))


def _draft(form: forms.CohortForm) -> CohortDraft | None:
    """The draft in a valid form; None, with faults on the field, when a facilitator is not known here."""
    lines, faults = forms.read_addresses(form.facilitators.data)
    known = participants.by_address(db.session, g.agency.id, [line.address for line in lines])
    faults += forms.unknown_lines(lines, known)
    if faults:
        form.facilitators.errors = faults
        return None
    return CohortDraft(form.name.data, form.starts_on.data, form.number_of_seats, frozenset(known.values()))


@blueprint.route("/agency/<agency_slug>/programmes/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def new_programme(agency_slug: str) -> Page:
    """Make a programme of a learning path."""
    paths = building.in_use(db.session, g.agency.id)
    form = forms.NewCohortForm()
    form.path.choices = [(path.id, path.title) for path in paths]
    if request.method == "GET":
        form.request_key.data = new_request_key()
        form.path.data = request.args.get("path", type=int)
        return _render("programme_form.html", form=form, cohort=None, has_paths=bool(paths))
    key = request_key(request.form)
    if key is None:
        abort(400)
    existing = cohorts.with_request_key(db.session, g.agency.id, key)  # a second click on the same button
    if existing is not None:
        return _to(existing.id)
    if form.validate_on_submit():
        draft = _draft(form)
        if draft is not None:
            try:
                made = cohorts.create(
                    db.session, g.agency.id, form.path.data, draft, request_key=key, actor_id=_actor_id()
                )
            except cohorts.UnknownPath:
                form.path.errors = [gettext("The path has been archived meanwhile. Choose another.")]
            else:
                flash(gettext("The programme is made. Now choose its participants and plan its gatherings."))
                return _to(made.id)
    return _render("programme_form.html", 422, form=form, cohort=None, has_paths=bool(paths))


@blueprint.get(_COHORT)
@requires(Permission.MANAGE_PATHS)
def programme(agency_slug: str, cohort_id: int) -> Page:
    """One programme: its gatherings, and how far its participants have come."""
    return _render("programme.html", **pages.cohort_page(_own(cohort_id)), may_manage=True, may_see_people=True)


@blueprint.route(f"{_COHORT}/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def edit_programme(agency_slug: str, cohort_id: int) -> Page:
    """Change the name, the start, the seats or the facilitators."""
    cohort = _own(cohort_id)
    if cohort.cancelled_at is not None:
        return _is_over(cohort_id)
    form = forms.CohortForm()
    if request.method == "GET":
        form.name.data, form.starts_on.data = cohort.name, cohort.starts_on
        form.seats.data = str(cohort.seats or "")
        form.facilitators.data = "\n".join(person.email for person in cohorts.facilitators(db.session, cohort.id))
        return _render("programme_form.html", form=form, cohort=cohort)
    if form.validate_on_submit():
        draft = _draft(form)
        if draft is not None:
            try:
                cohorts.change(db.session, cohort, draft, actor_id=_actor_id())
            except CohortCancelled:
                return _is_over(cohort_id)
            flash(gettext("The programme is changed."))
            return _to(cohort_id)
    return _render("programme_form.html", 422, form=form, cohort=cohort)


@blueprint.route(f"{_COHORT}/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def cancel_programme(agency_slug: str, cohort_id: int) -> Page:
    """Ask, and then cancel the whole programme."""
    cohort = _own(cohort_id)
    if request.method == "POST":
        cohorts.cancel(db.session, cohort, actor_id=_actor_id())
        flash(gettext("The programme is cancelled, and its participants are told."))
        return _to(cohort_id)
    if cohort.cancelled_at is not None:
        return _is_over(cohort_id)
    return _render(
        "cancel_programme.html", cohort=cohort, people=participants.count(db.session, cohort.id),
        ahead=len(gatherings.ahead(db.session, cohort.id)),
    )  # fmt: skip


@blueprint.post(f"{_COHORT}/export")
@requires(Permission.MANAGE_PATHS)
def export_programme(agency_slug: str, cohort_id: int) -> Page:
    """Attendance and progress as a file for a spreadsheet."""
    cohort = _own(cohort_id)
    export.note_export(db.session, cohort, _actor_id())
    body = stream_with_context(export.pieces(cohort.id, interface_language()))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{export.file_name(cohort)}"'
    return response


# Gatherings


@blueprint.route(f"{_COHORT}/gatherings/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def plan_gatherings(agency_slug: str, cohort_id: int) -> Page:
    """Plan one gathering, or several drafts that are mended before anybody is told."""
    cohort = _own(cohort_id)
    if cohort.cancelled_at is not None:
        return _is_over(cohort_id)
    if request.method == "GET":
        form = forms.PlanForm(formdata=None, gatherings=pages.drafts(request.args))
        form.request_key.data = new_request_key()
        return _render("plan.html", form=form, cohort=cohort, most=forms.MOST_AT_ONCE, wish=request.args)
    key = request_key(request.form)
    if key is None:
        abort(400)
    form = forms.PlanForm()
    if not form.validate_on_submit():
        return _render("plan.html", 422, form=form, cohort=cohort, most=forms.MOST_AT_ONCE, wish={})
    wanted = [each.form.facts for each in form.gatherings if not each.form.skip.data]
    try:
        planned = gatherings.plan(db.session, cohort, wanted, request_key=key, actor_id=_actor_id())
    except CohortCancelled:
        return _is_over(cohort_id)
    if planned:
        flash(
            ngettext(
                "%(num)d gathering is planned, and the participants are invited.",
                "%(num)d gatherings are planned, and the participants are invited.",
                len(planned),
            )
        )
    elif wanted:
        flash(gettext("These gatherings were planned already. Change them one by one."))
    else:
        flash(gettext("You left every gathering out, so none was planned."))
    return _to(cohort_id)


@blueprint.route(f"{_GATHERING}/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def edit_gathering(agency_slug: str, cohort_id: int, gathering_id: int) -> Page:
    """Change a gathering; participants are told of what concerns them."""
    gathering = _own_gathering(cohort_id, gathering_id)
    if gathering.cancelled_at is not None or gathering.cohort.cancelled_at is not None:
        return _no_more(gathering)
    if request.method == "GET":
        form = forms.GatheringForm(formdata=None, data=forms.filled(gathering))
        return _render("gathering_form.html", form=form, cohort=gathering.cohort, gathering=gathering)
    form = forms.GatheringForm()
    if form.validate_on_submit():
        seen = form.sequence.data or ""
        try:
            changed = gatherings.change(
                db.session, gathering, form.facts, seen_sequence=int(seen) if seen.isascii() and seen.isdigit() else -1,
                actor_id=_actor_id(),
            )  # fmt: skip
        except (gatherings.GatheringCancelled, CohortCancelled):
            return _no_more(gathering)
        except gatherings.ChangedMeanwhile:
            form.sequence.data = str(gathering.sequence)
            form.title.errors = [
                gettext(
                    "Somebody changed this gathering while you wrote. Look at it on the programme's page, then save."
                )
            ]
        else:
            is_told = any(name in gatherings.TOLD for name in changed)
            flash(
                gettext("The gathering is changed, and the participants are told.")
                if is_told
                else gettext("The gathering is saved.")
            )
            return _to(cohort_id)
    return _render("gathering_form.html", 422, form=form, cohort=gathering.cohort, gathering=gathering)


def _no_more(gathering: Gathering) -> AnyResponse:
    flash(gettext("The gathering is cancelled, so it cannot change."))
    return _to(gathering.cohort_id)


@blueprint.route(f"{_GATHERING}/cancel", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def cancel_gathering(agency_slug: str, cohort_id: int, gathering_id: int) -> Page:
    """Ask, and then call a gathering off."""
    gathering = _own_gathering(cohort_id, gathering_id)
    if gathering.cancelled_at is not None or gathering.cohort.cancelled_at is not None:
        return _no_more(gathering)
    if request.method == "GET":
        return _render("cancel_gathering.html", cohort=gathering.cohort, gathering=gathering)
    try:
        gatherings.cancel(db.session, gathering, actor_id=_actor_id())
    except CohortCancelled:
        return _is_over(cohort_id)
    flash(gettext("The gathering is cancelled, and those invited are told."))
    return _to(cohort_id)


@blueprint.route(f"{_GATHERING}/attendance", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATHS)
def attendance(agency_slug: str, cohort_id: int, gathering_id: int) -> Page:
    """Note who came, when a facilitator has not."""
    back = url_for("programmes.programme", agency_slug=agency_slug, cohort_id=cohort_id)
    return pages.attendance_page(_own_gathering(cohort_id, gathering_id), back)
