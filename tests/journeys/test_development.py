"""The pages of development, with something in them: no axe violations, valid HTML, no sideways scrolling on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from learning import clock
from learning.access.sign_in import set_password
from learning.catalogue.frameworks import DELIVERED
from learning.competences import published, publishing
from learning.database import db
from learning.demo.people import DEMO_PASSWORD
from learning.development import assessing, conversations, goals
from learning.development.goals import Content, GoalDraft, Way
from learning.development.models import Side
from tests.journeys.conftest import Site, Visit, aside
from tests.journeys.test_every_page import Inspection

pytestmark = pytest.mark.one_database


def _fill(site: Site) -> dict[str, str]:
    """Somebody with a manager, a goal, and two conversations of which one is ready to be held."""
    with site.app.app_context(), db.sessionmaker() as session, session.begin():
        publishing.publish(session, DELIVERED)
        lead = conversations.leads(session)[0]
        person, today = lead.person, clock.today()
        risk = published.current(session, "RM")
        culture = published.current(session, "IC")
        assert risk is not None
        assert culture is not None
        ids = published.competence_ids(session, risk)
        wish = GoalDraft(3, today + timedelta(days=90), Content(ways=(Way.PAIR,), words="Spør", seen="De kommer"))
        goal = goals.make(session, person.id, ids["RM.1"], wish, "k")
        assessing.record(session, person.id, risk, {"RM.1": 1}, "k")
        planned = conversations.plan(session, lead, Side.PERSON, [risk, culture], today)
        part = next(each for each in conversations.parts(session, planned) if each.framework_id == risk.framework.id)
        conversations.give(session, planned, part, Side.PERSON, dict.fromkeys(ids, 3))
        part = next(each for each in conversations.parts(session, planned) if each.framework_id == risk.framework.id)
        conversations.give(session, planned, part, Side.MANAGER, dict.fromkeys(ids, 1))
        conversations.write_notes(session, planned, Side.MANAGER, "Vi er enige", 0)
        for each in (lead.person, lead.manager):
            set_password(session, each, DEMO_PASSWORD)
        return {
            "person": person.email, "manager": lead.manager.email, "person_id": str(person.id), "goal": str(goal.id),
            "manager_id": str(lead.manager.id), "conversation": str(planned.id), "risk": str(risk.framework.id),
            "culture": str(culture.framework.id), "competence": str(ids["RM.1"]),
        }  # fmt: skip


@pytest.mark.parametrize(("language", "theme"), [("nb", "light"), ("en", "dark")])
def test_the_pages_of_development(
    site: Site,
    visit: Visit,
    check_accessibility: Callable[[Page], list[str]],
    vnu: Path,
    tmp_path: Path,
    theme: str,
    language: str,
) -> None:
    ids = aside(_fill, site)
    folder = tmp_path / "pages"
    folder.mkdir()
    inspection = Inspection(check_accessibility, folder)
    here = f"/conversations/{ids['conversation']}"
    new = f"/conversations/new/{ids['person_id']}/{ids['manager_id']}"
    own = "/my/development"
    inspection.walk(
        visit(ids["person"], theme=theme, language=language),
        [own, f"{own}/frameworks/{ids['risk']}", f"{own}/frameworks/{ids['risk']}/history", f"{own}/goals/new",
         f"{own}/goals/new/{ids['competence']}", f"{own}/goals/{ids['goal']}", f"{own}/goals/{ids['goal']}/change",
         here, f"{here}/frameworks/{ids['culture']}", f"{here}/end", new],
    )  # fmt: skip
    inspection.walk(
        visit(ids["manager"], theme=theme, language=language),
        ["/team", f"/team/{ids['person_id']}/development", here, new],
    )
    inspection.check_html(vnu)
    assert not inspection.faults, "\n".join(inspection.faults)
