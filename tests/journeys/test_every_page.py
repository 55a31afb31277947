"""Every page: no axe violations in both themes and languages, valid HTML, and no sideways scrolling on a phone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import func, select

from learning.certificates.models import Certificate
from learning.competences.evidence_models import ConfirmationRequest, Contest, RequestStatus
from learning.competences.models import Competence
from learning.database import db
from learning.organisation.models import Agency, Person, Position
from learning.paths.models import Assignment, AssignmentMember, LearningPath
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
LEARNER = [
    "/",
    "/my/record",
    "/my/development",
    "/my/development/goals/new",
    "/account",
    "/mail",
    "/recognition",
    "/team",
    "/portfolio",
    "/my/competences",
    "/my/competences/rule",
    "/frameworks",
    "/frameworks/1",
    "/frameworks/8",
]
AUTHOR = ["/frameworks/coverage", "/authoring", "/authoring/activities", "/authoring/courses/rm-101/items"]
AGENCY = "/agency/fjordvik"
ADMINISTRATOR = ["roles", "audit", "integrations", "sign-in", "sign-in/new", "culture/sharing"]
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=900)


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
            "member": str(session.scalars(select(func.min(AssignmentMember.id))).one()),
            "person": str(session.scalars(select(Person.id).where(Person.email == "samira@fjordvik.example")).one()),
            "code": str(code),
            "competence": str(session.scalars(select(Competence.id).where(Competence.code == "RM.1")).one()),
            "contest": str(session.scalars(select(Contest.id)).one()),
            "led": str(session.scalars(select(Contest.person_id)).one()),
            "request": str(
                session.scalars(
                    select(ConfirmationRequest.id).where(ConfirmationRequest.status == RequestStatus.WAITING)
                ).one()
            ),
        }


def _hr_pages(ids: dict[str, str]) -> list[str]:
    return [
        f"{AGENCY}/brought",
        f"{AGENCY}/", f"{AGENCY}/members", f"{AGENCY}/paths", f"{AGENCY}/paths/new", f"{AGENCY}/paths/{ids['path']}",
        f"{AGENCY}/paths/{ids['path']}/archive", f"{AGENCY}/assignments/new",
        f"{AGENCY}/assignments/{ids['assignment']}", f"{AGENCY}/assignments/{ids['assignment']}/due",
        f"{AGENCY}/assignments/{ids['assignment']}/withdraw", f"{AGENCY}/people", f"{AGENCY}/people?q=zzzz",
        f"{AGENCY}/people/new", f"{AGENCY}/people/{ids['person']}", f"{AGENCY}/positions/{ids['position']}/end",
        f"{AGENCY}/units", f"{AGENCY}/records", f"{AGENCY}/certificates", f"{AGENCY}/certificates/{ids['code']}/revoke",
        f"{AGENCY}/outbox", f"{AGENCY}/audiences", f"{AGENCY}/audiences/new", f"{AGENCY}/recognition",
        f"{AGENCY}/recognition/new", f"{AGENCY}/heat-map", f"{AGENCY}/ahead", f"{AGENCY}/people/file",
        f"{AGENCY}/programmes", f"{AGENCY}/frameworks", f"{AGENCY}/culture", f"{AGENCY}/culture/new",
        f"{AGENCY}/competences/needs", f"{AGENCY}/competences/needs/suggestions", f"{AGENCY}/competences/needs/file",
        f"{AGENCY}/competences/gaps", f"{AGENCY}/competences/measures", f"{AGENCY}/competences/what-if",
        f"{AGENCY}/competences/plan",
        f"{AGENCY}/contested-levels", f"{AGENCY}/contested-levels/{ids['contest']}",
        "/team/competences",
        f"{AGENCY}/people/{ids['person']}/competences",
        f"{AGENCY}/doubles", f"{AGENCY}/unreached", f"{AGENCY}/assignments/{ids['assignment']}/reminders",
        f"{AGENCY}/bulk-actions", f"{AGENCY}/members/together?act=more-time&all=yes",
        f"{AGENCY}/members/together?act=exemption&all=yes", f"{AGENCY}/members/together?act=reminder&all=yes",
        f"{AGENCY}/views", f"{AGENCY}/views/new?of=members",
        f"{AGENCY}/assignments/{ids['assignment']}/renewal", f"{AGENCY}/members/{ids['member']}/extend",
    ]  # fmt: skip


def _manager_pages(ids: dict[str, str]) -> list[str]:
    return [
        f"/team/{ids['led']}/competences",
        "/team/contested-levels",
        f"/team/contested-levels/{ids['contest']}",
    ]


def _take_the_course_halfway(page: Page) -> list[str]:
    """Begin RM-101, leave answers right and wrong; the learner's pages."""
    page.goto("/courses/rm-101")
    page.locator("form[action$=enrol] button").click()
    page.wait_for_url("**/lessons/*")
    start = page.url.split("/lessons/")[0].split("//", 1)[1].split("/", 1)[1]
    page.locator("textarea[name=text]").fill("Who, when, what may go wrong")
    page.locator("#r-before button[type=submit]").click()
    expect(page.locator("#r-before .activity__saved")).to_be_visible()
    page.locator("#kc-event input[value=sick]").check()
    page.locator("#kc-event button[type=submit]").click()
    expect(page.locator("#kc-event .verdict__head")).to_be_visible()
    for place, choice in enumerate(page.locator("#m-parts select").all(), start=1):
        choice.select_option(index=place)
    page.locator("#m-parts button[type=submit]").click()
    expect(page.locator("#m-parts .verdict__head")).to_be_visible()
    lessons = [f"/{start}/lessons/{name}" for name in ("l1", "l2", "l3")]
    return [f"/{start}", *lessons, f"/{start}/assessment", f"/{start}/glossary"]


