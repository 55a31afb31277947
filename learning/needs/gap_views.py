"""The gap matrix and the people behind it: for HR all of the agency, for a line manager their own part."""

from __future__ import annotations

from flask import Blueprint, abort, g, request

from learning import clock
from learning.access.guard import requires, signed_in, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.needs import matrix, measures, own_units, people, setting
from learning.needs.matrix import Ask, Matrix
from learning.needs.own_units import OwnUnit
from learning.needs.pages import Look, Page, competence_of, look, page, read_look
from learning.needs.tallies import Leader
from learning.paths import unit_tree
from learning.paths.forms import whole_number

blueprint = Blueprint("gaps", __name__)


def matrix_of(wanted: Look, agency_id: int, leader: Leader | None = None) -> Matrix:
    """The matrix that a page is asked to show; 404 when the unit is gone."""
    ask = Ask(wanted.competence_ids, wanted.horizon, wanted.role, wanted.unit.id, leader)
    return matrix.build(db.session, agency_id, ask, wanted.roots) or abort(404)


@blueprint.get("/agency/<agency_slug>/competences/gaps", endpoint="matrix")
@requires(Permission.MANAGE_NEEDS)
def gap_matrix(agency_slug: str) -> Page:
    """Units against competences."""
    wanted = look()
    found = matrix_of(wanted, g.agency.id)
    return page(
        "matrix.html",
        look=wanted,
        matrix=found,
        has_needs=setting.has_any(db.session, g.agency.id),
        live_measures=measures.live_by_gap(db.session, g.agency.id),
        own=None,
        above=found.above,
    )


def _listing(wanted: Look, agency_id: int, competence_code: str, leader: Leader | None) -> Page:
    competence = competence_of(wanted.known, competence_code)
    found = people.listing(
        db.session, agency_id, wanted.roots, wanted.unit, competence.id, wanted.horizon, wanted.role, clock.today(),
        alone=request.args.get("alone") == "yes", leader=leader,
        page=whole_number(request.args.get("page", ""), 10**6) or 1,
    )  # fmt: skip
    return page(
        "people.html",
        look=wanted,
        competence=competence,
        listing=found,
        alone=request.args.get("alone") == "yes",
        paths=measures.paths_that_build(db.session, agency_id, competence.code) if leader is None else [],
        own=leader,
    )


@blueprint.get("/agency/<agency_slug>/competences/gaps/<competence_code>", endpoint="people")
@requires(Permission.MANAGE_NEEDS)
def gap_people(agency_slug: str, competence_code: str) -> Page:
    """Who reaches what is needed, and who does not."""
    return _listing(look(), g.agency.id, competence_code, None)


def _own() -> tuple[OwnUnit, Look] | None:
    """The reader's own unit that the address asks for, or their first; None when they lead nobody."""
    mine = own_units.own_units(db.session, signed_in_actor().person_id)
    if not mine:
        return None
    text = request.args.get("unit", "")
    wanted = whole_number(text) if text else mine[0].unit_id
    for each in mine:
        roots = unit_tree.load(db.session, each.agency.id)
        top = unit_tree.find(roots, each.unit_id)
        if top is not None and any(node.id == wanted for node in top.walk()):
            found = read_look({**request.args, "unit": str(wanted)}, roots, each.agency.id)
            return each, found
    return abort(404)


@blueprint.get("/team/competences", endpoint="team")
@signed_in
def team_gaps() -> Page:
    """A line manager's own part of the matrix."""
    own = _own()
    if own is None:
        return page("no_team.html")
    mine, wanted = own
    found = matrix_of(wanted, mine.agency.id, mine.leader)
    tops = [
        node
        for each in own_units.own_units(db.session, signed_in_actor().person_id)
        if each.agency.id == mine.agency.id and (node := unit_tree.find(wanted.roots, each.unit_id)) is not None
    ]
    theirs = {node.id for top in tops for node in top.walk()}
    return page(
        "matrix.html", look=wanted, matrix=found, has_needs=bool(found.cells), live_measures={}, own=mine,
        own_roots=tops, above=[node for node in found.above if node.id in theirs],
    )  # fmt: skip


@blueprint.get("/team/competences/<competence_code>", endpoint="team_people")
@signed_in
def team_people(competence_code: str) -> Page:
    """The people behind a number of a line manager's own part."""
    own = _own()
    if own is None:
        return page("no_team.html")
    mine, wanted = own
    return _listing(wanted, mine.agency.id, competence_code, mine.leader)
