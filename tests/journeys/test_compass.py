"""The compass in a browser: from an empty page to a guide on paper, and every page of it accessible."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from learning.culture.models import CultureCampaign, CultureInvitation
from learning.database import db, writing
from learning.organisation.models import Person
from tests.culture import scene
from tests.journeys.conftest import Site, Visit, aside
from tests.journeys.test_every_page import AGENCY, Inspection

pytestmark = pytest.mark.one_database


def _link(site: Site) -> str:
    """The address of the questions for somebody who is asked."""
    with site.app.app_context(), db.sessionmaker() as session:
        invited = session.scalars(select(CultureInvitation).order_by(CultureInvitation.person_id)).first()
        assert invited is not None
        return f"/compass/{scene.token_of(session, session.get_one(Person, invited.person_id))}"


def _all_others_answer(site: Site) -> None:
    with site.app.app_context(), writing() as session:
        waiting = session.scalars(select(CultureInvitation).where(CultureInvitation.used_on.is_(None))).all()
        for place, each in enumerate(waiting):
            scene.answer(session, each.person, 2 + place % 4, p21=1)


def _campaign(site: Site) -> int:
    with site.app.app_context(), db.sessionmaker() as session:
        return session.scalars(select(CultureCampaign.id)).one()


def test_a_campaign_from_beginning_to_end(
    site: Site,
    visit: Visit,
    check_accessibility: Callable[[Page], list[str]],
    vnu: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "courses").mkdir()
    scene.put_on_disk(tmp_path / "courses", monkeypatch)
    folder = tmp_path / "pages"
    folder.mkdir()
    inspection = Inspection(check_accessibility, folder)
    hr = visit("kari@fjordvik.example")
    inspection.walk(hr, [f"{AGENCY}/culture", f"{AGENCY}/culture/new"])
    hr.get_by_label("Name", exact=True).fill("Autumn")
    hr.locator("input[name=closes_on]").fill(hr.locator("input[name=opens_on]").input_value())
    hr.get_by_role("button", name="See who is asked").click()
    expect(hr.locator(".ds-error-summary")).to_contain_text("Last day to answer")
    hr.evaluate("document.querySelector('input[name=closes_on]').valueAsNumber += 14 * 24 * 3600 * 1000")
    hr.get_by_role("button", name="See who is asked").click()
    inspection.faults += check_accessibility(hr)
    hr.get_by_role("button", name="Start the campaign").click()
    expect(hr.locator(".flashes")).to_contain_text("everybody has been sent a link")
    base = f"{AGENCY}/culture/{aside(_campaign, site)}"
    stranger, address = visit(javascript=False), aside(_link, site)
    inspection.walk(visit(), [address])
    stranger.goto(address)
    for each in stranger.locator("fieldset").all()[:20]:
        each.get_by_label("Agree", exact=True).check()
    stranger.get_by_role("button", name="Send my answer").click()
    expect(stranger.locator("h1")).to_have_text(re.compile("Thank you"))
    inspection.walk(visit(), [address, "/compass/nobody"])
    inspection.walk(hr, [base, f"{base}/close"])
    aside(_all_others_answer, site)
    hr.get_by_role("button", name="Close it now").click()
    expect(hr.locator("main")).to_contain_text("not been tried on enough people")
    hr.get_by_label("What you will change").fill("Show drafts on Fridays")
    hr.get_by_label("Who sees to it").fill("Kari")
    later = "new Date(Date.now() + 1e9).toISOString().slice(0, 10)"
    hr.evaluate(f"document.querySelector('input[name=due_on]').value = {later}")
    hr.get_by_role("button", name="Choose the measure").click()
    expect(hr.locator("#measures ~ ul")).to_contain_text("Show drafts on Fridays")
    inspection.walk(hr, [f"{base}/result", f"{base}/guide", f"{AGENCY}/culture"])
    inspection.check_html(vnu)
    assert not inspection.faults, "\n".join(inspection.faults)
