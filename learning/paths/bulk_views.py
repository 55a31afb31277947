"""Doing one thing for many people of the list: choose, look at whom it reaches, confirm, and undo."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.paths import bulk_acts, bulk_reach, bulk_wording, forms, list_choices
from learning.paths.bulk_models import BulkAct, BulkAction, Outcome
from learning.paths.bulk_reach import InvalidOrder, Order
from learning.paths.forms import Fault, Fields
from learning.paths.pages import page, wanted_or_404

blueprint = Blueprint("bulk", __name__)
Page = str | tuple[str, int] | AnyResponse
_TOGETHER = "/agency/<agency_slug>/members/together"
_ONE = "/agency/<agency_slug>/bulk-actions/<int:action_id>"
MOST_PICKED = 500


def _picked(fields: Fields) -> frozenset[int] | None:
    """The members who are ticked; None when it is everybody on the list. 404 for another agency's."""
    if fields.get("all") == "yes":
        return None
    ids = [forms.whole_number(each) for each in fields.getlist("member")[: MOST_PICKED + 1]]
    picked = frozenset(each for each in ids if each is not None)
    if None in ids or len(ids) > MOST_PICKED or not bulk_reach.are_the_agencys(db.session, g.agency.id, picked):
        abort(404)
    return picked


def _picks_somebody(fields: Fields) -> bool:
    return fields.get("all") == "yes" or bool(fields.getlist("member"))


def _day(fields: Fields, name: str, faults: list[Fault]) -> date | None:
    written = fields.get(name, "").strip()
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        faults.append(Fault(name, gettext("Write the day as a date, such as 2027-03-01.")))
        return None


def _read(fields: Fields) -> tuple[Order, list[Fault]]:
    """The order as the form has it. 404 for an act that there is none of, and for what is another agency's."""
    wish = fields.get("act", "")
    if wish not in set(BulkAct):
        abort(404)
    act, faults = BulkAct(wish), list[Fault]()
    due_on = _day(fields, "due_on", faults) if act is BulkAct.MORE_TIME else None
    valid_until = _day(fields, "valid_until", faults) if act is BulkAct.EXEMPTION else None
    order = Order(
        act=act,
        wanted=wanted_or_404(fields),
        member_ids=_picked(fields),
        reason="" if act is BulkAct.REMINDER else " ".join(fields.get("reason", "").split()),
        due_on=due_on,
        course_id=forms.whole_number(fields.get("course", "")) if act is BulkAct.EXEMPTION else None,
        valid_until=valid_until,
    )
    return order, faults


def _check(order: Order, faults: list[Fault]) -> list[Fault]:
    """The faults of the order, one for each field."""
    known = {fault.field for fault in faults}
    if order.course_id is not None and order.course_id not in {
        each.id for each in bulk_reach.courses_asked(db.session, g.agency.id, order)
    }:
        return [*faults, Fault("course", gettext("Choose a course."))]
    try:
        bulk_reach.check(order)
    except InvalidOrder as error:
        field, what = error.args
        words: dict[tuple[str, str], str] = {
            ("reason", "missing"): gettext("Say why: it is kept with each of them."),
            ("reason", "long"): gettext(
                "The reason can have at most %(most)d characters.", most=bulk_reach.LONGEST_REASON
            ),
            ("due_on", "missing"): gettext("Write the new due date as a date, such as 2027-03-01."),
            ("due_on", "past"): gettext("The day is in the past."),
            ("course", "missing"): gettext("Choose a course."),
            ("valid_until", "past"): gettext("The last day is in the past."),
        }
        if field not in known:
            faults = [*faults, Fault(field, words[field, what])]
    return faults


def _hidden(order: Order) -> list[tuple[str, Any]]:
    """What says whom it is about, as fields of the next form."""
    chosen = [(name, value) for name, value in list_choices.fields(order.wanted).items() if value is not None]
    who = [("all", "yes")] if order.member_ids is None else [("member", each) for each in sorted(order.member_ids)]
    return [("act", order.act.value), *chosen, *who]


def _form(order: Order, fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "bulk_form.html",
        422 if faults else 200,
        order=order,
        hidden=_hidden(order),
        chosen=list_choices.fields(order.wanted),
        number=bulk_reach.number_chosen(db.session, g.agency.id, order),
        fields=fields,
        faults=faults,
        courses=bulk_reach.courses_asked(db.session, g.agency.id, order) if order.act is BulkAct.EXEMPTION else (),
        act_name=bulk_wording.act_name,
        today=clock.today(),
        request_key=forms.request_key(fields) or forms.new_request_key(),
    )


