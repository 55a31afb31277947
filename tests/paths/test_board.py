from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Person
from learning.paths import assigning, building, charts
from learning.paths.board import Tally, board
from learning.paths.due_dates import DueRule, Status, status
from learning.paths.member_list import Wanted, listing
from learning.paths.models import DueKind
from learning.paths.standing import done_members
from tests.paths.scene import (
    Town,
    assign,
    audience,
    begin,
    complete,
    counted,
    make_course,
    make_path,
    make_town,
    manager,
)


def statuses(session: Session, town: Town, **filters: object) -> dict[str, Status]:
    return {row.name: row.status for row in listing(session, town.agency.id, Wanted(**filters)).rows}  # type: ignore[arg-type]


def test_a_path_is_done_when_every_mandatory_course_is_completed(session: Session) -> None:
    town = make_town(session)
    one, two, extra = make_course(session), make_course(session), make_course(session)
    path = make_path(session, town.agency, one, two, electives=(extra,))
    people = {name: manager(session, town.school, name) for name in ("A All", "B Both", "C One", "D Extra", "E None")}
    for name, courses in (
        ("A All", (one, two, extra)),
        ("B Both", (one, two)),
        ("C One", (one,)),
        ("D Extra", (extra,)),
    ):
        for course in courses:
            complete(session, people[name], course)
    assign(session, path, audience(town.top))
    assert statuses(session, town) == {
        "A All": Status.DONE,
        "B Both": Status.DONE,
        "C One": Status.UNDER_WAY,
        "D Extra": Status.UNDER_WAY,
        "E None": Status.NOT_BEGUN,
    }
    progress = {row.name: (row.taken, row.needed) for row in listing(session, town.agency.id).rows}
    assert progress["C One"] == (1, 2)
    assert progress["D Extra"] == (0, 2)


def test_a_path_with_electives_only_is_done_with_one_of_them(session: Session) -> None:
    town = make_town(session)
    one, two = make_course(session), make_course(session)
    path = make_path(session, town.agency, electives=(one, two))
    complete(session, manager(session, town.school, "A Done"), two)
    begin(session, manager(session, town.school, "B Begun"), one)
    manager(session, town.school, "C None")
    assign(session, path, audience(town.top))
    assert statuses(session, town) == {"A Done": Status.DONE, "B Begun": Status.UNDER_WAY, "C None": Status.NOT_BEGUN}


def test_taking_a_course_twice_counts_once(session: Session) -> None:
    town = make_town(session)
    one, two = make_course(session), make_course(session)
    person = manager(session, town.school, "A Again")
    for again in (1, 2, 3):
        complete(session, person, one, again=again)
    assign(session, make_path(session, town.agency, one, two), audience(town.top))
    row = listing(session, town.agency.id).rows[0]
    assert (row.taken, row.needed, row.status) == (1, 2, Status.UNDER_WAY)
    assert board(session, town.agency.id).totals == Tally(under_way=1)  # type: ignore[union-attr]


