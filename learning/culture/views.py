"""The compass as HR sees it before there are results: planning campaigns, and how many have answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.catalogue.frameworks import LANGUAGES
from learning.culture import asking, campaigns, forms, sharing, statements, wording
from learning.culture.anonymity import FEWEST
from learning.culture.campaigns import State, state
from learning.culture.models import CultureCampaign
from learning.database import db
from learning.organisation import units
from learning.paths.forms import new_request_key, request_key

blueprint = Blueprint("culture", __name__)
Page = str | tuple[str, int] | AnyResponse
CAMPAIGN = "/agency/<agency_slug>/culture/<int:campaign_id>"


def own(campaign_id: int) -> CultureCampaign:
    return campaigns.campaign_of(db.session, g.agency.id, campaign_id) or abort(404)


def render(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    words = {
        "state": state, "state_name": wording.state_name, "state_colours": wording.STATE_COLOURS,
        "score": wording.score_in_words, "spread": wording.spread_in_words, "change": wording.change_in_words,
        "decimal_of": wording.number, "level_name": wording.level_name, "became_name": wording.became_name,
        "became_colours": wording.BECAME_COLOURS, "fewest": FEWEST,
    }  # fmt: skip
    return render_template(f"culture/{template}", agency=g.agency, **words, **values), status


def to_campaign(campaign_id: int) -> AnyResponse:
    return redirect(url_for("culture.campaign", agency_slug=g.agency.slug, campaign_id=campaign_id), 303)


@blueprint.get("/agency/<agency_slug>/culture", endpoint="campaigns")
@requires(Permission.MANAGE_CULTURE)
def all_campaigns(agency_slug: str) -> Page:
    """The agency's campaigns."""
    return render("campaigns.html", campaigns=campaigns.in_agency(db.session, g.agency.id))


@blueprint.route("/agency/<agency_slug>/culture/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CULTURE)
def new_campaign(agency_slug: str) -> Page:
    """Plan a campaign: fill in, see who would be asked, confirm."""
    rows = units.tree(db.session, g.agency.id)
    form = forms.CampaignForm()
    form.units.choices = [(row.unit.id, row.unit.name) for row in rows]
    try:
        statements.scales()
    except statements.NoStatements:
        return render("no_statements.html")
    if request.method == "GET":
        form.request_key.data = new_request_key()
        form.units.data = [row.unit.id for row in rows if row.depth == 0]
        form.languages.data = list(LANGUAGES)
        form.opens_on.data = clock.today()
        return render("campaign_form.html", form=form, rows=rows)
    key = request_key(request.form)
    if key is None:
        abort(400)
    existing = campaigns.with_request_key(db.session, g.agency.id, key)  # a second click on the same button
    if existing is not None:
        return to_campaign(existing.id)
    if not form.validate_on_submit() or request.form.get("back"):
        return render("campaign_form.html", 200 if request.form.get("back") else 422, form=form, rows=rows)
    draft = form.draft
    asked = asking.ask(db.session, g.agency.id, draft.unit_ids, draft.opens_on, draft.name)
    if form.confirmed.data != "yes" or len(asked.people) < FEWEST:
        return render("confirm.html", form=form, asked=asked, draft=draft, may_open=len(asked.people) >= FEWEST)
    made = campaigns.plan(db.session, g.agency.id, draft, request_key=key, actor_id=signed_in_actor().person_id)
    flash(
        gettext("The campaign is open, and everybody has been sent a link.")
        if made.opened_on
        else gettext("The campaign is planned. It opens by itself, and everybody is then sent a link.")
    )
    return to_campaign(made.id)


@blueprint.get(CAMPAIGN)
@requires(Permission.MANAGE_CULTURE)
def campaign(agency_slug: str, campaign_id: int) -> Page:
    """A campaign that is planned or open; the results when it is closed."""
    found = own(campaign_id)
    if state(found) is State.CLOSED:
        return redirect(url_for("culture_results.result", agency_slug=g.agency.slug, campaign_id=found.id), 303)
    if state(found) is State.OPEN:
        progress = campaigns.progress(db.session, found)
        return render("open.html", campaign=found, progress=progress)
    asked = asking.ask(db.session, g.agency.id, found.unit_ids, found.opens_on, found.name)
    return render("planned.html", campaign=found, asked=asked)


@blueprint.route(f"{CAMPAIGN}/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_CULTURE)
def close(agency_slug: str, campaign_id: int) -> Page:
    """Ask, and then close a campaign early."""
    found = own(campaign_id)
    if request.method == "POST":
        if campaigns.close(db.session, found, actor_id=signed_in_actor().person_id):
            flash(gettext("The campaign is closed, and its results are ready."))
        return to_campaign(campaign_id)
    if state(found) is not State.OPEN:
        return to_campaign(campaign_id)
    return render("close.html", campaign=found)


@blueprint.route(f"{CAMPAIGN}/remove", methods=["GET", "POST"])
@requires(Permission.MANAGE_CULTURE)
def remove(agency_slug: str, campaign_id: int) -> Page:
    """Ask, and then take away a campaign that has not opened."""
    found = own(campaign_id)
    if request.method == "POST":
        if not campaigns.remove(db.session, found, actor_id=signed_in_actor().person_id):
            flash(gettext("The campaign has opened, so it cannot be taken away. You can close it."))
            return to_campaign(campaign_id)
        flash(gettext("The campaign is taken away. Nobody had been asked."))
        return redirect(url_for("culture.campaigns", agency_slug=g.agency.slug), 303)
    if state(found) is not State.PLANNED:
        return to_campaign(campaign_id)
    return render("remove.html", campaign=found)


@blueprint.route("/agency/<agency_slug>/culture/sharing", methods=["GET", "POST"], endpoint="sharing")
@requires(Permission.SHARE_CULTURE)
def take_part(agency_slug: str) -> Page:
    """Whether the agency takes part in the comparison."""
    if request.method == "POST":
        actor_id = signed_in_actor().person_id
        if request.form.get("share") == "yes":
            sharing.start(db.session, g.agency.id, actor_id)
            flash(gettext("Your agency takes part in the comparison."))
        elif request.form.get("share") == "no":
            sharing.stop(db.session, g.agency.id, actor_id)
            flash(gettext("Your agency no longer takes part in the comparison."))
        return redirect(url_for("culture.sharing", agency_slug=g.agency.slug), 303)
    return render("sharing.html", shared=sharing.shares(db.session, g.agency.id), others=sharing.FEWEST_OTHERS)
