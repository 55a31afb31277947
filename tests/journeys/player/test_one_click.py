"""The answer to a follow-up that was chosen in the mail: one click with scripts, two without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import db
from learning.organisation.models import Person
from learning.practice.models import FollowUp, FollowUpAnswer, FollowUpKind
from learning.practice.tokens import Purpose, sign
from learning.progress.models import Enrolment
from tests.journeys.conftest import Site, Visit, aside
from tests.journeys.player.conftest import ADA, ask

pytestmark = pytest.mark.one_database


def _link(site: Site) -> str:
    """The address in the mail, with the answer chosen there."""

    def make() -> str:
        with site.app.app_context(), db.sessionmaker() as session:
            person = session.scalars(select(Person).where(Person.email == ADA)).one()
            taken = session.scalars(select(Enrolment).where(Enrolment.person_id == person.id)).all()
            enrolment = next(each for each in taken if each.version.course.slug == "practice-101")
            follow_up = FollowUp(
                enrolment_id=enrolment.id,
                person_id=person.id,
                lesson_id="l2",
                activity_id="p-next",
                kind=FollowUpKind.PLAN,
                days=30,
                due_on=clock.today(),
            )
            session.add(follow_up)
            session.commit()
            return f"/follow-up/{sign(Purpose.FOLLOW_UP, follow_up.id)}?how=partly"

    return aside(make)


def _outcomes(site: Site) -> list[str]:
    def told(session: Session) -> list[str]:
        return [each.outcome.value for each in session.scalars(select(FollowUpAnswer).order_by(FollowUpAnswer.id))]

    return list(ask(site, told))


def test_the_answer_chosen_in_the_mail_is_saved_at_once_and_can_be_changed(
    site: Site, visit: Visit, check_accessibility: Callable[[Page], list[str]]
) -> None:
    link = _link(site)
    page = visit()
    page.goto("/accessibility")
    pages = page.evaluate("history.length")
    page.goto(link)
    expect(page.get_by_role("status")).to_contain_text("Saved:")
    assert _outcomes(site) == ["partly"]
    assert page.evaluate("history.length") == pages + 1  # going back does not answer again
    assert not check_accessibility(page)
    page.locator("form.one-click button[value=done]").click()
    expect(page.get_by_role("status")).to_contain_text("You can change the answer below.")
    assert _outcomes(site) == ["partly", "done"]


def test_without_scripts_the_chosen_button_waits_to_be_pressed(site: Site, visit: Visit) -> None:
    page = visit(javascript=False)
    page.goto(_link(site))
    assert _outcomes(site) == []
    page.locator("form.one-click button[data-variant=primary]").click()
    assert _outcomes(site) == ["partly"]
