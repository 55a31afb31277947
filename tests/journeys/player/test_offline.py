"""Reading a course without a network, and what is written there: sent once, in order, or kept with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from learning.demo.people import DEMO_PASSWORD
from tests.journeys.conftest import Site, Visit
from tests.journeys.player.conftest import ADA, BO, course_of, finished, noted, responses

pytestmark = pytest.mark.one_database
Check = Callable[[Page], list[str]]


def _download(page: Page, course: str) -> None:
    page.goto(course)
    page.get_by_role("button", name="Download for reading offline").click()
    expect(page.locator("#offline")).to_contain_text("The course is on this device.", timeout=30_000)


def _kept(page: Page) -> list[str]:
    """The addresses that are kept of courses."""
    return list(
        page.evaluate(
            """async () => {
              const names = (await caches.keys()).filter((name) => name.startsWith("course "));
              const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
              return all.flat().map((request) => new URL(request.url).pathname);
            }"""
        )
    )


def _sign_in(page: Page, email: str) -> None:
    page.fill("#email", email)
    page.fill("#password", DEMO_PASSWORD)
    page.click("main form.form button[type=submit]")


def _sign_out(page: Page) -> None:
    page.locator(".site-menu").evaluate("(menu) => (menu.open = true)")
    page.get_by_role("button", name="Sign out").click()


def _answer(page: Page) -> None:
    page.get_by_label("An alarm is not answered in time").check()
    page.locator("#q-risk").get_by_role("button", name="Check").click()


def test_a_course_is_read_and_answered_without_a_network_and_sent_once(
    site: Site, visit: Visit, check_accessibility: Check
) -> None:
    page = visit(ADA)
    course = course_of(site, ADA)
    page.goto(course)
    assert not check_accessibility(page)
    _download(page, course)
    assert not check_accessibility(page)
    kept = _kept(page)
    assert {course, f"{course}/lessons/l1", f"{course}/lessons/l2", f"{course}/glossary"} <= set(kept)
    assert "/courses/sample-101/media/1/cycle.en.svg" in kept
    assert not any("assessment" in address for address in kept)
    l1 = page.evaluate(f"caches.match('{course}/lessons/l1').then((found) => found.text())")
    assert "That is a fact, not something that may happen." not in l1

    page.context.set_offline(True)
    page.goto(f"{course}/continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("The first lesson")
    expect(page.locator(".saved-copy")).to_be_visible()
    assert page.evaluate("document.querySelector('#fig-cycle img').naturalWidth") > 0
    piece = "fetch('/courses/sample-101/media/1/cycle.en.svg', {headers: {Range: 'bytes=0-3'}})"  # as for a film
    assert page.evaluate(f"{piece}.then(async (got) => [got.status, await got.text()])") == [206, "<svg"]
    page.get_by_role("link", name="a risk", exact=True).click()
    expect(page.locator("#glossary-box")).to_contain_text("Something that may happen and hurt a goal.")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Finish and go").click()
    expect(page.get_by_role("alert")).to_contain_text("Some activities still need an answer")
    assert not check_accessibility(page)
    _answer(page)
    expect(page.locator("#q-risk")).to_contain_text("You get the answer when you are online again.")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    expect(page.locator("#announcer")).to_contain_text("Waiting to be sent.")
    page.locator("#note > summary").click()
    page.get_by_label("Notes").fill("From the train")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (2)")
    assert not check_accessibility(page)

    page.reload()
    expect(page.get_by_label("An alarm is not answered in time")).to_be_checked()
    expect(page.get_by_label("Notes")).to_have_value("From the train")
    page.get_by_role("button", name="Finish and go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second lesson")
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (3)")
    page.goto(course)
    expect(page.locator("[data-lesson-id=l1]")).to_contain_text("Waiting to be sent")
    assert not check_accessibility(page)
    page.goto(f"{course}/assessment")
    expect(page.get_by_role("heading", level=1)).to_have_text("No network")
    expect(page.get_by_role("link", name="A sample course")).to_be_visible()
    assert not check_accessibility(page)
    page.goto(f"{course}/lessons/l1")
    assert (responses(site), finished(site), noted(site)) == ([], [], [])

    page.context.set_offline(False)
    expect(page.locator("#q-risk .verdict__head")).to_contain_text("Right")
    expect(page.locator("#waiting")).to_be_hidden()
    assert (responses(site), finished(site), noted(site)) == (["q-risk"], ["l1"], ["l1"])
    page.reload()
    expect(page.locator(".saved-copy")).to_be_hidden()
    expect(page.locator("#q-risk .verdict__head")).to_contain_text("Right")
    assert responses(site) == ["q-risk"]

    page.context.set_offline(True)  # the copy has followed
    page.reload()
    expect(page.locator(".saved-copy")).to_be_visible()
    expect(page.locator("#q-risk .verdict__head")).to_contain_text("Right")


def test_what_waits_is_sent_once_whatever_happens(site: Site, visit: Visit) -> None:
    """A tab that is closed, an answer that arrives although nobody is told, and two tabs that come online together."""
    page = visit(ADA)
    course = course_of(site, ADA)
    context: BrowserContext = page.context
    _download(page, course)
    context.set_offline(True)
    page.goto(f"{course}/lessons/l1")
    _answer(page)
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#waiting")).to_be_hidden()
    assert responses(site) == ["q-risk"]

    page.goto(f"{course}/lessons/l1")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/activities/r-before", lose)
    page.locator("#r-before textarea").fill("Ask the night staff")
    page.locator("#r-before").get_by_role("button", name="Save").click()
    expect(page.locator("#r-before")).to_contain_text("Waiting to be sent.")
    assert responses(site) == ["q-risk", "r-before"]
    page.unroute("**/activities/r-before")
    page.locator("#waiting").get_by_role("button", name="Send now").click()
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#r-before .activity__saved")).to_be_visible()
    assert responses(site) == ["q-risk", "r-before"]

    other = context.new_page()
    other.goto(course)
    context.set_offline(True)
    page.locator("#r-before textarea").fill("Ask the users too")
    page.locator("#r-before").get_by_role("button", name="Save").click()
    expect(other.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden()
    expect(other.locator("#waiting")).to_be_hidden()
    assert responses(site) == ["q-risk", "r-before", "r-before"]


def test_what_the_server_refuses_is_kept_with_the_reason(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    course = course_of(site, ADA)
    page.goto(f"{course}/lessons/l2")
    page.context.set_offline(True)  # nothing is downloaded: the page that is open goes on working
    for key in ("goal", "assess", "decide"):
        page.locator(f"select[name=step-{key}]").select_option("2")
    page.locator("#q-steps").get_by_role("button", name="Check").click()
    expect(page.locator("#q-steps")).to_contain_text("Waiting to be sent.")
    page.context.set_offline(False)
    expect(page.locator("#q-steps [role=alert]")).to_contain_text("Give every step its own place.")
    expect(page.locator("#waiting")).to_contain_text("The second lesson: Give every step its own place.")
    assert not check_accessibility(page)
    page.goto("/")
    page.locator("#waiting").get_by_role("link", name="The second lesson").click()
    expect(page.locator("#q-steps [role=alert]")).to_contain_text("Give every step its own place.")
    expect(page.locator("select[name=step-goal]")).to_have_value("2")
    for place, key in enumerate(("goal", "assess", "decide"), start=1):
        page.locator(f"select[name=step-{key}]").select_option(str(place))
    page.locator("#q-steps").get_by_role("button", name="Check").click()
    expect(page.locator("#q-steps .verdict__head")).to_contain_text("Right")
    expect(page.locator("#waiting")).to_be_hidden()
    assert responses(site) == ["q-steps"]


def test_somebody_signed_out_is_asked_to_sign_in_and_loses_nothing(
    site: Site, visit: Visit, check_accessibility: Check
) -> None:
    page = visit(ADA)
    course = course_of(site, ADA)
    page.goto(f"{course}/lessons/l1")
    page.context.clear_cookies(name="handlingsrom")
    _answer(page)
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    link = page.get_by_role("link", name="Sign in to send it")
    expect(link).to_be_visible()
    assert not check_accessibility(page)
    link.click()
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    assert responses(site) == []

    _sign_in(page, BO)  # what Ada wrote is neither shown to Bo nor sent as his
    expect(page.get_by_role("heading", level=1)).to_have_text("We cannot find this page.")
    expect(page.locator("#waiting")).to_be_hidden()
    page.goto(f"{course_of(site, BO)}/lessons/l1")
    expect(page.get_by_label("An alarm is not answered in time")).not_to_be_checked()
    assert responses(site) == []
    _sign_out(page)
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.goto(f"/sign-in?next={course}/lessons/l1")
    _sign_in(page, ADA)
    expect(page.locator("#q-risk .verdict__head")).to_contain_text("Right")
    assert responses(site) == ["q-risk"]


def test_signing_out_takes_everything_away(site: Site, visit: Visit, check_accessibility: Check) -> None:
    page = visit(ADA)
    course = course_of(site, ADA)
    _download(page, course)
    page.goto(f"{course}/lessons/l1")
    page.locator("#r-before textarea").fill("Half a thought")
    page.context.set_offline(True)
    _answer(page)
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    _sign_out(page)
    dialog = page.get_by_role("dialog", name="Not everything is sent")
    expect(dialog).to_contain_text("What you have written and not sent: 1.")
    assert not check_accessibility(page)
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    assert _kept(page)

    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden()
    _sign_out(page)
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert _kept(page) == []
    assert page.evaluate("JSON.stringify({...sessionStorage})") == "{}"
    page.context.set_offline(True)
    page.goto(f"{course}/lessons/l1")
    expect(page.get_by_role("heading", level=1)).to_have_text("No network")
    expect(page.locator("main")).to_contain_text("No course is downloaded to this device.")


def test_nobody_reads_what_another_person_has_downloaded(site: Site, visit: Visit) -> None:
    page = visit(ADA)
    course, context = course_of(site, ADA), page.context
    _download(page, course)

    def read_offline() -> str:
        context.set_offline(True)
        page.goto(f"{course}/lessons/l1")
        title = page.get_by_role("heading", level=1).inner_text()
        context.set_offline(False)
        if title == "No network":  # it loads the page again by itself, which would cut off what comes next
            expect(page.get_by_role("heading", level=1)).not_to_have_text("No network")
            page.wait_for_load_state()
        page.goto("/accessibility")
        return title

    assert read_offline() == "The first lesson"
    context.clear_cookies(name="handlingsrom")  # the session ends by itself
    page.goto("/courses")
    assert read_offline() == "No network"
    page.goto("/sign-in")
    _sign_in(page, ADA)
    assert read_offline() == "The first lesson"
    page.goto(course)
    page.get_by_role("button", name="Remove from this device").click()
    expect(page.locator("#offline")).to_contain_text("The course is no longer on this device.")
    expect(page.get_by_role("button", name="Download for reading offline")).to_be_focused()
    assert _kept(page) == []

    _download(page, course)
    page.evaluate(
        """async () => {
          const store = await import("/static/js/offline/store.js");
          const [kept] = await store.all("downloads");
          await store.put("downloads", { ...kept, savedAt: kept.savedAt - 31 * 24 * 3600 * 1000 });
        }"""
    )
    assert read_offline() == "No network"
    page.goto(course)
    expect(page.get_by_role("button", name="Download for reading offline")).to_be_visible()
    assert _kept(page) == []

    _download(page, course)
    context.clear_cookies(name="handlingsrom")
    page.goto("/sign-in")
    _sign_in(page, BO)
    expect(page.get_by_role("link", name="My record").first).to_be_visible()
    assert read_offline() == "No network"
    assert _kept(page) == []


def test_the_browser_sends_by_itself_when_no_page_is_open(site: Site, visit: Visit) -> None:
    """Background Sync; the browser's own signal is given through its debugger."""
    page = visit(ADA)
    course = course_of(site, ADA)
    page.goto(f"{course}/lessons/l1")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    _answer(page)
    expect(page.locator("#waiting")).to_contain_text("Waiting to be sent (1)")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/static/icon.svg")  # of this site, but without its scripts
    debugger = page.context.new_cdp_session(page)
    known: list[str] = []
    debugger.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(each["registrationId"] for each in told["registrations"]),
    )
    debugger.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    debugger.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": site.address, "registrationId": known[0], "tag": "send", "lastChance": False},
    )
    for _ in range(50):
        if responses(site):
            break
        page.wait_for_timeout(200)
    assert responses(site) == ["q-risk"]
    page.goto(f"{course}/lessons/l1")
    expect(page.locator("#q-risk .verdict__head")).to_contain_text("Right")
    assert responses(site) == ["q-risk"]