def _confirm(order: Order, fields: Fields, *, status: int = 200, changed: bool = False) -> Page:
    groups = bulk_reach.preview(db.session, g.agency.id, order, signed_in_actor().person_id)
    reached = next((each for each in groups if each.outcome is Outcome.REACHED), None)
    return page(
        "bulk_confirm.html",
        status,
        order=order,
        hidden=_hidden(order),
        chosen=list_choices.fields(order.wanted),
        fields=fields,
        changed=changed,
        reached=reached,
        left_out=[each for each in groups if each is not reached],
        course=next(
            (each for each in bulk_reach.courses_asked(db.session, g.agency.id, order) if each.id == order.course_id),
            None,
        ),
        act_name=bulk_wording.act_name,
        reached_heading=bulk_wording.reached_heading,
        why=bulk_wording.left_out,
        request_key=forms.request_key(fields) or forms.new_request_key(),
    )


@blueprint.get(_TOGETHER)
@requires(Permission.MANAGE_PATHS)
def choose(agency_slug: str) -> Page:
    """What the act needs to know; a reminder needs nothing, and is confirmed at once."""
    if request.args.get("act") not in set(BulkAct) or not _picks_somebody(request.args):
        flash(gettext("Choose some people first, or everybody on the list."))
        back = list_choices.fields(wanted_or_404(request.args))
        return redirect(url_for("paths.members", agency_slug=agency_slug, **back), 303)
    order, _ = _read(request.args)
    if order.act is BulkAct.REMINDER:
        return _confirm(order, MultiDict())
    return _form(order, MultiDict(), [])


@blueprint.post(f"{_TOGETHER}/preview")
@requires(Permission.MANAGE_PATHS)
def preview(agency_slug: str) -> Page:
    """Whom it reaches, and who is left out and why; writes nothing."""
    order, faults = _read(request.form)
    faults = _check(order, faults)
    if faults or "change" in request.form:
        return _form(order, request.form, [] if "change" in request.form else faults)
    return _confirm(order, request.form)


@blueprint.post(_TOGETHER)
@requires(Permission.MANAGE_PATHS)
def carry_out(agency_slug: str) -> Page:
    order, faults = _read(request.form)
    key = forms.request_key(request.form)
    if key is None:
        abort(400)
    faults = _check(order, faults)
    if faults:
        return _form(order, request.form, faults)
    expected = forms.whole_number(request.form.get("expected", "")) or 0
    try:
        action, _ = bulk_acts.carry_out(
            db.session, g.agency.id, order, actor_id=signed_in_actor().person_id, expected=expected, request_key=key
        )
    except bulk_acts.ListChanged:
        return _confirm(order, request.form, status=409, changed=True)
    flash(ngettext("Done for %(num)d person.", "Done for %(num)d people.", action.people))
    return redirect(url_for("bulk.one", agency_slug=agency_slug, action_id=action.id), 303)


@blueprint.get("/agency/<agency_slug>/bulk-actions")
@requires(Permission.MANAGE_PATHS)
def recent(agency_slug: str) -> Page:
    """What was done for many, newest first, and what became of it."""
    return page(
        "bulk_list.html",
        actions=bulk_acts.recent(db.session, g.agency.id),
        summary=bulk_wording.summary,
        state=bulk_wording.state,
    )


def _own(action_id: int) -> BulkAction:
    return bulk_acts.one_in(db.session, g.agency.id, action_id) or abort(404)


@blueprint.get(_ONE)
@requires(Permission.MANAGE_PATHS)
def one(agency_slug: str, action_id: int) -> Page:
    return page(
        "bulk_one.html",
        action=_own(action_id),
        groups=bulk_reach.groups_of(db.session, action_id),
        summary=bulk_wording.summary,
        state=bulk_wording.state,
        group_heading=bulk_wording.group_heading,
    )


@blueprint.post(f"{_ONE}/undo")
@requires(Permission.MANAGE_PATHS)
def undo(agency_slug: str, action_id: int) -> Page:
    action = _own(action_id)
    try:
        bulk_acts.undo(db.session, action, actor_id=signed_in_actor().person_id)
    except bulk_acts.CannotUndo:
        abort(409)
    left = action.reached - (action.put_back or 0)
    words = [gettext("It is undone.")]
    if left:
        words.append(
            ngettext(
                "%(num)d is left as it is, because something has changed since.",
                "%(num)d are left as they are, because something has changed since.",
                left,
            )
        )
    flash(" ".join(words))
    return redirect(url_for("bulk.one", agency_slug=agency_slug, action_id=action_id), 303)
