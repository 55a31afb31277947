"""The results of a closed campaign, the guide to talk about them, and the measures chosen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.culture import charts, export, forms, measures, results
from learning.culture.campaigns import State, state
from learning.culture.models import Became, CultureCampaign, CultureGroup
from learning.culture.views import CAMPAIGN, Page, own, render, to_campaign
from learning.database import db
from learning.interface import interface_language
from learning.paths.forms import new_request_key, request_key
from learning.spreadsheets import MEDIA_TYPES

blueprint = Blueprint("culture_results", __name__)


def _closed(campaign_id: int) -> CultureCampaign | AnyResponse:
    """The closed campaign; another state leads to the campaign's page."""
    found = own(campaign_id)
    return found if state(found) is State.CLOSED else to_campaign(campaign_id)


def _group(campaign: CultureCampaign) -> CultureGroup | None:
    """The group that is asked for, of those that are shown; the whole without one."""
    shown = results.shown_groups(campaign)
    wish = request.args.get("group", 0, int)
    return next((each for each in shown if each.number == wish), None) or (shown[0] if shown else None)


def _page(campaign: CultureCampaign, form: forms.MeasureForm, status: int = 200) -> tuple[str, int]:
    group = _group(campaign)
    found = results.result(db.session, campaign, group, interface_language()) if group else None
    form.scale.choices = _scales(campaign)
    if found and found.weakest and not form.scale.data:
        form.scale.data = found.weakest.code
    hints = results.courses_for(db.session, found.weakest.code, interface_language()) if found and found.weakest else []
    before = results.earlier(db.session, campaign)
    return render(
        "result.html", status, campaign=campaign, group=group, result=found, groups=results.shown_groups(campaign),
        scales=_scales(campaign), figure_of=results.figure_of, shade=charts.shade, bar=charts.bar, courses=hints,
        form=form, before=before, follow_up=forms.FollowUpForm(formdata=None), scale_names=dict(_scales(campaign)),
    )  # fmt: skip


def _scales(campaign: CultureCampaign) -> list[tuple[str, str]]:
    return [(scale["code"], results.title_of(scale, interface_language())) for scale in campaign.scales]


@blueprint.get(f"{CAMPAIGN}/result")
@requires(Permission.MANAGE_CULTURE)
def result(agency_slug: str, campaign_id: int) -> Page:
    """Profile, heat map, level, courses and measures."""
    found = _closed(campaign_id)
    if not isinstance(found, CultureCampaign):
        return found
    form = forms.MeasureForm()
    form.request_key.data = new_request_key()
    return _page(found, form)


@blueprint.get(f"{CAMPAIGN}/guide")
@requires(Permission.MANAGE_CULTURE)
def guide(agency_slug: str, campaign_id: int) -> Page:
    """A guide to half an hour's talk about the results, made to be printed."""
    found = _closed(campaign_id)
    if not isinstance(found, CultureCampaign):
        return found
    group = _group(found)
    if group is None:
        return to_campaign(campaign_id)
    language = interface_language()
    shown = results.result(db.session, found, group, language)
    weakest = next((each for each in found.scales if shown.weakest and each["code"] == shown.weakest.code), None)
    asked = [each["texts"].get(language) or each["texts"]["nb"] for each in weakest["statements"]] if weakest else []
    return render("guide.html", campaign=found, group=group, result=shown, asked=asked, bar=charts.bar)


@blueprint.post(f"{CAMPAIGN}/export")
@requires(Permission.MANAGE_CULTURE)
def take_out(agency_slug: str, campaign_id: int) -> Page:
    """The displayed figures as CSV or a workbook."""
    found = _closed(campaign_id)
    if not isinstance(found, CultureCampaign):
        return found
    form = request.form.get("format", "csv")
    if form not in MEDIA_TYPES:
        abort(400)
    body = export.take_out(db.session, found, form, interface_language(), signed_in_actor().person_id)
    response = Response(body, content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="culture-{found.id}.{form}"'
    return response


@blueprint.post(f"{CAMPAIGN}/measures")
@requires(Permission.MANAGE_CULTURE)
def choose_measure(agency_slug: str, campaign_id: int) -> Page:
    """Choose a measure."""
    found = _closed(campaign_id)
    if not isinstance(found, CultureCampaign):
        return found
    key = request_key(request.form)
    if key is None:
        abort(400)
    form = forms.MeasureForm()
    form.scale.choices = _scales(found)
    if not form.validate_on_submit():
        return _page(found, form, 422)
    measures.choose(db.session, found, form.draft, request_key=key, actor_id=signed_in_actor().person_id)
    flash(gettext("The measure is chosen. You will be asked what became of it at the next campaign."))
    return _to_measures(campaign_id)


@blueprint.post(f"{CAMPAIGN}/measures/<int:measure_id>")
@requires(Permission.MANAGE_CULTURE)
def follow_up(agency_slug: str, campaign_id: int, measure_id: int) -> Page:
    """Note what became of a measure."""
    found = own(campaign_id)
    measure = measures.measure_of(db.session, found.id, measure_id) or abort(404)
    form = forms.FollowUpForm()
    if not form.validate_on_submit():
        flash(gettext("Choose what became of it, in at most 500 characters."))
        return _to_measures(campaign_id)
    measures.follow_up(
        db.session, found, measure, Became(form.became.data), form.said.data or "", signed_in_actor().person_id
    )
    flash(gettext("What became of the measure is noted."))
    return _to_measures(request.form.get("next_campaign", campaign_id, int))


def _to_measures(campaign_id: Any) -> AnyResponse:
    where = url_for("culture_results.result", agency_slug=g.agency.slug, campaign_id=campaign_id)
    return redirect(f"{where}#measures", 303)
