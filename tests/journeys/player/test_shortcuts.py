"""Keys in the player: where they lead, when they are silent, and how they are turned off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit
from tests.journeys.player.conftest import ADA, course_of

pytestmark = pytest.mark.one_database


def test_keys_lead_around_the_course_and_can_be_turned_off(
    site: Site, visit: Visit, check_accessibility: Callable[[Page], list[str]]
) -> None:
    page = visit(ADA)
    course = course_of(site, ADA)
    page.goto(f"{course}/lessons/l1")
    page.keyboard.press("p")
    expect(page.locator("#announcer")).to_have_text("This is the first lesson.")
    page.keyboard.press("u")
    expect(page.locator("#r-before")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#q-risk")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#r-before")).to_be_focused()

    page.locator("#r-before textarea").focus()
    page.keyboard.type("nump?")
    expect(page.locator("#r-before textarea")).to_have_value("nump?")
    page.locator("#q-risk input").first.focus()
    page.keyboard.press("n")
    page.locator("#r-before").focus()
    page.keyboard.press("Control+m")
    assert page.url.endswith("/lessons/l1")

    page.keyboard.press("n")
    page.wait_for_url(re.compile("/lessons/l2"))
    page.keyboard.press("p")
    page.wait_for_url(re.compile("/lessons/l1"))

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert not check_accessibility(page)
    page.keyboard.press("n")  # in the dialog the keys are silent
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use keyboard shortcuts").uncheck()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.locator("#r-before").focus()
    for key in ("n", "m", "u", "?"):
        page.keyboard.press(key)
    page.reload()
    page.keyboard.press("m")
    expect(page.locator("#r-before")).to_be_visible()
    assert page.url.endswith("/lessons/l1")

    opener = page.get_by_role("button", name="Keyboard shortcuts")
    opener.click()
    expect(dialog.get_by_label("Use keyboard shortcuts")).not_to_be_checked()
    dialog.get_by_label("Use keyboard shortcuts").check()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("m")
    page.wait_for_url(re.compile(rf"{course}$"))
