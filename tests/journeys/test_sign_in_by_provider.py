"""A manager signs in with the employer's own sign-in: a real provider, a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from learning.access import identity_providers
from learning.access.identity_providers import ProviderFacts
from learning.database import writing
from learning.organisation.models import Agency, Person
from tests.conftest import IN_CI
from tests.journeys.conftest import TOOLS, Site, Visit, aside

CLIENT_ID, SECRET = "handlingsrom", "a secret of the browser tests, long enough"
SETTINGS = "/agency/fjordvik/sign-in"


@pytest.fixture
def issuer(site: Site) -> Iterator[str]:
    """The address of a running provider that knows Samira."""
    node = shutil.which("node")
    if node is None:
        if IN_CI:
            pytest.fail("node is not installed, and CI skips nothing")
        pytest.skip("node is not installed")
    callback = f"{site.address}/sign-in/fjordvik/callback"
    process = subprocess.Popen(
        [node, "identity_provider.mjs", CLIENT_ID, SECRET, callback, f"{site.address}/", "samira@fjordvik.example"],
        cwd=TOOLS.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = next((line.strip() for line in process.stdout if line.startswith("http")), None)
    assert address, "the provider did not start"
    yield address
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


def _add_provider(site: Site, issuer: str) -> None:
    with site.app.test_request_context(), writing() as session:
        agency = session.scalars(select(Agency).where(Agency.slug == "fjordvik")).one()
        somebody = session.scalars(select(Person.id).where(Person.email == "arne@fjordvik.example")).one()
        facts = ProviderFacts(
            "Work account", issuer, CLIENT_ID, SECRET, "openid profile email", "", ("fjordvik.example",), False
        )
        provider = identity_providers.add(session, agency.id, facts, somebody)
        identity_providers.switch(session, provider, somebody, on=True)


def _sign_in_there(page: Page) -> None:
    page.locator("input[name=login]").fill("samira")
    page.locator("input[name=password]").fill("whatever")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_manager_signs_in_with_the_employer_and_out_again(
    site: Site, issuer: str, visit: Visit, javascript: bool
) -> None:
    aside(_add_provider, site, issuer)
    page = visit(javascript=javascript, width=360)
    page.goto("/my/record")
    page.get_by_label("E-mail address").fill("samira@fjordvik.example")
    page.get_by_role("button", name="Continue with your employer's sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in, Fjordvik kommune")
    page.get_by_role("link", name="Continue with Work account").click()
    _sign_in_there(page)
    page.wait_for_url(f"{site.address}/my/record")
    page.locator(".site-menu > summary").click()
    page.locator("button[name=language][value=en]").click()  # her own language is Norwegian
    page.goto("/account")
    expect(page.locator("main")).to_contain_text("Samira Haddad")
    expect(page.locator("main")).to_contain_text("Work account, Fjordvik kommune. Connected on")

    page.locator(".site-menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out of Handlingsrom")
    page.get_by_role("link", name="Sign out of Work account too").click()
    page.get_by_role("button", name=re.compile("Yes")).click()
    page.wait_for_url(f"{site.address}/")
    page.goto("/my/record")
    page.wait_for_url(re.compile("/sign-in"))


@pytest.mark.one_database
def test_an_administrator_sets_it_up_and_the_pages_are_accessible(
    site: Site, issuer: str, visit: Visit, check_accessibility: Callable[[Page], list[str]]
) -> None:
    page = visit("arne@fjordvik.example", width=360)
    faults: list[str] = []
    page.goto(SETTINGS)
    faults += check_accessibility(page)
    page.get_by_role("link", name="Add a sign-in").click()
    expect(page.get_by_label("Redirect URI", exact=True)).to_have_value(f"{site.address}/sign-in/fjordvik/callback")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_role("alert")).to_contain_text("Issuer address: This must be filled in.")
    faults += check_accessibility(page)
    page.get_by_label("Name on the button").fill("Work account")
    page.get_by_label("Issuer address").fill(issuer)
    page.get_by_label("Client ID").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(SECRET)
    page.get_by_label("Domains of e-mail addresses").fill("fjordvik.example")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.locator("main")).to_contain_text("The provider answers, and describes itself as it should.")
    faults += check_accessibility(page)
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("main")).to_contain_text("The page where your people sign in")
    for address in (SETTINGS, "/account"):
        page.goto(address)
        faults += check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    page.goto(SETTINGS)
    page.get_by_role("link", name="Remove").click()
    faults += check_accessibility(page)

    # The provider vouches for Samira's address only; Arne connects the user himself, after he has been asked.
    page.goto("/account")
    page.get_by_role("link", name="Connect").click()
    _sign_in_there(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect Work account to your account?")
    faults += check_accessibility(page)
    page.get_by_role("button", name="Connect").click()
    expect(page.locator("main")).to_contain_text("Work account, Fjordvik kommune. Connected on")
    page.goto(SETTINGS)
    page.get_by_text("Switch passwords off", exact=True).click()
    page.get_by_role("button", name="Yes, switch passwords off").click()
    expect(page.locator("main")).to_contain_text("Passwords are switched off: people sign in with your own sign-in.")

    stranger = visit(width=360)
    for address in ("/sign-in", "/sign-in/fjordvik", "/sign-in/fjordvik/callback"):
        stranger.goto(address)
        faults += check_accessibility(stranger)
    assert not faults, "\n".join(faults)