@dataclass
class Inspection:
    """Loads each page once, and keeps what is wrong with it and its HTML."""

    check_accessibility: Callable[[Page], list[str]]
    folder: Path
    faults: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def walk(self, page: Page, addresses: list[str]) -> None:
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            (self.folder / f"{len(self.addresses):03d}.html").write_text(answer.text(), "utf-8")
            self.addresses.append(address)
            self.faults += self.check_accessibility(page)
            page.set_viewport_size(PHONE)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                self.faults.append(f"{address} scrolls sideways at {PHONE['width']} px")
            page.set_viewport_size(DESK)

    def check_html(self, vnu: Path) -> None:
        """One start of the Nu checker for all pages; without the optimizations that only long runs earn back."""
        done = subprocess.run(
            ["java", "-XX:TieredStopAtLevel=1", "-jar", str(vnu), "--format", "json", "--errors-only",
             str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        messages = json.loads(done.stderr or '{"messages": []}')["messages"]
        for each in messages:
            address = self.addresses[int(Path(each["url"]).stem)]
            self.faults.append(f"{address}: {each['message']} {each.get('extract', '')}")


@pytest.mark.parametrize(("language", "theme"), [("nb", "light"), ("en", "dark")])
def test_every_page_is_accessible_and_valid_html_and_fits_a_phone(
    site: Site,
    visit: Visit,
    check_accessibility: Callable[[Page], list[str]],
    vnu: Path,
    tmp_path: Path,
    theme: str,
    language: str,
) -> None:
    site.work()
    ids = aside(_ids, site)
    folder = tmp_path / "pages"
    folder.mkdir()
    inspection = Inspection(check_accessibility, folder)

    def visitor(email: str | None = None) -> Page:
        return visit(email, theme=theme, language=language)

    inspection.walk(visitor(), [*STRANGER, f"/certificates/{ids['code']}"])
    learner = visitor("samira@fjordvik.example")
    learner.goto("/account")
    learner.locator(".site-menu > summary").click()
    inspection.faults += check_accessibility(learner)
    inspection.walk(learner, [*LEARNER, f"/my/competences/{ids['competence']}", *_take_the_course_halfway(learner)])
    inspection.walk(visitor("ingrid@fjordvik.example"), [f"/confirmations/{ids['request']}"])
    inspection.walk(visitor("nils.ante@tilsynet.example"), _manager_pages(ids))
    inspection.walk(visitor("kari@fjordvik.example"), _hr_pages(ids))
    inspection.walk(visitor("arne@fjordvik.example"), [f"{AGENCY}/{page}" for page in ADMINISTRATOR])
    inspection.walk(
        visitor("liv@tilsynet.example"), [*AUTHOR, "/agency/tilsynet/", "/agency/tilsynet/contested-levels"]
    )
    inspection.walk(visitor("drift@handlingsrom.example"), ["/platform/agencies"])
    inspection.check_html(vnu)
    assert not inspection.faults, "\n".join(inspection.faults)
