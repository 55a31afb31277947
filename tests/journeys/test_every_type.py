"""A journey for every activity type, with JavaScript and without: seen, answered, kept; no axe violations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from learning.activities.registry import all_types
from learning.catalogue.publishing import publish
from learning.database import writing
from learning.organisation.models import Person
from learning.progress import enrolling
from tests.journeys.conftest import Site, Visit, aside
from tests.journeys.every_type import write_course

pytestmark = pytest.mark.one_database
ONLY_SEEN = {"figure": "One unit, two goals", "guide": "Read the goal aloud", "video": "Read it instead"}


def _submit(page: Page) -> None:
    page.locator(".activity button[type=submit]").last.click()


def _save_and_reload(page: Page) -> None:
    _submit(page)
    expect(page.locator(".activity__saved")).to_be_visible()
    page.reload()


def _choice(page: Page) -> None:
    page.get_by_label("Add a measure before the test starts").check()
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("What is left is still outside the limit.")


def _choices(page: Page) -> None:
    page.get_by_label("The night nurses").check()
    page.get_by_label("The safety representative").check()
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("They are closest to the problem.")


def _number(page: Page) -> None:
    page.locator("input[name=number]").fill("1")
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("the second would be over")


def _order(page: Page) -> None:
    for place, key in enumerate(("goal", "level", "assess"), start=1):
        page.locator(f"select[name=step-{key}]").select_option(str(place))
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("before saying for what")


def _match(page: Page) -> None:
    page.locator("select[name=row-cause]").select_option(label="Cause")
    page.locator("select[name=row-event]").select_option(label="Event")
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("The likeness makes the mistake possible.")


def _text(page: Page) -> None:
    page.locator("input[name=text]").fill("Goal")
    _submit(page)
    expect(page.locator(".activity")).to_contain_text("The goal is what you want.")
    page.locator("input[name=text]").fill("stop-limit")
    _submit(page)
    expect(page.locator(".verdict--right")).to_be_visible()


def _reflect(page: Page) -> None:
    page.locator("textarea[name=text]").fill("Who watches at night?")
    _save_and_reload(page)
    expect(page.locator("textarea[name=text]")).to_have_value("Who watches at night?")


def _commitment(page: Page) -> None:
    page.get_by_label("In my own words").check()
    page.get_by_label("My own promise").fill("I ask the night shift")
    _save_and_reload(page)
    expect(page.get_by_label("My own promise")).to_have_value("I ask the night shift")


def _plan(page: Page) -> None:
    for field in page.locator(".activity textarea").all():
        field.fill("something definite")
    _submit(page)
    expect(page.locator(".plan__sentence mark").first).to_have_text("something definite")


def _scale(page: Page) -> None:
    for statement in ("explain", "lift"):
        page.locator(f"input[name=statement-{statement}][value='4']").check()
    _save_and_reload(page)
    expect(page.locator("input[name=statement-lift][value='4']")).to_be_checked()


def _sheet(page: Page) -> None:
    page.locator("[name=cell-0-risk]").fill("A door is left open")
    page.locator("[name=cell-0-likelihood]").select_option("high")
    page.locator("[name=cell-0-impact]").select_option("serious")
    page.locator("[name=cell-0-due]").fill("2027-03-01")
    _submit(page)
    expect(page.locator(".sheet__computed").first).to_contain_text("6")
    expect(page.locator(".grid-map td.heat-4")).to_contain_text("1. A door is left open")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "types-101-sheet-register.xlsx"


def _scenario(page: Page) -> None:
    expect(page.locator(".meters")).to_contain_text("5 of 10")
    page.get_by_role("button", name="Go ahead, I trust you.").click()
    expect(page.locator(".meters")).to_contain_text("3 of 10")
    expect(page.locator(".activity")).to_contain_text("You could also have chosen")
    expect(page.locator(".activity")).to_contain_text("The test starts with two users")  # the other ending
    page.reload()
    expect(page.locator(".activity")).to_contain_text("An alarm goes unanswered")
    page.get_by_role("button", name="Try another road").click()
    page.get_by_role("button", name="Show me which nights").click()
    expect(page.locator(".meters")).to_contain_text("6 of 10")


ANSWER: dict[str, Callable[[Page], None]] = {
    "single": _choice, "multiple": _choices, "number": _number, "order": _order, "match": _match, "text": _text,
    "reflect": _reflect, "commitment": _commitment, "plan": _plan, "scale": _scale, "sheet": _sheet,
    "scenario": _scenario,
}  # fmt: skip


def _enrol(site: Site, folder: Path) -> int:
    with site.app.app_context(), writing() as session:
        version, _ = publish(session, write_course(folder))
        person = session.scalars(select(Person).where(Person.email == "samira@fjordvik.example")).one()
        return enrolling.enrol(session, person, version.course, "en").id


def test_every_type_has_a_journey() -> None:
    assert set(ANSWER) | set(ONLY_SEEN) == set(all_types())


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_every_type_is_seen_answered_and_kept(
    site: Site, visit: Visit, tmp_path: Path, check_accessibility: Callable[[Page], list[str]], javascript: bool
) -> None:
    enrolment_id = aside(_enrol, site, tmp_path)
    page = visit("samira@fjordvik.example", javascript=javascript, width=360 if javascript else 1280)
    faults: list[str] = []
    for name in sorted(all_types()):
        page.goto(f"/learn/{enrolment_id}/lessons/l-{name}")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"About {name}")
        if javascript:
            faults += check_accessibility(page)
        if name in ONLY_SEEN:
            expect(page.locator(".activity")).to_contain_text(ONLY_SEEN[name])
        else:
            ANSWER[name](page)
            if javascript:
                faults += check_accessibility(page)
    assert not faults, "\n".join(faults)
