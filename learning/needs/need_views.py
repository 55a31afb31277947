"""Saying what the agency needs: one need, a grid of many, a copy, a file, and suggestions to begin with."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.needs import forms, need_files, resolving, setting, suggesting
from learning.needs.models import NeedRole
from learning.needs.pages import Look, Page, competence_of, look, page
from learning.needs.setting import Key, Wish
from learning.paths import unit_tree
from learning.paths.forms import whole_number
from learning.paths.unit_tree import UnitNode
from learning.spreadsheets import CSV_TYPE, write_csv

blueprint = Blueprint("needs", __name__)
_NEEDS = "/agency/<agency_slug>/competences/needs"
INHERIT = ""


def _actor_id() -> int:
    return signed_in_actor().person_id


def _to_grid(wanted: Look) -> AnyResponse:
    return redirect(url_for("needs.needs", agency_slug=g.agency.slug, **wanted.fields), 303)


def _tell(number: int) -> None:
    flash(
        ngettext("%(num)d need is changed.", "%(num)d needs are changed.", number)
        if number
        else gettext("Nothing was changed.")
    )


def _grid(wanted: Look, status: int = 200, **values: object) -> Page:
    """The competences against the levels of managers, in one unit and for one day."""
    live = setting.live(db.session, g.agency.id)
    own = {
        (need.role, need.competence_id): need
        for need in live
        if need.unit_id == wanted.unit.id and need.horizon is wanted.horizon
    }
    here = resolving.zones(wanted.roots, live, wanted.horizon)[wanted.unit.id].needs
    return page(
        "grid.html",
        status,
        look=wanted,
        own=own,
        here=here,
        columns=(NeedRole.ALL, *resolving.ROLES),
        has_needs=bool(live),
        copyable=[node for _, node in _units_with_needs(wanted, {need.unit_id for need in live})],
        **values,
    )


def _units_with_needs(wanted: Look, ids: set[int]) -> list[tuple[int, UnitNode]]:
    return [(0, node) for root in wanted.roots for node in root.walk() if node.id in ids and node.id != wanted.unit.id]


@blueprint.get(_NEEDS, endpoint="needs")
@requires(Permission.MANAGE_NEEDS)
def grid(agency_slug: str) -> Page:
    return _grid(look())


@blueprint.post(_NEEDS)
@requires(Permission.MANAGE_NEEDS)
def save_grid(agency_slug: str) -> Page:
    """Keep what was changed in the grid: each choice stands beside what it was when the form was loaded."""
    wanted = look(request.form)
    before = {
        (row.role, row.competence_id): setting.wish_of(row)
        for row in setting.rows(db.session, g.agency.id, wanted.unit.id)
        if row.horizon is wanted.horizon
    }
    wishes: dict[Key, Wish | None] = {}
    for competence_id in wanted.competence_ids:
        for role in NeedRole:
            name = f"{role.value}-{competence_id}"
            chosen, was = request.form.get(name), request.form.get(f"was-{name}")
            if chosen is None or chosen == was or chosen not in {INHERIT, "0", "1", "2", "3", "4"}:
                continue
            old = before.get((role, competence_id))
            wish = None
            if chosen != INHERIT:
                kept = old or Wish(0)
                wish = Wish(int(chosen), kept.share, kept.number, kept.consequence, kept.words)
            wishes[Key(wanted.unit.id, role, competence_id, wanted.horizon)] = wish
    _tell(setting.save(db.session, g.agency.id, wishes, actor_id=_actor_id()))
    return _to_grid(wanted)


@blueprint.route(f"{_NEEDS}/of/<competence_code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_NEEDS)
def one(agency_slug: str, competence_code: str) -> Page:
    """One need in full, with what was said before."""
    wanted = look()
    competence = competence_of(wanted.known, competence_code)
    key = Key(wanted.unit.id, wanted.role, competence.id, wanted.horizon)
    said = setting.history(db.session, g.agency.id, key)
    live = next((row for row in said if row.ended_at is None), None)
    if request.method == "GET":
        form = forms.NeedForm(formdata=None, data=forms.need_values(setting.wish_of(live) if live else None))
        return page("need.html", look=wanted, competence=competence, form=form, said=said)
    form = forms.NeedForm()
    if form.validate_on_submit():
        _tell(setting.save(db.session, g.agency.id, {key: form.wish}, actor_id=_actor_id()))
        return _to_grid(wanted)
    return page("need.html", 422, look=wanted, competence=competence, form=form, said=said)


@blueprint.post(f"{_NEEDS}/copy")
@requires(Permission.MANAGE_NEEDS)
def copy(agency_slug: str) -> Page:
    """Say here what another unit says itself."""
    wanted = look(request.form)
    source = unit_tree.find(wanted.roots, whole_number(request.form.get("source", "")))
    if source is None:
        return _grid(wanted, 422, copy_fault=gettext("Choose the unit to copy from."))
    _tell(setting.copy(db.session, g.agency.id, source.id, [wanted.unit.id], actor_id=_actor_id()))
    return _to_grid(wanted)


# A start


@blueprint.route(f"{_NEEDS}/suggestions", methods=["GET", "POST"])
@requires(Permission.MANAGE_NEEDS)
def suggestions(agency_slug: str) -> Page:
    """Needs to begin with, framework by framework, that HR confirms or leaves out."""
    wanted = look(request.form if request.method == "POST" else request.args)
    said = {(need.unit_id, need.competence_id) for need in setting.live(db.session, g.agency.id)}
    if request.method == "GET":
        return page("suggestions.html", look=wanted, said=said, usual=suggesting.USUAL, fault=None)
    codes = set(request.form.getlist("chosen")) & {each.code for each in wanted.known.frameworks}
    levels = _usual_levels(request.form)
    if not codes or levels is None:
        fault = gettext("Choose at least one framework.") if not codes else gettext("Choose a level from 0 to 4.")
        return page("suggestions.html", 422, look=wanted, said=said, usual=suggesting.USUAL, fault=fault)
    frameworks = [each for each in wanted.known.frameworks if each.code in codes]
    wishes = suggesting.wishes(frameworks, wanted.unit.id, levels, said)
    _tell(setting.save(db.session, g.agency.id, wishes, actor_id=_actor_id(), how="suggestion"))
    return _to_grid(wanted)


def _usual_levels(values: Mapping[str, str]) -> dict[NeedRole, int] | None:
    found = {role: values.get(f"level-{role.value}", "") for role in resolving.ROLES}
    if any(text not in {"0", "1", "2", "3", "4"} for text in found.values()):
        return None
    return {role: int(text) for role, text in found.items()}


# Files


@blueprint.post(f"{_NEEDS}/export")
@requires(Permission.MANAGE_NEEDS)
def export(agency_slug: str) -> Page:
    """All needs that hold today as a file that can be changed and read in again."""
    rows = need_files.rows(db.session, g.agency.id)
    audit.record(
        db.session, "needs.exported", subject_type="agency", subject_id=g.agency.id, actor_id=_actor_id(),
        agency_id=g.agency.id, format="csv",
    )  # fmt: skip
    response = Response(b"".join(write_csv(need_files.COLUMNS, rows)), content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="needs-{g.agency.slug}.csv"'
    return response


@blueprint.route(f"{_NEEDS}/file", methods=["GET", "POST"])
@requires(Permission.MANAGE_NEEDS)
def read_file(agency_slug: str) -> Page:
    """Read needs from a file: all of it, or nothing and what is wrong with it."""
    if request.method == "GET":
        return page("file.html", faults=[], columns=need_files.explained())
    upload = request.files.get("file")
    data = upload.read() if upload is not None else b""
    wishes, faults = need_files.read(db.session, g.agency.id, data)
    if faults:
        return page("file.html", 422, faults=faults, columns=need_files.explained())
    _tell(setting.save(db.session, g.agency.id, wishes, actor_id=_actor_id(), how="file"))
    return redirect(url_for("needs.needs", agency_slug=agency_slug), 303)


read_file.max_bytes = need_files.LARGEST + 64 * 1024  # type: ignore[attr-defined]
