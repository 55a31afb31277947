"""What each row of a file comes to, once it is compared with the people there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Level, Person, Position
from learning.people_files.steps import Missing, Options, Outcome, Rights
from tests.factories import grant, make_agency, make_person, make_position, make_unit
from tests.people_files.towns import (
    TODAY,
    Town,
    apply_rows,
    kinds,
    make_town,
    number_and_tags,
    outcomes,
    person,
    plan_rows,
    positions,
    row,
)


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with clock.stopped_at(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def town(session: Session) -> Town:
    return make_town(session)


def test_a_new_person_with_everything_and_the_same_file_again(session: Session, town: Town) -> None:
    rows = [
        row(number="17", unit="Health / Home care north", starts="01.03.2026", tags="New manager, Steering group",
            manager="hr@town.example"),
        row(given="Bo", family="Lie", email="Bo@Town.example", language="", unit="school", title="",
            level="mellomleder", manager="17"),
    ]  # fmt: skip
    plan = apply_rows(session, town, *rows)
    assert outcomes(plan) == [Outcome.NEW, Outcome.NEW]
    assert positions(session, "ase@town.example") == [("Home care north", "Head", "first-line", date(2026, 3, 1), None)]
    assert positions(session, "bo@town.example") == [("School", "Mellomleder", "middle", TODAY, None)]
    assert number_and_tags(session, town, "ase@town.example") == ("17", ["new manager", "steering group"])
    ase, bo = person(session, "ase@town.example"), person(session, "bo@town.example")
    assert ase is not None
    assert bo is not None
    assert (ase.language, bo.language) == ("nn", "nb")  # the agency's when the file says nothing
    managers = session.scalars(select(Position.reports_to_id).where(Position.person_id.in_([ase.id, bo.id]))).all()
    assert set(managers) == {town.hr.id, ase.id}
    again = plan_rows(session, town, *rows)
    assert outcomes(again) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert not again.changes_something


def test_facts_number_and_tags_change(session: Session, town: Town) -> None:
    apply_rows(session, town, row(number="17", tags="a, b"))
    plan = apply_rows(session, town, row(number="17", family="Lie", email="new@town.example", tags="b, c"))
    assert outcomes(plan) == [Outcome.CHANGED]
    assert [(each.column.value, each.before, each.after) for each in plan.rows[0].changes] == [
        ("family-name", "Ødegård", "Lie"), ("email", "ase@town.example", "new@town.example"), ("tags", "a, b", "b, c"),
    ]  # fmt: skip
    assert person(session, "ase@town.example") is None
    assert number_and_tags(session, town, "new@town.example") == ("17", ["b", "c"])
    (mail,) = session.scalars(select(OutboxMessage))
    assert (mail.kind, mail.to_address) == ("address-changed", "ase@town.example")


def test_a_move_ends_the_day_before_and_keeps_what_is_not_said(session: Session, town: Town) -> None:
    apply_rows(session, town, row(starts="2026-01-01", manager="hr@town.example"))
    plan = apply_rows(session, town, row(unit="School", title="", starts="1.12.2026", manager="hr@town.example"))
    assert outcomes(plan) == [Outcome.MOVED]
    assert positions(session, "ase@town.example") == [
        ("Health", "Head", "first-line", date(2026, 1, 1), date(2026, 11, 30)),
        ("School", "Head", "first-line", date(2026, 12, 1), None),
    ]
    again = plan_rows(session, town, row(unit="School", title="", starts="1.12.2026", manager="hr@town.example"))
    assert outcomes(again) == [Outcome.UNCHANGED]


def test_a_new_level_is_a_new_position_from_today_and_a_new_title_is_not(session: Session, town: Town) -> None:
    apply_rows(session, town, row(starts="2026-01-01"))
    assert outcomes(apply_rows(session, town, row(title="Leader"))) == [Outcome.MOVED]
    assert len(positions(session, "ase@town.example")) == 1
    assert outcomes(apply_rows(session, town, row(title="", level="middle"))) == [Outcome.MOVED]
    assert positions(session, "ase@town.example") == [
        ("Health", "Leader", "first-line", date(2026, 1, 1), TODAY - timedelta(days=1)),
        ("Health", "Leader", "middle", TODAY, None),
    ]
    assert outcomes(plan_rows(session, town, row(title="", level="middle"))) == [Outcome.UNCHANGED]


def test_the_position_itself_is_corrected_when_it_began_on_the_same_day(session: Session, town: Town) -> None:
    apply_rows(session, town, row(starts="2026-01-01"))
    plan = apply_rows(session, town, row(starts="2026-01-01", level="top", unit="1.2"))
    assert outcomes(plan) == [Outcome.MOVED]
    assert positions(session, "ase@town.example") == [("School", "Head", "top", date(2026, 1, 1), None)]


@pytest.mark.parametrize("ends", ["2026-11-20", "2026-12-31"])
def test_an_end_is_an_end_once(session: Session, town: Town, ends: str) -> None:
    apply_rows(session, town, row(starts="2026-01-01"))
    assert outcomes(apply_rows(session, town, row(ends=ends))) == [Outcome.ENDED]
    assert positions(session, "ase@town.example")[0][4] == date.fromisoformat(ends)
    assert outcomes(plan_rows(session, town, row(ends=ends))) == [Outcome.UNCHANGED]


def test_who_has_left_already_and_was_never_here_is_not_taken_in(session: Session, town: Town) -> None:
    plan = apply_rows(session, town, row(starts="2020-01-01", ends="2024-12-31"))
    assert outcomes(plan) == [Outcome.UNCHANGED]
    assert plan.rows[0].is_past
    assert person(session, "ase@town.example") is None


def test_somebody_comes_back(session: Session, town: Town) -> None:
    apply_rows(session, town, row(starts="2020-01-01"))
    apply_rows(session, town, row(ends="2026-11-01"))
    assert outcomes(apply_rows(session, town, row())) == [Outcome.MOVED]
    assert [each[3:] for each in positions(session, "ase@town.example")] == [
        (date(2020, 1, 1), date(2026, 11, 1)), (TODAY, None),
    ]  # fmt: skip


def test_several_positions_are_several_rows(session: Session, town: Town) -> None:
    both = [row(starts="2026-01-01"), row(unit="School", level="employee", starts="2026-02-01", tags="x")]
    assert outcomes(apply_rows(session, town, *both)) == [Outcome.NEW, Outcome.NEW]
    assert number_and_tags(session, town, "ase@town.example") == (None, ["x"])
    assert outcomes(plan_rows(session, town, *both)) == [Outcome.UNCHANGED] * 2
    moved = [both[0], row(unit="1.1.1", level="employee", tags="x")]
    assert outcomes(apply_rows(session, town, *moved)) == [Outcome.UNCHANGED, Outcome.MOVED]
    assert [each[0] for each in positions(session, "ase@town.example") if each[4] is None] == [
        "Health", "Home care north",
    ]  # fmt: skip
    one_of_two = plan_rows(session, town, row(unit="School"))
    assert kinds(one_of_two) == [(2, "unit", "unclear-move")]
    assert one_of_two.faults[0].values["units"] == "Health; Home care north"


def test_people_who_are_not_in_the_file_are_left_alone_or_ended(session: Session, town: Town) -> None:
    coming = make_person(session)
    make_position(session, coming, town.school, starts_on=date(2027, 1, 1))
    apply_rows(session, town, row(), row(email="b@town.example"), row(email="c@town.example"))
    assert outcomes(plan_rows(session, town, row())) == [Outcome.UNCHANGED]
    options = Options(Missing.END, date(2026, 12, 31), invite=False)
    hr = row(given="", family="", email="hr@town.example", language="", unit="1", title="", level="employee")
    plan = apply_rows(session, town, row(), row(email="b@town.example"), hr, options=options)
    assert outcomes(plan) == [Outcome.UNCHANGED] * 3 + [Outcome.ENDED]
    assert (plan.leavers, plan.headcount, plan.ends_more_than_half) == (1, 5, False)
    assert positions(session, "c@town.example")[0][4] == date(2026, 12, 31)
    assert positions(session, coming.email)[0][4] is None  # begins after the last day
    again = plan_rows(session, town, row(), row(email="b@town.example"), hr, options=options)
    assert not again.changes_something
    sooner = Options(Missing.END, date(2026, 11, 30), invite=False)
    assert plan_rows(session, town, hr, options=sooner).ends_more_than_half


def test_an_empty_manager_takes_a_manager_away_who_is_here_and_no_other(session: Session, town: Town) -> None:
    gone = make_person(session)
    make_position(session, gone, town.school, ends_on=date(2026, 1, 1))
    apply_rows(session, town, row(manager="hr@town.example"), row(email="b@town.example"))
    b = person(session, "b@town.example")
    assert b is not None
    session.scalars(select(Position).where(Position.person_id == b.id)).one().reports_to_id = gone.id
    session.commit()
    plan = plan_rows(session, town, row(), row(email="b@town.example"))
    assert outcomes(plan) == [Outcome.MOVED, Outcome.UNCHANGED]
    assert outcomes(plan_rows(session, town, row(email="b@town.example", manager=gone.email))) == [Outcome.UNCHANGED]
    assert kinds(plan_rows(session, town, row(manager=gone.email))) == [(2, "manager", "manager-not-here")]


def test_the_platform_administrator_may_give_positions_to_people_of_others(session: Session, town: Town) -> None:
    other = make_agency(session)
    theirs = make_person(session, email="ase@town.example", given_name="Åse", family_name="Vik")
    make_position(session, theirs, make_unit(session, other))
    session.commit()
    refused = plan_rows(session, town, row())
    assert kinds(refused) == [(2, "email", "outside-agency")]
    assert "Vik" not in str(refused.faults[0].values)
    platform = Rights(actor_id=None, may_join=True)
    assert outcomes(apply_rows(session, town, row(family="Vik"), rights=platform)) == [Outcome.MOVED]
    assert outcomes(plan_rows(session, town, row(family="Vik"))) == [Outcome.UNCHANGED]
    assert kinds(plan_rows(session, town, row())) == [(2, "family-name", "not-ours-to-change")]
    assert kinds(plan_rows(session, town, row(family="Vik", language="en"))) == []  # it stays their own choice


def test_an_adviser_cannot_take_over_who_has_a_role(session: Session, town: Town) -> None:
    apply_rows(session, town, row(number="17"))
    admin = person(session, "ase@town.example")
    assert admin is not None
    grant(session, admin, Role.AGENCY_ADMIN, town.agency)
    session.commit()
    wish = row(number="17", email="mine@town.example")
    assert kinds(plan_rows(session, town, wish)) == [(2, "email", "has-a-role")]
    assert kinds(plan_rows(session, town, wish, rights=Rights(None, may_grant_roles=True))) == []
    assert kinds(plan_rows(session, town, wish, rights=Rights(admin.id))) == []


def test_what_is_done_is_told_in_the_audit_trail(session: Session, town: Town) -> None:
    rights = Rights(town.hr.id)
    apply_rows(session, town, row(), row(email="b@town.example"), rights=rights)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(each.action, each.actor_id, each.agency_id) for each in events] == [
        (action, town.hr.id, town.agency.id) for action in ("people.imported", "person.added", "person.added")
    ]
    assert events[0].detail["new"] == 2
    apply_rows(session, town, row(unit="School", title="Leader"), row(email="b@town.example", family="Lie"))
    moved, changed = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)).all()[::-1]
    assert (moved.action, changed.action) == ("position.changed", "person.changed")
    assert changed.detail == {"file": "d" * 16, "fields": "family-name"}


def test_invitations_go_to_new_people_alone_and_only_when_wanted(session: Session, town: Town) -> None:
    apply_rows(session, town, row())
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    apply_rows(session, town, row(), row(email="b@town.example"), options=Options())
    (mail,) = session.scalars(select(OutboxMessage))
    assert (mail.kind, mail.to_address, mail.agency_id) == ("invitation", "b@town.example", town.agency.id)
    assert "Town har lagt deg til." in mail.words[0]
    assert "/password/" in mail.words[0]


def test_what_others_changed_meanwhile_makes_another_plan(session: Session, town: Town) -> None:
    apply_rows(session, town, row())
    before = plan_rows(session, town, row(title="Leader"))
    assert before.digest == plan_rows(session, town, row(title="Leader")).digest
    session.scalars(select(Position).where(Position.title == "Head")).one().title = "Chief"
    session.commit()
    assert plan_rows(session, town, row(title="Leader")).digest != before.digest


def test_positions_that_overlap_already_are_left_as_they_are(session: Session, town: Town) -> None:
    somebody = make_person(session, email="ase@town.example", given_name="Åse", family_name="Ødegård", language="nn")
    make_position(session, somebody, town.health, level=Level.EMPLOYEE, title="Head", starts_on=date(2020, 1, 1))
    make_position(session, somebody, town.health, title="Head", starts_on=date(2022, 1, 1))
    session.commit()
    as_it_is = [row(level="employee", starts="2020-01-01"), row(starts="2022-01-01")]
    assert outcomes(plan_rows(session, town, *as_it_is)) == [Outcome.UNCHANGED] * 2
    assert kinds(plan_rows(session, town, as_it_is[0], row(starts="2021-01-01"))) == [
        (3, "starts-on", "position-overlaps")
    ]


def test_no_plan_reads_another_agencys_people(session: Session, town: Town) -> None:
    other = make_agency(session)
    unit = make_unit(session, other, name="Elsewhere", code="1.1")
    boss = make_person(session, email="boss@other.example")
    make_position(session, boss, unit)
    session.commit()
    assert kinds(plan_rows(session, town, row(unit="Elsewhere"))) == [(2, "unit", "unknown-unit")]
    # As if nobody had the address: whether somebody has is not told.
    assert kinds(plan_rows(session, town, row(manager="boss@other.example"))) == [(2, "manager", "unknown-manager")]
    count = session.scalar(select(func.count()).select_from(Person))
    options = Options(Missing.END, TODAY, invite=False)
    apply_rows(session, town, row(), options=options)
    assert positions(session, "boss@other.example")[0][4] is None
    assert session.scalar(select(func.count()).select_from(Person)) == (count or 0) + 1
