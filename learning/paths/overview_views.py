"""Looking at the whole: the heat map, what lies ahead, and a manager's own team."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.paths import heat_map, looking_ahead, team, wording
from learning.paths.pages import page

blueprint = Blueprint("overviews", __name__)
Page = str | tuple[str, int] | AnyResponse


@blueprint.get("/agency/<agency_slug>/heat-map", endpoint="heat_map")
@requires(Permission.SEE_BOARD)
def heat_map_page(agency_slug: str) -> Page:
    """Units against assignments."""
    return page("heat_map.html", map=heat_map.heat_map(db.session, g.agency.id), shade=heat_map.shade)


@blueprint.get("/agency/<agency_slug>/ahead")
@requires(Permission.SEE_BOARD)
def ahead(agency_slug: str) -> Page:
    """Who is due when, what runs out, and whether deadlines will hold."""
    months = looking_ahead.due_by_month(db.session, g.agency.id)
    return page(
        "ahead.html",
        months=months,
        most=max((month.total for month in months), default=0),
        running_out=looking_ahead.valid_until_by_month(db.session, g.agency.id),
        forecasts=looking_ahead.forecasts(db.session, g.agency.id),
    )


@blueprint.get("/team", endpoint="team")
@signed_in
def team_page() -> Page:
    """The people who report to the reader: progress, never answers."""
    return render_template(
        "paths/team.html",
        team=team.team_of(db.session, signed_in_actor().person_id),
        status_name=wording.status_name,
        status_colours=wording.STATUS_COLOURS,
    )