def test_overdue_from_the_day_after_and_done_is_never_overdue(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    complete(session, manager(session, town.school, "A Done"), course)
    begin(session, manager(session, town.school, "B Begun"), course)
    manager(session, town.school, "C None")
    today = clock.today()
    assign(session, make_path(session, town.agency, course), audience(town.top), DueRule(DueKind.FIXED, on=today))
    assert statuses(session, town) == {"A Done": Status.DONE, "B Begun": Status.UNDER_WAY, "C None": Status.NOT_BEGUN}
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert statuses(session, town) == {"A Done": Status.DONE, "B Begun": Status.OVERDUE, "C None": Status.OVERDUE}
        assert board(session, town.agency.id).totals == Tally(done=1, overdue=2)  # type: ignore[union-attr]


def test_the_board_adds_up_by_unit_and_leads_down_the_tree(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    complete(session, manager(session, town.nursing), course)
    for unit in (town.nursing, town.home_care, town.health, town.school):
        manager(session, unit)
    assign(session, make_path(session, town.agency, course), audience(town.top))
    whole = board(session, town.agency.id)
    assert whole is not None
    assert [(part.unit.name, part.tally) for part in whole.by_unit] == [
        ("Health", Tally(done=1, not_begun=3)),
        ("School", Tally(not_begun=1)),
    ]
    assert sum((part.tally for part in whole.by_unit), Tally()) == whole.totals == Tally(done=1, not_begun=4)
    health = board(session, town.agency.id, unit_id=town.health.id)
    assert health is not None
    assert [(part.unit.name, part.alone, part.tally.total) for part in health.by_unit] == [
        ("Health", True, 1),
        ("Home care", False, 1),
        ("Nursing", False, 2),
    ]
    assert [node.name for node in health.above] == ["Town"]
    assert health.assignments[0].tally == health.totals == Tally(done=1, not_begun=3)


def test_what_has_ended_does_not_count(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    manager(session, town.school)
    withdrawn = assign(session, make_path(session, town.agency, course), audience(town.top))
    archived = make_path(session, town.agency, course)
    assign(session, archived, audience(town.top))
    assert board(session, town.agency.id).totals.total == 2  # type: ignore[union-attr]
    assigning.withdraw(session, withdrawn, actor_id=None)
    building.archive_path(session, archived, actor_id=None)
    empty = board(session, town.agency.id)
    assert empty is not None
    assert (empty.totals, empty.by_unit, empty.assignments) == (Tally(), [], [])
    assert listing(session, town.agency.id).total == 0


def test_another_agency_sees_nothing(session: Session) -> None:
    mine, theirs, course = make_town(session), make_town(session), make_course(session)
    manager(session, theirs.school)
    assignment = assign(session, make_path(session, theirs.agency, course), audience(theirs.top))
    assert board(session, mine.agency.id).totals == Tally()  # type: ignore[union-attr]
    assert board(session, mine.agency.id, unit_id=theirs.top.id) is None
    assert listing(session, mine.agency.id, Wanted(assignment_id=assignment.id)).total == 0
    assert listing(session, mine.agency.id, Wanted(unit_id=theirs.top.id)).total == 0


def test_the_list_can_be_filtered_and_searched(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    for name, unit in (("Åse Ånesen", town.nursing), ("Per Hansen", town.health), ("Per_ 100%", town.school)):
        manager(session, unit, name)
    complete(session, manager(session, town.school, "Kari Hansen"), course)
    assign(session, make_path(session, town.agency, course), audience(town.top))

    def names(**filters: object) -> list[str]:
        return [row.name for row in listing(session, town.agency.id, Wanted(**filters)).rows]  # type: ignore[arg-type]

    assert names(search="hansen") == ["Kari Hansen", "Per Hansen"]
    assert names(search="kari hansen") == ["Kari Hansen"]
    assert names(search="ånesen") == ["Åse Ånesen"]
    assert names(search="0%") == ["Per_ 100%"]
    assert names(search="_") == ["Per_ 100%"]
    assert set(names(unit_id=town.health.id)) == {"Åse Ånesen", "Per Hansen"}
    assert names(status=Status.DONE) == ["Kari Hansen"]
    assert names(search="nobody") == []


def test_pages_hold_everybody_once(session: Session) -> None:
    town = make_town(session)
    people = {manager(session, town.school).name for _ in range(23)}
    assign(session, make_path(session, town.agency, make_course(session)), audience(town.top))
    pages = [listing(session, town.agency.id, page=page, page_size=10) for page in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [10, 10, 3]
    assert {row.name for page in pages for row in page.rows} == people
    assert listing(session, town.agency.id, page=99, page_size=10) == pages[2]


@pytest.mark.parametrize("seed", range(3))
def test_the_database_and_the_rule_agree(session: Session, seed: int) -> None:
    """Against a plain working-out in Python of the same rules, over a random town."""
    rng, today = Random(seed), clock.today()
    town = make_town(session)
    courses = [make_course(session) for _ in range(4)]
    people = [manager(session, rng.choice([town.school, town.nursing, town.health])) for _ in range(15)]
    begun: set[tuple[int, int]] = set()
    completed: set[tuple[int, int]] = set()
    for person in people:
        for course in courses:
            chance = rng.random()
            if chance < 0.4:
                complete(session, person, course)
                completed.add((person.id, course.id))
            elif chance < 0.6:
                begin(session, person, course)
                begun.add((person.id, course.id))
    begun |= completed
    expected: dict[int, list[Status]] = {}
    with clock.stopped_at(clock.now() - timedelta(days=10)):
        assignments = []
        for mandatory in (0, 1, 2, 3):
            path = make_path(session, town.agency, *courses[:mandatory], electives=tuple(courses[mandatory:]))
            due = DueRule(DueKind.AFTER_ASSIGNMENT, days=rng.choice([3, 30]))
            assignments.append((assign(session, path, audience(town.top), due), mandatory, due))
    for assignment, mandatory, due in assignments:
        due_on = today - timedelta(days=10) + timedelta(days=due.days or 0)

        def standing_of(person: Person, mandatory: int = mandatory, due_on: object = due_on) -> Status:
            took = [(person.id, course.id) in completed for course in courses]
            done = all(took[:mandatory]) if mandatory else any(took)
            has_begun = any((person.id, course.id) in begun for course in courses)
            return status(due_on, done=done, begun=has_begun, today=today)  # type: ignore[arg-type]

        expected[assignment.id] = sorted(standing_of(person) for person in people)
        found = listing(session, town.agency.id, Wanted(assignment_id=assignment.id))
        assert sorted(row.status for row in found.rows) == expected[assignment.id]
        done = {row.member_id for row in found.rows if row.status is Status.DONE}
        assert done_members(session, [row.member_id for row in found.rows]) == done
    whole = board(session, town.agency.id)
    assert whole is not None
    for each in whole.assignments:
        for one in Status:
            assert each.tally.of(one) == expected[each.assignment.id].count(one)


def test_the_number_of_queries_does_not_grow_with_people(session: Session) -> None:
    numbers = []
    for size in (10, 200):
        town, course = make_town(session), make_course(session)
        for number in range(size):
            person = manager(session, rng_unit(town, number))
            if number % 3 == 0:
                complete(session, person, course)
        path = make_path(session, town.agency, course)
        assignment = assign(session, path, audience(town.top))
        agency_id, assignment_id = town.agency.id, assignment.id
        session.flush()
        session.expunge_all()
        with counted(session) as for_board:
            board(session, agency_id)
        with counted(session) as for_list:
            listing(session, agency_id, Wanted(assignment_id, Status.NOT_BEGUN, search="family"))
        numbers.append((len(for_board), len(for_list)))
    assert numbers == [(3, 2), (3, 2)]


def rng_unit(town: Town, number: int):  # type: ignore[no-untyped-def]
    return (town.school, town.nursing, town.home_care)[number % 3]


def test_bars_are_as_wide_as_their_shares() -> None:
    (bar, empty) = charts.bars([Tally(done=1, under_way=1, overdue=2), Tally()])
    assert [(segment.status, segment.x, segment.width) for segment in bar] == [
        (Status.DONE, 0, 50),
        (Status.UNDER_WAY, 50, 50),
        (Status.OVERDUE, 100, 100),
    ]
    assert empty == []
    assert Tally(done=199, overdue=1).percent_done == 99
