"""Answers in place, buttons that move steps, and drafts: what the player's scripts add to a lesson."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from config import ROOT
from learning.catalogue.publishing import publish
from learning.database import writing
from learning.organisation.models import Person
from learning.progress import enrolling
from tests.journeys.conftest import Site, Visit, aside
from tests.journeys.player.conftest import ADA, BO, course_of, noted, responses

pytestmark = pytest.mark.one_database
Check = Callable[[Page], list[str]]


def _mark(page: Page) -> None:
    """Leave a mark that a new page would not have."""
    page.evaluate("document.documentElement.dataset.mark = 'here'")


def _is_same_page(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.mark === 'here'"))


def test_an_answer_is_given_in_place(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    page.goto(f"{course_of(site, ADA)}/lessons/l1")
    page.get_by_role("button", name="Finish and go").click()
    expect(page.get_by_role("alert")).to_contain_text("1 activity still needs an answer")
    page.goto(f"{course_of(site, ADA)}/lessons/l1")
    _mark(page)

    question = page.locator("#q-risk")
    page.get_by_label("The budget was decided in June").check()
    question.get_by_role("button", name="Check").click()
    expect(question).to_contain_text("That is a fact, not something that may happen.")
    expect(page.locator("#announcer")).to_contain_text("Not right")
    expect(page.locator("#announcer")).to_contain_text("That is a fact")
    expect(question).to_be_focused()
    page.get_by_label("An alarm is not answered in time").check()
    question.get_by_role("button", name="Check again").click()
    expect(page.locator("#announcer")).to_contain_text("It may happen, and it would hurt the goal.")

    page.locator("#r-before textarea").fill("I would ask.")
    page.locator("#r-before").get_by_role("button", name="Save").click()
    expect(page.locator("#announcer")).to_contain_text("Saved. Only you can see this.")

    page.locator("#note > summary").click()
    page.get_by_label("Notes").fill("To remember")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("#note")).to_contain_text("The note is saved.")
    assert not check_accessibility(page)
    assert _is_same_page(page)
    assert responses(site) == ["q-risk", "q-risk", "r-before"]
    assert noted(site) == ["l1"]


def test_what_is_wrong_with_an_answer_is_said_in_place(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    page.goto(f"{course_of(site, ADA)}/lessons/l2")
    _mark(page)
    for key in ("goal", "assess", "decide"):
        page.locator(f"select[name=step-{key}]").select_option("1")
    page.locator("#q-steps").get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("Give every step its own place.")
    expect(page.locator("#q-steps")).to_be_focused()
    expect(page.locator("select[name=step-goal]")).to_have_value("1")
    assert _is_same_page(page)
    assert not check_accessibility(page)
    assert responses(site) == []


def test_in_doubt_the_form_is_sent_as_without_scripts(site: Site, visit: Visit) -> None:
    page = visit(ADA)
    page.goto(f"{course_of(site, ADA)}/lessons/l1")
    _mark(page)
    page.route("**/activities/r-before", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    page.locator("#r-before textarea").fill("Not lost")
    page.locator("#r-before").get_by_role("button", name="Save").click()
    expect(page.locator("#r-before .activity__saved")).to_be_visible()
    assert not _is_same_page(page)
    assert responses(site) == ["r-before"]


def test_steps_move_up_and_down_by_buttons(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    page.goto(f"{course_of(site, ADA)}/lessons/l2")
    steps = page.locator("#q-steps .order__step label")

    def move_to(words: str, place: int) -> None:
        while True:
            here = steps.all_inner_texts().index(words)
            if here == place:
                return
            towards = "Move up" if here > place else "Move down"
            button = page.get_by_role("button", name=f"{towards} {words}")
            button.focus()
            page.keyboard.press("Enter")
            expect(button).to_be_focused()

    for place, words in enumerate(("Name the goal", "Assess the risk", "Decide what to do")):
        move_to(words, place)
    expect(page.locator("#q-steps [data-order-told]")).to_have_text(re.compile("Place . of 3"))
    expect(page.locator("select[name=step-decide]")).to_have_value("3")
    expect(page.get_by_role("button", name="Move up Name the goal")).to_have_attribute("aria-disabled", "true")
    assert not check_accessibility(page)
    page.locator("#q-steps").get_by_role("button", name="Check").click()
    expect(page.locator("#q-steps .verdict__head")).to_contain_text("Right")
    assert steps.all_inner_texts() == ["Name the goal", "Assess the risk", "Decide what to do"]
    expect(page.get_by_role("button", name="Move up Assess the risk")).to_be_visible()


def test_text_that_is_not_saved_survives_a_reload(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    address = f"{course_of(site, ADA, 'practice-101')}/lessons/l2"
    page.goto(address)
    page.locator("#r-own textarea").fill("In the way\nis time")
    page.locator("#s-steps summary").nth(1).click()
    page.get_by_label("Step").nth(1).fill("Ask around")
    page.locator("#p-next textarea").first.fill("Monday comes")
    page.locator("#c-ask").get_by_label("I will stop a routine.").check()
    page.locator("#note > summary").click()
    page.get_by_label("Notes").fill("Half a note")
    page.reload()
    expect(page.locator("#r-own textarea")).to_have_value("In the way\nis time")
    expect(page.get_by_label("Step").nth(1)).to_have_value("Ask around")
    expect(page.get_by_label("Step").nth(1)).to_be_visible()
    expect(page.locator("#p-next textarea").first).to_have_value("Monday comes")
    expect(page.get_by_label("I will stop a routine.")).to_be_checked()
    expect(page.get_by_label("Notes")).to_have_value("Half a note")
    expect(page.locator("#r-own [role=status]")).to_contain_text("What you had written but not saved is put back.")
    assert not check_accessibility(page)

    page.locator("#r-own").get_by_role("button", name="Save").click()
    expect(page.locator("#r-own .activity__saved")).to_be_visible()
    page.reload()
    expect(page.locator("#r-own textarea")).to_have_value("In the way\nis time")
    expect(page.locator("#r-own [role=status]")).to_have_count(0)
    expect(page.locator("#p-next [role=status]")).to_have_count(1)

    # Somebody else in the same tab sees nothing of it.
    page.context.clear_cookies(name="handlingsrom")
    other = course_of(site, BO, "practice-101")
    page.goto(f"/sign-in?next={other}/lessons/l2")
    page.fill("#email", BO)
    page.fill("#password", "demo-handlingsrom")
    page.click("main form.form button[type=submit]")
    expect(page.locator("#p-next textarea").first).to_have_value("")
    for _ in range(100):
        if "Monday comes" not in page.evaluate("JSON.stringify({...sessionStorage})"):
            return
        page.wait_for_timeout(100)
    pytest.fail("Ada's drafts are still there")


def test_a_story_goes_on_in_place(site: Site, visit: Visit, check_accessibility: Check) -> None:
    def take_rm_101() -> str:
        with site.app.app_context(), writing() as session:
            version, _ = publish(session, ROOT / "courses" / "rm-101")
            ada = session.scalars(select(Person).where(Person.email == ADA)).one()
            return f"/learn/{enrolling.enrol(session, ada, version.course, 'en').id}"

    page = visit(ADA)
    page.goto(f"{aside(take_rm_101)}/lessons/l3")
    _mark(page)
    story = page.locator("#sc-pilot")
    story.get_by_role("button", name="Yes, I trust you.").click()
    expect(story).to_contain_text("On Saturday night an alert goes unanswered")
    expect(page.locator("#announcer")).to_contain_text("On Saturday night an alert goes unanswered")
    expect(story).to_be_focused()
    assert not check_accessibility(page)

    page.context.set_offline(True)
    story.get_by_role("button", name="We go on.").click()
    expect(story).to_contain_text("The story goes on when you are online again.")
    page.context.set_offline(False)
    expect(story).to_contain_text("How it ended")
    assert _is_same_page(page)
    assert responses(site) == ["sc-pilot", "sc-pilot"]
