"""The room's pages as HR, an auditor, a learner and another agency's HR meet them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.catalogue.models import Course
from learning.database import db, reading_only
from learning.organisation.models import Person
from learning.paths.models import Assignment, AssignmentMember, LearningPath
from tests.factories import grant
from tests.paths.scene import Town, assign, audience, complete, make_course, make_path, make_town, manager

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Scene:
    town: Town
    path: LearningPath
    course: Course
    hr: Person
    address: str


@pytest.fixture
def scene(session: Session) -> Scene:
    town, course = make_town(session), make_course(session, "Risk in everyday life")
    path = make_path(session, town.agency, course)
    manager(session, town.school, "Ada Berg")
    complete(session, manager(session, town.nursing, "Bo Dahl"), course)
    hr = manager(session, town.top, "Hanne Ress")
    grant(session, hr, Role.HR, town.agency)
    session.commit()
    return Scene(town, path, course, hr, f"/agency/{town.agency.slug}")


def form_of(page: str, action: str) -> dict[str, list[str]]:
    """The hidden fields of the page's form with this action, as a browser would send them."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, page
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[0]):
        fields.setdefault(name, []).append(value)
    return fields


def wanted(scene: Scene, **changes: object) -> dict[str, object]:
    return {
        "path": str(scene.path.id),
        "unit": [str(scene.town.school.id), str(scene.town.health.id)],
        "with_below": "yes",
        "due_kind": "none",
        **changes,
    }


@contextmanager
def looking() -> Iterator[Session]:
    """A session of its own that sees what the requests have committed, and holds no lock."""
    with reading_only(), db.sessionmaker() as fresh:
        yield fresh


def count(table: type) -> int:
    with looking() as fresh:
        return fresh.scalar(select(func.count()).select_from(table)) or 0


