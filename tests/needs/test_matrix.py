"""The gap matrix against the database: who counts where, what lasts, and that questions stay few."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent
from learning.needs import matrix, setting
from learning.needs.matrix import Ask
from learning.needs.models import CompetenceNeed, Horizon, NeedRole
from learning.needs.setting import Key, Wish
from learning.needs.tallies import Leader, Leaving
from learning.organisation.models import Level
from tests.factories import make_position
from tests.needs.scene import Scene, need, reach, set_up
from tests.paths.scene import counted, manager


def numbers(session: Session, here: Scene, **ask: object) -> list[tuple[int, int]]:
    """(covered, needed) of the first competence, by column."""
    found = matrix.build(session, here.agency.id, Ask((here.first, here.second), **ask))  # type: ignore[arg-type]
    assert found is not None
    return [(cell.covered, cell.needed) for cell in found.cells[here.first]]


def test_people_are_counted_in_their_unit_and_all_above_it(session: Session) -> None:
    here = set_up(session)
    ada, bo = manager(session, here.town.home_care, "Ada Aas"), manager(session, here.town.health, "Bo Berg")
    manager(session, here.town.school, "Cato Dahl", Level.MIDDLE)
    manager(session, here.town.school, "Elin Foss", Level.EMPLOYEE)
    reach(session, ada, here.first, 3)
    reach(session, bo, here.first, 1)
    need(session, here, here.town.top, 2)
    # the whole, the top itself, health with what is below, school
    assert numbers(session, here) == [(1, 3), (0, 0), (1, 2), (0, 1)]
    assert numbers(session, here, role=NeedRole.MIDDLE)[0] == (0, 1)
    assert numbers(session, here, unit_id=here.town.health.id) == [(1, 2), (0, 1), (1, 1), (0, 0)]
    need(session, here, here.town.health, 1)
    assert numbers(session, here)[2] == (2, 2)


def test_who_holds_two_positions_counts_once(session: Session) -> None:
    here = set_up(session)
    ada = manager(session, here.town.home_care, "Ada Aas", starts_on=date(2020, 1, 1))
    make_position(session, ada, here.town.school, starts_on=date(2022, 1, 1))
    need(session, here, here.town.top, 2)
    assert numbers(session, here) == [(0, 1), (0, 0), (0, 1), (0, 0)]


def test_later_days_lose_those_who_leave_and_what_must_be_renewed_but_keep_the_posts(session: Session) -> None:
    here = set_up(session)
    today = clock.today()
    ada = manager(session, here.town.school, "Ada Aas", ends_on=today + timedelta(days=100))
    bo, cato = manager(session, here.town.school, "Bo Berg"), manager(session, here.town.school, "Cato Dahl")
    reach(session, ada, here.first, 2)
    reach(session, bo, here.first, 2, until=today + timedelta(days=500))
    reach(session, cato, here.first, 2)
    need(session, here, here.town.top, 2)
    assert numbers(session, here)[0] == (3, 3)
    assert numbers(session, here, horizon=Horizon.ONE_YEAR)[0] == (2, 3)
    assert numbers(session, here, horizon=Horizon.THREE_YEARS)[0] == (1, 3)


def test_who_leaves_in_thought_leaves_a_gap(session: Session) -> None:
    here = set_up(session)
    soon = clock.today() + timedelta(days=30)
    ada = manager(session, here.town.home_care, "Ada Aas")
    bo = manager(session, here.town.school, "Bo Berg", ends_on=soon)
    for person in (ada, bo):
        reach(session, person, here.first, 2)
    need(session, here, here.town.top, 2)
    for leaving, left in (
        (Leaving(frozenset({ada.id})), 1),
        (Leaving(unit_ids=frozenset({here.town.school.id})), 1),
        (Leaving(before=soon + timedelta(days=1)), 1),
        (Leaving(before=soon), 2),
        (Leaving(frozenset({ada.id}), before=soon + timedelta(days=1)), 0),
    ):
        assert numbers(session, here, leaving=leaving)[0] == (left, 2)
    assert numbers(session, here, losing=1)[0] == (1, 2)


def test_a_line_manager_sees_those_who_report_to_them_and_all_below(session: Session) -> None:
    here = set_up(session)
    boss = manager(session, here.town.health, "Berit Boss", Level.MIDDLE)
    manager(session, here.town.health, "Mine Own", reports_to_id=boss.id)
    manager(session, here.town.health, "Other Peer")
    manager(session, here.town.nursing, "Below All")
    need(session, here, here.town.top, 2)
    leader = Leader(boss.id, frozenset({here.town.health.id}))
    assert numbers(session, here, unit_id=here.town.health.id, leader=leader)[0] == (0, 2)
    assert numbers(session, here, unit_id=here.town.health.id)[0] == (0, 4)


def test_another_agencys_unit_and_people_are_not_there(session: Session) -> None:
    here, there = set_up(session), set_up(session)
    manager(session, there.town.school)
    need(session, there, there.town.top)
    need(session, here, here.town.top)
    assert numbers(session, here)[0] == (0, 0)
    assert matrix.build(session, here.agency.id, Ask((here.first,), unit_id=there.town.top.id)) is None


def test_the_number_of_questions_does_not_grow(session: Session) -> None:
    here = set_up(session)
    need(session, here, here.town.top)
    session.flush()
    with counted(session) as few:
        numbers(session, here)
    for unit in (here.town.school, here.town.health, here.town.nursing):
        for _ in range(3):
            reach(session, manager(session, unit), here.first, 1)
        need(session, here, unit, 3, competence=here.second)
    session.flush()
    with counted(session) as many:
        numbers(session, here)
    assert len(many) == len(few) <= 4


def test_a_change_keeps_what_was_and_the_same_again_changes_nothing(session: Session) -> None:
    here = set_up(session)
    key = Key(here.town.top.id, NeedRole.ALL, here.first, Horizon.NOW)

    def save(wish: Wish | None) -> int:
        return setting.save(session, here.agency.id, {key: wish}, actor_id=here.hr.id)

    assert save(None) == 0
    assert save(Wish(2)) == 1
    assert save(Wish(2)) == 0
    assert save(Wish(3, words="The auditors said so")) == 1
    assert save(None) == 1
    said = setting.history(session, here.agency.id, key)
    assert [(each.level, each.ended_at is not None) for each in said] == [(3, True), (2, True)]
    assert said[0].set_by is here.hr
    events = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "needs.changed"))
    assert events == 3


def test_copying_replaces_what_is_said_about_the_same_and_leaves_the_rest(session: Session) -> None:
    here = set_up(session)
    town = here.town
    need(session, here, town.health, 3)
    need(session, here, town.school, 1)
    need(session, here, town.school, 4, competence=here.second)
    changed = setting.copy(session, here.agency.id, town.health.id, [town.school.id, town.health.id], actor_id=None)
    assert changed == 1
    said = {
        (row.unit_id, row.competence_id): row.level
        for row in session.scalars(select(CompetenceNeed).where(CompetenceNeed.ended_at.is_(None)))
    }
    assert said == {
        (town.health.id, here.first): 3, (town.school.id, here.first): 3, (town.school.id, here.second): 4,
    }  # fmt: skip
