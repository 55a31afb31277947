"""The plan of reminders of an assignment, and what comes of it in the next weeks."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.paths import assigning, reminder_choices, reminder_members, reminder_preview
from learning.paths.models import Assignment, DueKind
from learning.paths.reminder_forms import LineForm, add_fault
from learning.paths.reminder_plans import MOST_LINES, Line, Timing, Who

blueprint = Blueprint("reminders", __name__)
Page = str | tuple[str, int] | AnyResponse
_REMINDERS = "/agency/<agency_slug>/assignments/<int:assignment_id>/reminders"


def when_words(line: Line) -> str:
    """When a line's day is, as words that can stand alone."""
    if line.timing is Timing.BEFORE:
        return str(ngettext("%(num)d day before the due date", "%(num)d days before the due date", line.days))
    if line.timing is Timing.AFTER:
        return str(ngettext("%(num)d day after the due date", "%(num)d days after the due date", line.days))
    return str(gettext("On the due date"))


def who_words(line: Line) -> str:
    return str(gettext("The learner's line manager") if line.who is Who.MANAGER else gettext("The learner"))


def _own_assignment(assignment_id: int) -> Assignment:
    return assigning.assignment_of(db.session, g.agency.id, assignment_id) or abort(404)


def _page(found: Assignment, form: LineForm, status: int = 200) -> Page:
    plan, is_own = reminder_members.plan_of(db.session, found.id)
    ended = reminder_choices.has_ended(found)
    preview = None if ended else reminder_preview.preview(db.session, found)
    page = render_template(
        "paths/reminders.html", agency=g.agency, assignment=found, form=form, plan=plan, is_own=is_own, ended=ended,
        no_due_date=found.due_kind is DueKind.NONE, preview=preview,
        days=reminder_preview.DAYS, has_manager_line=any(line.who is Who.MANAGER for line in plan),
        when_words=when_words, who_words=who_words, to_manager=Who.MANAGER,
    )  # fmt: skip
    return page, status


def _refused(found: Assignment, message: str) -> Page:
    form = LineForm(formdata=None)
    add_fault(form.timing, message)
    return _page(found, form, 422)


def _back(assignment_id: int) -> AnyResponse:
    return redirect(url_for("reminders.plan", agency_slug=g.agency.slug, assignment_id=assignment_id), 303)


@blueprint.get(_REMINDERS)
@requires(Permission.MANAGE_PATHS)
def plan(agency_slug: str, assignment_id: int) -> Page:
    return _page(_own_assignment(assignment_id), LineForm())


@blueprint.post(_REMINDERS)
@requires(Permission.MANAGE_PATHS)
def add_line(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    form = LineForm()
    if form.validate_on_submit():
        try:
            reminder_choices.add_line(db.session, found, form.line, actor_id=signed_in_actor().person_id)
        except reminder_choices.LineThere:
            add_fault(form.days, gettext("The plan has this line already."))
        except reminder_choices.TooManyLines:
            add_fault(form.timing, gettext("A plan has at most %(most)d lines. Remove one first.", most=MOST_LINES))
        except reminder_choices.HasEnded:
            add_fault(form.timing, gettext("The assignment has ended, so nobody is reminded of it."))
        else:
            flash(gettext("The line is added."))
            return _back(found.id)
    return _page(found, form, 422)


@blueprint.post(f"{_REMINDERS}/remove")
@requires(Permission.MANAGE_PATHS)
def remove_line(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    form = LineForm()
    if not form.validate_on_submit():
        return _refused(found, gettext("The line to remove cannot be read. Choose it again."))
    try:
        removed = reminder_choices.remove_line(db.session, found, form.line, actor_id=signed_in_actor().person_id)
    except reminder_choices.LastLine:
        return _refused(found, gettext("A plan keeps at least one line. Add another first."))
    except reminder_choices.HasEnded:
        return _refused(found, gettext("The assignment has ended, so nobody is reminded of it."))
    flash(gettext("The line is removed.") if removed else gettext("The line was removed already."))
    return _back(found.id)


@blueprint.post(f"{_REMINDERS}/default")
@requires(Permission.MANAGE_PATHS)
def back_to_default(agency_slug: str, assignment_id: int) -> Page:
    found = _own_assignment(assignment_id)
    try:
        reminder_choices.back_to_default(db.session, found, actor_id=signed_in_actor().person_id)
    except reminder_choices.HasEnded:
        return _refused(found, gettext("The assignment has ended, so nobody is reminded of it."))
    flash(gettext("The assignment has the default plan."))
    return _back(found.id)