def test_hr_assigns_a_path_from_form_to_board(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), scene.address
    form = browser.get(f"{address}/assignments/new?path={scene.path.id}")
    assert form.status_code == 200
    due = clock.today() + timedelta(days=60)
    seen = browser.post(f"{address}/assignments/new", data=wanted(scene, due_kind="fixed", due_on=due.isoformat()))
    page = seen.get_data(as_text=True)
    assert "2 people are reached." in page
    assert "1 person has completed the path already" in page
    assert f"Due on {due.day} " in page
    assert count(Assignment) == 0

    confirmed = form_of(page, f"{address}/assignments")
    answers = [browser.post(f"{address}/assignments", data=confirmed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert (count(Assignment), count(AssignmentMember)) == (1, 2)

    shown = browser.get(answers[0].location).get_data(as_text=True)
    assert "is assigned." in shown
    assert "Ada Berg" in shown
    board = browser.get(f"{address}/").get_data(as_text=True)
    assert "1 of 2" in board
    done = browser.get(f"{address}/members?status=done").get_data(as_text=True)
    assert "Bo Dahl" in done
    assert "Ada Berg" not in done


def test_the_choices_can_be_changed_from_the_preview(scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), scene.address
    page = browser.post(f"{address}/assignments/new", data=wanted(scene, level="top")).get_data(as_text=True)
    back = browser.post(
        f"{address}/assignments/new", data={**form_of(page, f"{address}/assignments/new"), "change": "yes"}
    )
    assert back.status_code == 200
    text = back.get_data(as_text=True)
    for field in (f'id="unit-{scene.town.school.id}"', 'id="with_below"', 'id="level-top"'):
        tag = re.search(rf"<input[^>]*{field}[^>]*>", text)
        assert tag
        assert " checked" in tag[0], field


def test_an_empty_audience_cannot_be_confirmed(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), scene.address
    page = browser.post(f"{address}/assignments/new", data=wanted(scene, level="elected"))
    text = page.get_data(as_text=True)
    assert "Nobody is reached" in text
    assert f'action="{address}/assignments"' not in text
    forced = wanted(scene, level="elected", request_key="k" * 32, expected="0")
    assert browser.post(f"{address}/assignments", data=forced).status_code == 422
    assert count(Assignment) == 0


def test_somebody_new_since_the_preview_must_be_seen_first(session: Session, scene: Scene, sign_in: SignIn) -> None:
    browser, address = sign_in(scene.hr), scene.address
    page = browser.post(f"{address}/assignments/new", data=wanted(scene)).get_data(as_text=True)
    manager(session, scene.town.school)
    session.commit()
    answer = browser.post(f"{address}/assignments", data=form_of(page, f"{address}/assignments"))
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "3 people are reached." in text
    assert count(Assignment) == 0
    again = browser.post(f"{address}/assignments", data=form_of(text, f"{address}/assignments"))
    assert again.status_code == 303
    assert count(AssignmentMember) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": ""}, "Choose a learning path."),
        ({"path": "9" * 18}, "Choose a learning path."),
        ({"unit": []}, "Choose at least one unit, or a saved audience."),
        ({"unit": ["x", "0", "9" * 40]}, "Choose at least one unit, or a saved audience."),
        ({"due_kind": "fixed", "due_on": "2001-01-01"}, "The due date is in the past."),
        ({"due_kind": "fixed", "due_on": "31.12.2030"}, "Write the due date as a date"),
        ({"due_kind": "after-assignment", "days_after_assignment": "0"}, "The number of days must be"),
        ({"due_kind": "after-position-start", "days_after_position": "5000"}, "The number of days must be"),
        ({"due_kind": "none", "due_on": "2999-01-01"}, "without choosing “On a date”"),
        ({"due_kind": "fixed", "due_on": "2999-01-01", "days_after_position": "9"}, "without choosing what they count"),
        ({"due_kind": "someday"}, "Choose whether there is a due date."),
    ],
)
def test_faults_are_named_and_nothing_changes(
    session: Session, scene: Scene, sign_in: SignIn, changes: dict[str, object], words: str
) -> None:
    browser, address = sign_in(scene.hr), scene.address
    for where, more in (("/assignments/new", {}), ("/assignments", {"request_key": "k" * 32, "expected": "2"})):
        answer = browser.post(address + where, data={**wanted(scene, **changes), **more})
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert words in text
        for target in re.findall(r'<li><a class="ds-link" href="#([^"]+)">', text):
            assert f'id="{target}"' in text, f"the summary points at {target}, which is not there"
    assert count(Assignment) == 0


def test_hr_builds_and_changes_a_path(session: Session, scene: Scene, sign_in: SignIn) -> None:
    other = make_course(session, "Leading change")
    session.commit()
    browser, address = sign_in(scene.hr), scene.address
    first, second = str(scene.course.id), str(other.id)
    form = {
        "title": "New leaders",
        "course": [first, second],
        f"place-{first}": "2",
        f"place-{second}": "1",
        f"kind-{first}": "voluntary",
    }
    assert browser.post(f"{address}/paths/new", data=form).status_code == 303
    with looking() as fresh:
        made = fresh.scalars(select(LearningPath).where(LearningPath.title == "New leaders")).one()
        assert [(step.course_id, step.mandatory) for step in made.steps] == [(other.id, True), (scene.course.id, False)]
    shown = browser.get(f"{address}/paths/{made.id}").get_data(as_text=True)
    assert "Leading change" in shown
    taken = browser.post(f"{address}/paths/{made.id}", data={**form, "title": scene.path.title})
    assert taken.status_code == 422
    assert "You already have a path with this title" in taken.get_data(as_text=True)
    assert browser.post(f"{address}/paths/{made.id}", data={**form, "course": [second]}).status_code == 303
    with looking() as fresh:
        assert [step.course_id for step in fresh.get_one(LearningPath, made.id).steps] == [other.id]
    assert "New leaders" in browser.get(f"{address}/paths").get_data(as_text=True)


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"title": "x" * 201}, {"course": []}, {"course": ["no"]}, {"place": "first"}]
)
def test_a_path_with_faults_is_shown_again(
    session: Session, scene: Scene, sign_in: SignIn, changes: dict[str, object]
) -> None:
    course = str(scene.course.id)
    form = {"title": "A title", "course": [course], "place": "1", **changes}
    form[f"place-{course}"] = form.pop("place")
    answer = sign_in(scene.hr).post(f"{scene.address}/paths/new", data=form)
    assert answer.status_code == 422
    assert 'class="ds-error-summary"' in answer.get_data(as_text=True)
    assert count(LearningPath) == 1


