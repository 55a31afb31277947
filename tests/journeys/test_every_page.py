"""Every page: no axe violations in both themes and languages, valid HTML, and no sideways scrolling on a phone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from learning.certificates.models import Certificate
from learning.database import db
from learning.organisation.models import Agency, Person, Position
from learning.paths.models import Assignment, LearningPath
from tests.journeys.conftest import Site, Visit, aside

pytestmark = pytest.mark.one_database

STRANGER = [
    "/",
    "/courses",
    "/courses?q=zzzz",
    "/courses/rm-101",
    "/sign-in",
    "/certificates",
    "/accessibility",
    "/offline",
    "/no-such",
]
LEARNER = ["/", "/my/record", "/account", "/mail"]
AUTHOR = ["/authoring", "/authoring/activities", "/authoring/courses/rm-101/items"]
AGENCY = "/agency/fjordvik"


def _ids(site: Site) -> dict[str, str]:
    """Ids that addresses need, of the demo's municipality."""
    with site.app.app_context(), db.sessionmaker() as session:
        agency = session.scalars(select(Agency).where(Agency.slug == "fjordvik")).one()
        position = session.scalars(select(Position).where(Position.agency_id == agency.id)).first()
        code = session.scalars(select(Certificate.code).join(Certificate.completion)).first()
        assert position is not None
        return {
            "path": str(session.scalars(select(LearningPath.id).where(LearningPath.agency_id == agency.id)).one()),
            "assignment": str(session.scalars(select(Assignment.id).where(Assignment.agency_id == agency.id)).one()),
            "position": str(position.id),
            "person": str(session.scalars(select(Person.id).where(Person.email == "samira@fjordvik.example")).one()),
            "code": str(code),
        }


def _hr_pages(ids: dict[str, str]) -> list[str]:
    return [
        f"{AGENCY}/", f"{AGENCY}/members", f"{AGENCY}/paths", f"{AGENCY}/paths/new", f"{AGENCY}/paths/{ids['path']}",
        f"{AGENCY}/paths/{ids['path']}/archive", f"{AGENCY}/assignments/new",
        f"{AGENCY}/assignments/{ids['assignment']}", f"{AGENCY}/assignments/{ids['assignment']}/due",
        f"{AGENCY}/assignments/{ids['assignment']}/withdraw", f"{AGENCY}/people", f"{AGENCY}/people?q=zzzz",
        f"{AGENCY}/people/new", f"{AGENCY}/people/{ids['person']}", f"{AGENCY}/positions/{ids['position']}/end",
        f"{AGENCY}/units", f"{AGENCY}/records", f"{AGENCY}/certificates", f"{AGENCY}/certificates/{ids['code']}/revoke",
        f"{AGENCY}/outbox", "/mail",
    ]  # fmt: skip


def _take_the_course_halfway(page: Page) -> list[str]:
    """Begin RM-101, leave answers right and wrong; the learner's pages."""
    page.goto("/courses/rm-101")
    page.locator("form[action$=enrol] button").click()
    start = page.url.split("/lessons/")[0].split("//", 1)[1].split("/", 1)[1]
    page.locator("textarea[name=text]").fill("Who, when, what may go wrong")
    page.locator("#r-before button[type=submit]").click()
    page.locator("#kc-event input[value=sick]").check()
    page.locator("#kc-event button[type=submit]").click()
    page.locator("#m-parts select").first.select_option(index=1)
    for place in range(3):
        page.locator("#m-parts select").nth(place).select_option(index=place + 1)
    page.locator("#m-parts button[type=submit]").click()
    lessons = [f"/{start}/lessons/{name}" for name in ("l1", "l2", "l3")]
    return [f"/{start}", *lessons, f"/{start}/assessment", f"/{start}/glossary"]


def _walk(page: Page, addresses: list[str], check: Callable[[Page], list[str]]) -> list[str]:
    faults = []
    for address in addresses:
        page.goto(address)
        faults += check(page)
    return faults


@pytest.mark.parametrize(("language", "theme"), [("nb", "light"), ("en", "dark")])
def test_no_page_has_an_accessibility_violation(
    site: Site, visit: Visit, check_accessibility: Callable[[Page], list[str]], theme: str, language: str
) -> None:
    site.work()
    ids = aside(_ids, site)
    faults = _walk(
        visit(theme=theme, language=language), [*STRANGER, f"/certificates/{ids['code']}"], check_accessibility
    )

    learner = visit("samira@fjordvik.example", theme=theme, language=language)
    learner.goto("/account")
    learner.locator(".site-menu > summary").click()
    faults += check_accessibility(learner)
    pages = _take_the_course_halfway(learner)
    faults += _walk(learner, [*LEARNER, *pages], check_accessibility)

    hr = visit("kari@fjordvik.example", theme=theme, language=language)
    faults += _walk(hr, _hr_pages(ids), check_accessibility)
    admin = visit("arne@fjordvik.example", theme=theme, language=language)
    faults += _walk(admin, [f"{AGENCY}/roles", f"{AGENCY}/audit", f"{AGENCY}/integrations"], check_accessibility)
    author = visit("liv@tilsynet.example", theme=theme, language=language)
    faults += _walk(author, [*AUTHOR, "/agency/tilsynet/"], check_accessibility)
    platform = visit("drift@handlingsrom.example", theme=theme, language=language)
    faults += _walk(platform, ["/platform/agencies"], check_accessibility)
    assert not faults, "\n".join(faults)


def test_every_page_is_valid_html_and_fits_a_phone(site: Site, visit: Visit, vnu: Path, tmp_path: Path) -> None:
    ids = aside(_ids, site)
    folder = tmp_path / "pages"
    folder.mkdir()
    wide: list[str] = []
    saved: dict[str, str] = {}

    def keep(page: Page, addresses: list[str]) -> None:
        for address in addresses:
            source = page.request.get(address).text()
            name = f"{len(saved):03d}.html"
            (folder / name).write_text(source, "utf-8")
            saved[name] = address
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append(address)

    keep(visit(width=360), STRANGER)
    learner = visit("samira@fjordvik.example", width=360)
    keep(learner, [*LEARNER, *_take_the_course_halfway(learner)])
    keep(visit("kari@fjordvik.example", width=360), _hr_pages(ids))
    keep(visit("arne@fjordvik.example", width=360), [f"{AGENCY}/roles", f"{AGENCY}/audit", f"{AGENCY}/integrations"])
    keep(visit("liv@tilsynet.example", width=360), AUTHOR)
    done = subprocess.run(
        ["java", "-jar", str(vnu), "--format", "json", "--errors-only", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(done.stderr or '{"messages": []}')["messages"]
    faults = [f"{saved[Path(each['url']).name]}: {each['message']} {each.get('extract', '')}" for each in messages]
    assert not faults, "\n".join(faults)
    assert not wide, f"these scroll sideways at 360 px: {wide}"
