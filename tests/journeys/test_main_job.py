"""The main job, end to end, in a real browser: once with JavaScript, once without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys.conftest import Site, Visit


def _answer_assessment(page: Page) -> None:
    """Answer the two questions drawn, rightly."""
    for _ in range(2):
        page.wait_for_url(re.compile("questions/"))
        if page.get_by_text("Which is a risk?").count():
            page.get_by_label("Something that may happen and hurt the goal").check()
        elif page.get_by_text("Which two belong").count():
            page.get_by_label("An owner").check()
            page.get_by_label("A measure").check()
        elif page.get_by_text("How many is one and one?").count():
            page.locator("input[name=number]").fill("2")
        else:
            page.locator("select[name=row-hot]").select_option(label="Summer")
            page.locator("select[name=row-cold]").select_option(label="Winter")
        with page.expect_navigation():  # or the next question would be looked for on this page
            page.get_by_role("button", name="Save and go on").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_manager_takes_a_course_and_holds_the_certificate(
    site: Site, visit: Visit, tmp_path: Path, javascript: bool
) -> None:
    page = visit("samira@fjordvik.example", javascript=javascript, width=360)
    page.goto("/courses/sample-101?lang=en")
    page.get_by_role("button", name="Start or continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The first lesson")

    # Not everything is answered: the page says what is missing, and nothing is finished.
    page.get_by_role("button", name="Finish and go").click()
    expect(page.get_by_role("alert")).to_contain_text("1 activity still needs an answer")

    page.get_by_label("The budget was decided in June").check()
    page.locator("#q-risk").get_by_role("button", name="Check").click()
    expect(page.locator("#q-risk")).to_contain_text("That is a fact, not something that may happen.")
    page.get_by_label("An alarm is not answered in time").check()
    page.locator("#q-risk").get_by_role("button", name="Check").click()
    expect(page.locator("#q-risk")).to_contain_text("It may happen, and it would hurt the goal.")

    # Away for a meeting, and back exactly where it was left.
    page.goto("/")
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The first lesson")
    page.get_by_role("button", name="Finish and go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second lesson")
    for place, key in enumerate(("goal", "assess", "decide"), start=1):
        page.locator(f"select[name=step-{key}]").select_option(str(place))
    page.locator("#q-steps").get_by_role("button", name="Check").click()
    expect(page.locator("#q-steps .verdict__head")).to_contain_text("Right")
    page.get_by_role("button", name="Finish the lesson").click()

    page.get_by_role("button", name="Start the assessment").click()
    _answer_assessment(page)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed")
    page.get_by_role("link", name="To my record and certificate").click()

    address = page.get_by_role("link", name="Download PDF").first.get_attribute("href")
    assert address is not None
    first, second = page.request.get(address).body(), page.request.get(address).body()
    assert first == second
    file = tmp_path / "certificate.pdf"
    file.write_bytes(first)
    words = PdfReader(file).pages[0].extract_text()
    assert "Samira Haddad" in words
    assert "A sample course" in words

    stranger = visit(javascript=javascript)
    stranger.goto(address.removesuffix(".pdf"))
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This certificate is genuine")
    expect(stranger.locator("main")).to_contain_text("Samira Haddad")
    assert "samira@" not in stranger.content()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_hr_assigns_a_path_sees_the_mail_and_exports(
    site: Site, visit: Visit, tmp_path: Path, javascript: bool
) -> None:
    page = visit("kari@fjordvik.example", javascript=javascript)
    page.goto("/agency/fjordvik/paths/new")
    page.get_by_label("Title").fill("For new leaders")
    page.locator("main input[type=checkbox]").first.check()
    with page.expect_navigation():
        page.locator("main button[type=submit]").last.click()
    page.goto("/agency/fjordvik/assignments/new")
    page.locator("main select").first.select_option(label="For new leaders")
    page.locator("main input[type=checkbox][name*=unit]").first.check()
    page.locator("main button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Samira Haddad")
    page.get_by_role("button", name="Assign to").click()
    expect(page.locator("main")).to_contain_text("For new leaders")

    site.work()
    page.goto("/mail")
    expect(page.locator("main")).to_contain_text("For new leaders")

    page.goto("/agency/fjordvik/records")
    page.locator("#format").select_option("csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / "records.csv"
    download.value.save_as(file)
    lines = file.read_text("utf-8").splitlines()
    assert lines[0].startswith("record_version,completion_id,agency")
    assert len(lines) > 1
    assert all(",fjordvik," in line for line in lines[1:])
    page.goto("/agency/fjordvik/records")
    expect(page.locator("main")).to_contain_text("Kari Lunde")