def test_archiving_a_path_asks_first(session: Session, scene: Scene, sign_in: SignIn) -> None:
    assignment = assign(session, scene.path, audience(scene.town.top))
    session.commit()
    browser, own = sign_in(scene.hr), f"{scene.address}/paths/{scene.path.id}"
    assert "1 assignment of it ends" in browser.get(f"{own}/archive").get_data(as_text=True)
    assert browser.post(f"{own}/archive").status_code == 303
    assert "was archived on" in browser.get(own).get_data(as_text=True)
    assert browser.post(own, data={"title": "Back", "course": str(scene.course.id)}).status_code == 409
    ended = browser.get(f"{scene.address}/assignments/{assignment.id}").get_data(as_text=True)
    assert "so this assignment has ended" in ended


def test_withdrawing_asks_first_and_the_due_date_can_change(session: Session, scene: Scene, sign_in: SignIn) -> None:
    assignment = assign(session, scene.path, audience(scene.town.top))
    session.commit()
    browser, own = sign_in(scene.hr), f"{scene.address}/assignments/{assignment.id}"
    assert browser.get(f"{own}/due").status_code == 200
    past = browser.post(f"{own}/due", data={"due_kind": "fixed", "due_on": "2001-01-01"})
    assert past.status_code == 422
    assert (
        browser.post(f"{own}/due", data={"due_kind": "after-assignment", "days_after_assignment": "30"}).status_code
        == 303
    )
    with looking() as fresh:
        assert set(fresh.scalars(select(AssignmentMember.due_on))) == {clock.today() + timedelta(days=30)}
    assert "3 people no longer have to take it" in browser.get(f"{own}/withdraw").get_data(as_text=True)
    assert browser.post(f"{own}/withdraw").status_code == 303
    assert "This assignment was withdrawn" in browser.get(own).get_data(as_text=True)
    assert browser.post(f"{own}/due", data={"due_kind": "none"}).status_code == 422
    assert browser.get(f"{scene.address}/members?assignment={assignment.id}").status_code == 404


def test_long_lists_have_pages_that_keep_the_filters(session: Session, scene: Scene, sign_in: SignIn) -> None:
    for _ in range(60):
        manager(session, scene.town.school)
    assign(session, scene.path, audience(scene.town.school))
    session.commit()
    browser = sign_in(scene.hr)
    page = browser.get(f"{scene.address}/members?status=not-begun&q=family").get_data(as_text=True)
    assert "60 results, page 1 of 2" in page
    link = re.search(r'rel="next" href="([^"]+)"', page)
    assert link
    following = browser.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "60 results, page 2 of 2" in following
    assert following.count('<th scope="row">') == 10


