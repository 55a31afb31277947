"""Words of the glossary are explained beside their links."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit
from tests.journeys.player.conftest import ADA, course_of

pytestmark = pytest.mark.one_database


def test_a_word_is_explained_beside_its_link(
    site: Site, visit: Visit, check_accessibility: Callable[[Page], list[str]]
) -> None:
    page = visit(ADA, width=360)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/glossary") else None)
    page.goto(f"{course_of(site, ADA)}/lessons/l1")
    link = page.get_by_role("link", name="a risk", exact=True)
    box = page.get_by_role("dialog", name="Risk")

    link.focus()
    page.keyboard.press("Enter")
    expect(box).to_contain_text("Something that may happen and hurt a goal.")
    assert not check_accessibility(page)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.keyboard.press("n")  # no shortcut leads away from an open box
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(link).to_be_focused()

    link.click()
    box.get_by_role("button", name="Close").click()
    expect(box).to_be_hidden()
    expect(link).to_be_focused()

    link.click()
    expect(box).to_be_visible()
    page.locator("h1").click()
    expect(box).to_be_hidden()
    assert len(asked) == 1

    link.click()
    box.get_by_role("link", name="To the glossary").click()
    page.wait_for_url(re.compile("/glossary#term-risk$"))


def test_without_the_explanation_the_link_is_followed(site: Site, visit: Visit) -> None:
    page = visit(ADA)
    page.goto(f"{course_of(site, ADA)}/lessons/l1")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error()); }")
    page.get_by_role("link", name="a risk", exact=True).click()
    page.wait_for_url(re.compile("/glossary#term-risk$"))

    plain = visit(ADA, javascript=False)
    plain.goto(f"{course_of(site, ADA)}/lessons/l1")
    plain.get_by_role("link", name="a risk", exact=True).click()
    plain.wait_for_url(re.compile("/glossary#term-risk$"))
