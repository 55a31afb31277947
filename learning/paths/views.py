"""The agency's board, its learning paths and its assignments."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.organisation.models import Level
from learning.paths import (
    assigning,
    audiences,
    board,
    building,
    charts,
    due_dates,
    forms,
    list_choices,
    member_list,
    saved_audiences,
    unit_tree,
)
from learning.paths.audience_rules import from_json
from learning.paths.forms import AssignmentDraft, Fault, Fields
from learning.paths.member_list import Wanted
from learning.paths.models import Assignment, DueKind, LearningPath
from learning.paths.pages import audience_words, page

blueprint = Blueprint("paths", __name__)
Page = str | tuple[str, int] | AnyResponse
_PATH = "/agency/<agency_slug>/paths/<int:path_id>"
_ASSIGNMENT = "/agency/<agency_slug>/assignments/<int:assignment_id>"


def _own_path(path_id: int) -> LearningPath:
    return building.path_of(db.session, g.agency.id, path_id) or abort(404)


def _own_assignment(assignment_id: int) -> Assignment:
    return assigning.assignment_of(db.session, g.agency.id, assignment_id) or abort(404)


def _number(name: str) -> int | None:
    """A number in the address; 404 for one that is there but cannot be read."""
    try:
        return list_choices.number(request.args, name)
    except list_choices.UnknownChoice:
        abort(404)


# The board and the lists behind its numbers


@blueprint.get("/agency/<agency_slug>/", endpoint="board")
@requires(Permission.SEE_BOARD)
def board_page(agency_slug: str) -> Page:
    found = board.board(db.session, g.agency.id, unit_id=_number("unit")) or abort(404)
    return page("board.html", board=found, bars=charts.bars([part.tally for part in found.by_unit]))


@blueprint.get("/agency/<agency_slug>/members")
@requires(Permission.SEE_BOARD)
def members(agency_slug: str) -> Page:
    assignments = board.live_assignments(db.session, g.agency.id)
    roots = unit_tree.load(db.session, g.agency.id)
    try:
        wanted = list_choices.read(request.args, assignments, roots)
    except list_choices.UnknownChoice:
        abort(404)
    number = forms.whole_number(request.args.get("page", ""), 10**9) or 1
    listing = member_list.listing(db.session, g.agency.id, wanted, page=number)
    chosen = list_choices.fields(wanted)
    return page("members.html", listing=listing, assignments=assignments, roots=roots, wanted=wanted, chosen=chosen)


# Learning paths


@blueprint.get("/agency/<agency_slug>/paths", endpoint="paths")
@requires(Permission.MANAGE_PATHS)
def path_list(agency_slug: str) -> Page:
    return page("path_list.html", summaries=building.summaries(db.session, g.agency.id))


def _path_form(fields: Fields, faults: list[Fault], path: LearningPath | None) -> Page:
    courses = building.courses_to_choose(db.session, [step.course_id for step in path.steps] if path else ())
    return page(
        "path_form.html",
        422 if faults else 200,
        fields=fields,
        faults=faults,
        path=path,
        courses=courses,
        choices=forms.CHOICES,
        others=building.in_use(db.session, g.agency.id, but=path.id if path else None),
        chosen=set(fields.getlist("course")),
        in_use=building.live_assignment_count(db.session, path) if path else 0,
    )


def _save_path(path: LearningPath | None) -> Page:
    actor_id = signed_in_actor().person_id
    already = [step.course_id for step in path.steps] if path else []
    offered = [course.id for course in building.courses_to_choose(db.session, already)]
    before = [each.id for each in building.in_use(db.session, g.agency.id, but=path.id if path else None)]
    draft, faults = forms.read_path(request.form, offered, before)
    if not faults:
        try:
            if path is None:
                path = building.create_path(db.session, g.agency.id, draft, actor_id=actor_id)
            else:
                everybody = request.form.get("follow") == "everybody"
                building.change_path(db.session, path, draft, actor_id=actor_id, for_everybody=everybody)
        except building.TitleTaken:
            faults = [Fault("title", gettext("You already have a path with this title. Choose another."))]
        except building.InvalidPath as error:
            if str(error) == "requires":
                message = gettext("These paths would wait for each other. Choose another path to take first.")
                faults = [Fault("requires", message)]
            else:
                faults = [Fault("courses", gettext("A course you chose no longer takes participants. Choose again."))]
    if faults or path is None:
        return _path_form(request.form, faults, path)
    flash(gettext("The path “%(title)s” is saved.", title=path.title))
    return redirect(url_for("paths.paths", agency_slug=g.agency.slug), 303)


@blueprint.get("/agency/<agency_slug>/paths/new")
@requires(Permission.MANAGE_PATHS)
def new_path(agency_slug: str) -> Page:
    return _path_form(MultiDict(), [], None)


@blueprint.post("/agency/<agency_slug>/paths/new")
@requires(Permission.MANAGE_PATHS)
def create_path(agency_slug: str) -> Page:
    return _save_path(None)


@blueprint.get(_PATH)
@requires(Permission.MANAGE_PATHS)
def edit_path(agency_slug: str, path_id: int) -> Page:
    path = _own_path(path_id)
    if path.archived_at is not None:
        return page("path_archived.html", path=path)
    return _path_form(forms.path_fields(building.draft_of(path)), [], path)


@blueprint.post(_PATH)
@requires(Permission.MANAGE_PATHS)
def change_path(agency_slug: str, path_id: int) -> Page:
    path = _own_path(path_id)
    if path.archived_at is not None:
        return page("path_archived.html", 409, path=path)
    return _save_path(path)


@blueprint.get(f"{_PATH}/archive")
@requires(Permission.MANAGE_PATHS)
def confirm_archive(agency_slug: str, path_id: int) -> Page:
    path = _own_path(path_id)
    return page("path_archive.html", path=path, in_use=building.live_assignment_count(db.session, path))


@blueprint.post(f"{_PATH}/archive")
@requires(Permission.MANAGE_PATHS)
def archive_path(agency_slug: str, path_id: int) -> Page:
    path = _own_path(path_id)
    building.archive_path(db.session, path, actor_id=signed_in_actor().person_id)
    flash(gettext("The path “%(title)s” is archived.", title=path.title))
    return redirect(url_for("paths.paths", agency_slug=g.agency.slug), 303)


# Assigning: a form, a preview of who is reached, a confirmation


def _assignment_form(fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "assignment_form.html",
        422 if faults else 200,
        fields=fields,
        faults=faults,
        paths=building.in_use(db.session, g.agency.id),
        roots=unit_tree.load(db.session, g.agency.id),
        audiences=saved_audiences.all_of(db.session, g.agency.id),
        levels=list(Level),
        today=clock.today(),
        most_days=due_dates.MOST_DAYS,
        chosen_units=set(fields.getlist("unit")),
        chosen_levels=set(fields.getlist("level")),
    )


def _read_assignment() -> tuple[AssignmentDraft, list[Fault]]:
    paths = {path.id for path in building.in_use(db.session, g.agency.id)}
    units = {node.id for root in unit_tree.load(db.session, g.agency.id) for node in root.walk()}
    saved = {each.id: from_json(each.rule) for each in saved_audiences.all_of(db.session, g.agency.id)}
    return forms.read_assignment(request.form, paths, units, clock.today(), saved)


def _preview(draft: AssignmentDraft, key: str, faults: list[Fault]) -> Page:
    found = assigning.preview(db.session, g.agency.id, draft.path_id, draft.audience, draft.due)
    return page(
        "preview.html",
        422 if faults else 200,
        faults=faults,
        path=_own_path(draft.path_id),
        draft=draft,
        preview=found,
        fields=request.form,
        request_key=key,
        sample_size=audiences.SAMPLE_SIZE,
    )


@blueprint.get("/agency/<agency_slug>/assignments/new")
@requires(Permission.MANAGE_PATHS)
def new_assignment(agency_slug: str) -> Page:
    fields: Fields = MultiDict(
        {
            "with_below": "yes",
            "due_kind": DueKind.NONE.value,
            "path": request.args.get("path", ""),
            "audience": request.args.get("audience", ""),
            **forms.renewal_fields(None),
        }
    )
    fields.setlist("unit", request.args.getlist("unit"))
    fields.setlist("level", request.args.getlist("level"))
    return _assignment_form(fields, [])


@blueprint.post("/agency/<agency_slug>/assignments/new")
@requires(Permission.MANAGE_PATHS)
def preview_assignment(agency_slug: str) -> Page:
    if "change" in request.form:
        return _assignment_form(request.form, [])
    draft, faults = _read_assignment()
    if faults:
        return _assignment_form(request.form, faults)
    return _preview(draft, forms.request_key(request.form) or forms.new_request_key(), [])


@blueprint.post("/agency/<agency_slug>/assignments")
@requires(Permission.MANAGE_PATHS)
def create_assignment(agency_slug: str) -> Page:
    key = forms.request_key(request.form)
    if key is None:
        abort(400)
    assignment = assigning.with_request_key(db.session, g.agency.id, key)  # a second click on the same button
    if assignment is None:
        draft, faults = _read_assignment()
        if faults:
            return _assignment_form(request.form, faults)
        try:
            assignment = assigning.assign(
                db.session,
                g.agency.id,
                draft.path_id,
                draft.audience,
                draft.due,
                request_key=key,
                actor_id=signed_in_actor().person_id,
                expected=forms.whole_number(request.form.get("expected", "")) or 0,
                renew=draft.renew,
                audience_id=draft.audience_id,
            )
        except assigning.EmptyAudience:
            message = gettext("Nobody would be reached, so nothing was assigned.")
            return _preview(draft, key, [Fault("audience", message)])
        except assigning.AudienceChanged:
            message = gettext("The audience has changed since you looked. Look again and confirm.")
            return _preview(draft, key, [Fault("audience", message)])
        except (assigning.CannotAssign, audiences.UnknownUnit, due_dates.InvalidDueRule):
            message = gettext("The path or the units were changed by somebody else. Choose again.")
            return _assignment_form(request.form, [Fault("path", message)])
    flash(gettext("The path “%(title)s” is assigned.", title=assignment.path.title))
    return redirect(url_for("paths.assignment", agency_slug=agency_slug, assignment_id=assignment.id), 303)


@blueprint.get(_ASSIGNMENT)
@requires(Permission.SEE_BOARD)
def assignment(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    numbers = board.board(db.session, g.agency.id, assignment_id=found.id)
    roots = unit_tree.load(db.session, g.agency.id)
    return page(
        "assignment.html",
        assignment=found,
        board=numbers,
        bars=charts.bars([part.tally for part in numbers.by_unit]) if numbers else [],
        listing=member_list.listing(db.session, g.agency.id, Wanted(assignment_id=found.id)),
        audience=audience_words(audiences.spec_of(found), roots),
    )


@blueprint.get(f"{_ASSIGNMENT}/withdraw")
@requires(Permission.MANAGE_PATHS)
def confirm_withdraw(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    numbers = board.board(db.session, g.agency.id, assignment_id=found.id)
    return page("withdraw.html", assignment=found, total=numbers.totals.total if numbers else 0)


@blueprint.post(f"{_ASSIGNMENT}/withdraw")
@requires(Permission.MANAGE_PATHS)
def withdraw(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    assigning.withdraw(db.session, found, actor_id=signed_in_actor().person_id)
    flash(gettext("The assignment is withdrawn."))
    return redirect(url_for("paths.assignment", agency_slug=agency_slug, assignment_id=found.id), 303)


def _due_form(found: Assignment, fields: Fields, faults: list[Fault]) -> Page:
    status = 422 if faults else 200
    values = {"today": clock.today(), "most_days": due_dates.MOST_DAYS}
    return page("due_form.html", status, assignment=found, fields=fields, faults=faults, **values)


@blueprint.get(f"{_ASSIGNMENT}/due")
@requires(Permission.MANAGE_PATHS)
def edit_due(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    return _due_form(found, forms.due_fields(due_dates.rule_of(found)), [])


@blueprint.post(f"{_ASSIGNMENT}/due")
@requires(Permission.MANAGE_PATHS)
def change_due(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    rule, faults = forms.read_due(request.form, clock.today(), due_dates.rule_of(found))
    if not faults:
        try:
            assigning.change_due(db.session, found, rule, actor_id=signed_in_actor().person_id)
        except assigning.CannotAssign:
            faults = [Fault("due-none", gettext("The assignment is withdrawn, so its due date cannot change."))]
    if faults:
        return _due_form(found, request.form, faults)
    flash(gettext("The due date is changed."))
    return redirect(url_for("paths.assignment", agency_slug=agency_slug, assignment_id=assignment_id), 303)