def pages(scene: Scene, assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Every address of the room, by what it takes to see it."""
    path, assigned = f"{scene.address}/paths/{scene.path.id}", f"{scene.address}/assignments/{assignment.id}"
    return {
        "see": (f"{scene.address}/", f"{scene.address}/members", assigned),
        "manage": (
            f"{scene.address}/paths",
            f"{scene.address}/paths/new",
            path,
            f"{path}/archive",
            f"{scene.address}/assignments/new",
            f"{assigned}/withdraw",
            f"{assigned}/due",
        ),
    }


def test_who_may_see_and_do_what(session: Session, scene: Scene, sign_in: SignIn) -> None:
    assignment = assign(session, scene.path, audience(scene.town.top))
    auditor, learner = manager(session, scene.town.top), manager(session, scene.town.top)
    grant(session, auditor, Role.AUDITOR, scene.town.agency)
    elsewhere = make_town(session)
    stranger = manager(session, elsewhere.top)
    grant(session, stranger, Role.HR, elsewhere.agency)
    session.commit()
    everything = pages(scene, assignment)
    for person, see, manage in ((scene.hr, 200, 200), (auditor, 200, 403), (learner, 403, 403), (stranger, 404, 404)):
        browser = sign_in(person)
        for address in everything["see"]:
            assert browser.get(address).status_code == see, address
        for address in everything["manage"]:
            assert browser.get(address).status_code == manage, address
            if manage != 200 and not address.endswith("/paths"):
                assert browser.post(address).status_code == manage, address
    shown = sign_in(auditor).get(f"{scene.address}/").get_data(as_text=True)
    assert "/assignments/new" not in shown


def test_another_agencys_things_are_not_there(session: Session, scene: Scene, sign_in: SignIn) -> None:
    elsewhere = make_town(session)
    manager(session, elsewhere.school)
    path = make_path(session, elsewhere.agency, scene.course)
    assignment = assign(session, path, audience(elsewhere.top))
    session.commit()
    browser, address = sign_in(scene.hr), scene.address
    for gone in (
        f"/paths/{path.id}",
        f"/paths/{path.id}/archive",
        f"/assignments/{assignment.id}",
        f"/assignments/{assignment.id}/withdraw",
        f"/assignments/{assignment.id}/due",
    ):
        assert browser.get(address + gone).status_code == 404, gone
        if gone != f"/assignments/{assignment.id}":
            assert browser.post(address + gone).status_code == 404, gone
    for asked in (f"/?unit={elsewhere.top.id}", f"/members?unit={elsewhere.top.id}"):
        assert browser.get(address + asked).status_code == 404, asked
    assert browser.get(f"{address}/members?assignment={assignment.id}").status_code == 404
    foreign = wanted(scene, unit=[str(elsewhere.top.id)])
    assert browser.post(f"{address}/assignments/new", data=foreign).status_code == 422
    with looking() as fresh:
        assert fresh.get_one(Assignment, assignment.id).withdrawn_at is None


@pytest.mark.parametrize(
    "address",
    [
        "/paths/99999999999999999999999",
        "/assignments/99999999999999999999999",
        "/?unit=99999999999999999999999",
        "/?unit=x",
        "/members?assignment=-1",
        "/members?unit=9223372036854775807",
    ],
)
def test_odd_addresses_are_not_found(scene: Scene, sign_in: SignIn, address: str) -> None:
    assert sign_in(scene.hr).get(scene.address + address).status_code == 404


@pytest.mark.parametrize("query", ["status=nonsense", "page=0", "page=99999999999999", "q=%25", "q=" + "x" * 5000])
def test_odd_filters_still_give_a_list(session: Session, scene: Scene, sign_in: SignIn, query: str) -> None:
    assign(session, scene.path, audience(scene.town.top))
    session.commit()
    assert sign_in(scene.hr).get(f"{scene.address}/members?{query}").status_code == 200


def test_an_agency_without_anything_is_told_what_to_do(session: Session, sign_in: SignIn) -> None:
    town = make_town(session)
    hr = manager(session, town.top)
    grant(session, hr, Role.HR, town.agency)
    session.commit()
    browser, address = sign_in(hr), f"/agency/{town.agency.slug}"
    assert "Nothing is assigned yet." in browser.get(f"{address}/").get_data(as_text=True)
    assert "You need a learning path" in browser.get(f"{address}/assignments/new").get_data(as_text=True)
    assert "You have no learning paths yet." in browser.get(f"{address}/paths").get_data(as_text=True)
