"""Views that are saved under a name: make, open, rename, share, remove, and have mailed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.paths import forms, list_choices, saved_view_wording, saved_views
from learning.paths.forms import Fault, Fields
from learning.paths.pages import page, wanted_or_404
from learning.paths.saved_view_models import Every, SavedView, ViewPage
from learning.paths.saved_views import InvalidView

blueprint = Blueprint("saved_views", __name__)
Page = str | tuple[str, int] | AnyResponse
_VIEWS = "/agency/<agency_slug>/views"
_ONE = f"{_VIEWS}/<int:view_id>"
ENDPOINTS = {ViewPage.BOARD: "paths.board", ViewPage.MEMBERS: "paths.members", ViewPage.AHEAD: "overviews.ahead"}


def _me() -> int:
    return signed_in_actor().person_id


def _own(view_id: int) -> SavedView:
    return saved_views.one_seen_by(db.session, g.agency.id, view_id, _me()) or abort(404)


def _what(fields: Fields) -> tuple[ViewPage, dict[str, Any]]:
    """The page that is saved, and its choices. 404 for what the agency does not have."""
    wish = fields.get("of", ViewPage.MEMBERS.value)
    if wish not in set(ViewPage):
        abort(404)
    kind = ViewPage(wish)
    if kind is ViewPage.AHEAD:
        return kind, {}
    chosen = list_choices.fields(wanted_or_404(fields))
    names = {"unit"} if kind is ViewPage.BOARD else chosen.keys()
    return kind, {name: value for name, value in chosen.items() if name in names and value is not None}


def _fault(error: InvalidView) -> Fault:
    words: dict[str, str] = {
        "missing": gettext("Give the view a name."),
        "long": gettext("The name can have at most %(most)d characters.", most=saved_views.LONGEST_NAME),
        "taken": gettext("You have another view of that name. Choose another name."),
    }
    return Fault("name", words[str(error)])


@blueprint.get(_VIEWS)
@requires(Permission.SEE_BOARD)
def views(agency_slug: str) -> Page:
    """One's own views and those that others share."""
    return page(
        "view_list.html",
        views=saved_views.seen_by(db.session, g.agency.id, _me()),
        schedules=saved_views.schedules_of(db.session, g.agency.id, _me()),
        me=_me(),
        page_name=saved_view_wording.page_name,
        when=saved_view_wording.when,
    )


def _new_page(fields: Fields, faults: list[Fault]) -> Page:
    kind, choices = _what(fields)
    return page(
        "view_new.html",
        422 if faults else 200,
        kind=kind,
        choices=choices,
        back=url_for(ENDPOINTS[kind], agency_slug=g.agency.slug, **choices),
        page_name=saved_view_wording.page_name,
        fields=fields,
        faults=faults,
    )


@blueprint.get(f"{_VIEWS}/new")
@requires(Permission.SEE_BOARD)
def new(agency_slug: str) -> Page:
    return _new_page(request.args, [])


@blueprint.post(_VIEWS)
@requires(Permission.SEE_BOARD)
def save(agency_slug: str) -> Page:
    kind, choices = _what(request.form)
    shared = request.form.get("shared") == "yes"
    try:
        view = saved_views.save(
            db.session, g.agency.id, _me(), request.form.get("name", ""), kind, choices, is_shared=shared
        )
    except InvalidView as error:
        return _new_page(request.form, [_fault(error)])
    flash(gettext("The view “%(name)s” is saved.", name=view.name))
    return redirect(url_for("saved_views.edit", agency_slug=agency_slug, view_id=view.id), 303)


@blueprint.get(_ONE, endpoint="open")
@requires(Permission.SEE_BOARD)
def open_view(agency_slug: str, view_id: int) -> Page:
    """To the page with its choices; when one of them is gone, to where the view can be removed."""
    view = _own(view_id)
    if not _still_is(view):
        flash(gettext("A unit or an assignment that the view is about is gone. Remove the view, or save a new one."))
        return redirect(url_for("saved_views.edit", agency_slug=agency_slug, view_id=view_id), 303)
    return redirect(url_for(ENDPOINTS[view.page], agency_slug=agency_slug, **view.choices), 303)


def _still_is(view: SavedView) -> bool:
    try:
        list_choices.read_in(db.session, g.agency.id, list_choices.kept(view.choices))
    except list_choices.UnknownChoice:
        return False
    return True


def _fields_of(view: SavedView) -> Fields:
    """What the form has before anybody types in it."""
    return MultiDict({"name": view.name, **({"shared": "yes"} if view.is_shared else {})})


def _edit_page(view: SavedView, fields: Fields, faults: list[Fault]) -> Page:
    return page(
        "view_edit.html",
        422 if faults else 200,
        view=view,
        is_own=view.owner_id == _me(),
        may_remove=_may_remove(view),
        schedule=saved_views.schedules_of(db.session, g.agency.id, _me()).get(view.id),
        fields=fields,
        faults=faults,
        hours=saved_views.HOURS,
        every=list(Every),
        every_name=saved_view_wording.every_name,
        page_name=saved_view_wording.page_name,
    )


@blueprint.get(f"{_ONE}/edit")
@requires(Permission.SEE_BOARD)
def edit(agency_slug: str, view_id: int) -> Page:
    view = _own(view_id)
    return _edit_page(view, _fields_of(view), [])


@blueprint.post(f"{_ONE}/edit")
@requires(Permission.SEE_BOARD)
def change(agency_slug: str, view_id: int) -> Page:
    view = _own(view_id)
    if view.owner_id != _me():
        abort(403)
    try:
        saved_views.change(
            db.session, view, request.form.get("name", ""), is_shared=request.form.get("shared") == "yes"
        )
    except InvalidView as error:
        return _edit_page(view, request.form, [_fault(error)])
    flash(gettext("The view is changed."))
    return redirect(url_for("saved_views.views", agency_slug=agency_slug), 303)


@blueprint.post(f"{_ONE}/schedule")
@requires(Permission.SEE_BOARD)
def schedule(agency_slug: str, view_id: int) -> Page:
    """Have it mailed to oneself, or no longer."""
    view = _own(view_id)
    wish, hour = request.form.get("every", ""), forms.whole_number(request.form.get("hour", ""))
    if wish == "never":
        saved_views.stop(db.session, view.id, _me())
        flash(gettext("The view is no longer mailed to you."))
    elif wish in set(Every) and hour in saved_views.HOURS:
        also_empty = request.form.get("also_empty") == "yes"
        saved_views.schedule(db.session, view, _me(), Every(wish), hour, also_empty=also_empty)
        flash(gettext("The view is mailed to you."))
    else:
        return _edit_page(view, _fields_of(view), [Fault("every", gettext("Choose how often, and at which hour."))])
    return redirect(url_for("saved_views.views", agency_slug=agency_slug), 303)


def _may_remove(view: SavedView) -> bool:
    """Its owner; and HR when it is shared, since owners leave."""
    return view.owner_id == _me() or may(signed_in_actor(), Permission.MANAGE_PATHS, g.agency.id)


@blueprint.post(f"{_ONE}/remove")
@requires(Permission.SEE_BOARD)
def remove(agency_slug: str, view_id: int) -> Page:
    view = _own(view_id)
    if not _may_remove(view):
        abort(403)
    saved_views.remove(db.session, view)
    flash(gettext("The view “%(name)s” is removed.", name=view.name))
    return redirect(url_for("saved_views.views", agency_slug=agency_slug), 303)
