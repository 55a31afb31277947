"""Two accounts become one: which rows move, what the database allows, and what the person notices."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import learning
from learning import clock
from learning.access import password_links
from learning.access.models import Role, RoleGrant
from learning.certificates.models import Certificate, CertificateFile
from learning.certificates.rendering import store_pdf
from learning.notifications.calendar import new_address, person_of
from learning.notifications.models import OutboxMessage
from learning.organisation import merging
from learning.organisation.merging import CannotMerge, PersonColumns, account_now, former_addresses, merge
from learning.organisation.models import Level, Membership, Person, PersonMerge, Position
from learning.organisation.people import NewPosition, add_position
from learning.paths import extending, renewals
from learning.paths.due_dates import DueRule
from learning.paths.models import AssignmentMember, AssignmentRound, DueKind, Recognition, RecognitionKind
from learning.practice.models import MailChoice
from learning.progress import enrolling, ledger, overview
from learning.progress.merging import Round, in_order
from learning.progress.models import Completion
from learning.tables import metadata
from tests import factories
from tests.factories import make_agency, make_person, make_position, make_unit
from tests.paths.scene import assign, audience, make_course, make_path, make_town

SignIn = Callable[[Person], FlaskClient]


def rooms_columns() -> list[PersonColumns]:
    """What each room says in ``merging.COLUMNS``."""
    names = [each.name for each in pkgutil.walk_packages(learning.__path__, "learning.")]
    modules = [importlib.import_module(name) for name in names if name.endswith(".merging")]
    return [module.COLUMNS for module in modules]


def test_every_column_that_refers_to_a_person_is_moved_or_stays_for_a_reason() -> None:
    said: list[str] = []
    for columns in rooms_columns():
        said += [str(each) for each in (*columns.moved, *columns.by_rule)]
        for column, reason in columns.stays.items():
            assert len(reason) > 10, f"{column} stays: say why"
            said.append(str(column))
    named = [f"{each.split('.')[0]}.{each.split('.')[1]}" for each in said]
    models = {mapper.class_.__name__: mapper.local_table.name for mapper in merging.Person.registry.mappers}
    known = [f"{models[each.split('.')[0]]}.{each.split('.')[1]}" for each in named]
    assert len(known) == len(set(known)), "a column is named twice"
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "person.id"
    }
    assert there - set(known) == set(), "say in the room's merging.COLUMNS what becomes of these when accounts merge"
    assert set(known) - there == set(), "these columns are gone"


def test_the_database_compares_every_column_of_a_fact(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL compares whole rows
    for table in ("certificate", "completion"):
        trigger = session.scalar(text(f"SELECT sql FROM sqlite_master WHERE name = '{table}_refuses_update'"))
        for column in metadata.tables[table].columns:
            if column.name != "person_id":
                assert f"OLD.{column.name} IS NEW.{column.name}" in str(trigger), f"{table}.{column.name}"


def two_accounts(session: Session) -> tuple[Person, Person]:
    unit = make_unit(session, make_agency(session))
    kept = make_person(session, given_name="Ada", family_name="Berg", email="ada@example.org")
    merged = make_person(session, given_name="Ada", family_name="Berg", email="ada.berg@example.org")
    make_position(session, kept, unit)
    make_position(session, merged, unit, starts_on=date(2024, 1, 1))
    return kept, merged


@pytest.mark.parametrize(
    "change",
    [
        "person_id = :stranger",
        "person_id = :kept, language = 'nb'",
        "person_id = :kept, recorded_person_id = :kept",
        "recorded_person_id = :kept",
        "score_percent = 100",
        "person_id = person_id",
    ],
)
def test_a_fact_moves_along_a_merge_and_not_otherwise(session: Session, change: str) -> None:
    kept, merged = two_accounts(session)
    completion = factories.complete_course(session, merged, factories.publish_sample(session))
    ids = {"kept": kept.id, "stranger": make_person(session).id, "id": completion.id}
    wanted = {name: value for name, value in ids.items() if f":{name}" in change or name == "id"}
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE completion SET person_id = :kept WHERE id = :id"), ids | {})
    merged.merged_into_id = kept.id
    session.flush()
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(f"UPDATE completion SET {change} WHERE id = :id"), wanted)
    session.execute(text("UPDATE completion SET person_id = :kept WHERE id = :id"), ids)
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("DELETE FROM completion"))
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE completion SET person_id = :back"), {"back": merged.id})


def test_a_completion_names_the_account_it_is_recorded_for(session: Session) -> None:
    kept, merged = two_accounts(session)
    completion = factories.complete_course(session, merged, factories.publish_sample(session))
    merge(session, kept, merged, by_id=None)
    assert completion.agency_id is not None
    assert (completion.person_id, completion.recorded_person_id) == (kept.id, merged.id)
    assert ledger.verify(session, completion.agency_id) == (1, None)


def test_the_account_is_closed_and_its_address_is_free(session: Session, sign_in: SignIn) -> None:
    kept, merged = two_accounts(session)
    admin = make_person(session)
    session.commit()
    merged_id, kept_id = merged.id, kept.id
    old, new = sign_in(merged), sign_in(kept)
    assert old.get("/my/record").status_code == 200
    session.expire_all()
    fact = merge(session, kept, merged, by_id=admin.id, reason="Married")
    make_person(session, email="ada.berg@example.org")  # the address may be somebody's again
    session.commit()
    assert old.get("/my/record").status_code == 302
    assert new.get("/my/record").status_code == 200
    assert (fact.former_email, fact.reason, fact.by_id) == ("ada.berg@example.org", "Married", admin.id)
    assert account_now(session, merged_id) == kept_id
    assert [each.former_email for each in former_addresses(session, kept_id)] == ["ada.berg@example.org"]


def test_merging_is_one_step_however_often_it_is_asked_for(session: Session) -> None:
    kept, merged = two_accounts(session)
    third = make_person(session)
    assert merge(session, kept, merged, by_id=None).id == merge(session, kept, merged, by_id=None).id
    for one, other, reason in (
        (kept, kept, "same"),
        (third, merged, "merged-elsewhere"),
        (merged, kept, "kept-is-closed"),
    ):
        with pytest.raises(CannotMerge, match=reason):
            merge(session, one, other, by_id=None)
    assert len(session.scalars(select(PersonMerge)).all()) == 1
    merge(session, third, kept, by_id=None)  # step by step
    assert account_now(session, merged.id) == third.id
    assert len(former_addresses(session, third.id)) == 2
    assert {each.person_id for each in session.scalars(select(Position))} == {third.id}


def test_certificates_keep_bytes_name_and_code(session: Session) -> None:
    kept, merged = two_accounts(session)
    merged.given_name = "Adelheid"
    factories.complete_course(session, merged, factories.publish_sample(session))
    (certificate,) = session.scalars(select(Certificate))
    store_pdf(session, certificate)
    session.flush()
    before = (certificate.code, certificate.serial, certificate.content, session.scalars(
        select(CertificateFile.sha256)).one())  # fmt: skip
    merge(session, kept, merged, by_id=None)
    assert certificate.person_id == kept.id
    assert certificate.content["name"].startswith("Adelheid")
    after = session.scalars(select(CertificateFile.sha256)).one()
    assert (certificate.code, certificate.serial, certificate.content, after) == before


def test_the_same_position_and_number_are_held_once(session: Session) -> None:
    kept, merged = two_accounts(session)
    (position,) = kept.positions
    boss = make_person(session)
    double = make_position(
        session, merged, position.unit, starts_on=position.starts_on, reports_to_id=boss.id
    )  # fmt: skip
    position.ends_on = clock.today() - timedelta(days=300)
    key = position.agency_id
    session.get_one(Membership, (key, kept.id)).external_id = "x1"
    theirs = session.get_one(Membership, (key, merged.id))
    theirs.employee_number, theirs.external_id = "0042", "x2"
    session.flush()
    fact = merge(session, kept, merged, by_id=None)
    session.refresh(position)
    assert (position.ends_on, position.reports_to_id) == (None, boss.id)
    session.refresh(double)
    assert double.person_id == merged.id
    assert double.ends_on is not None
    assert double.ends_on < clock.today()
    mine = session.get_one(Membership, (key, kept.id))
    assert (mine.employee_number, mine.external_id) == ("0042", "x1")
    assert fact.summary["second_numbers"] == [{"agency": key, "external_id": "x2"}]


def test_one_assignment_is_held_once_with_the_earlier_due_date(session: Session) -> None:
    town = make_town(session)
    kept, merged = make_person(session), make_person(session)
    make_position(session, merged, town.school)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top), DueRule(DueKind.AFTER_ASSIGNMENT, days=60))
    due = clock.today() + timedelta(days=60)
    with clock.stopped_at(clock.now() + timedelta(days=20)):
        new = NewPosition(town.nursing.id, "Manager", Level.MIDDLE, clock.today())
        add_position(session, town.agency.id, kept, new)
        fact = merge(session, kept, merged, by_id=None)
    (member,) = session.scalars(select(AssignmentMember).where(AssignmentMember.left_at.is_(None)))
    assert (member.person_id, member.due_on) == (kept.id, due)
    assert len(fact.summary["double_members"]) == 1


def test_mail_that_waits_goes_to_the_kept_address_and_both_addresses_are_told(session: Session) -> None:
    kept, merged = two_accounts(session)
    factories.complete_course(session, merged, factories.publish_sample(session))
    password_links.send(session, merged, None)
    merge(session, kept, merged, by_id=None)
    session.expire_all()
    waiting = session.execute(
        select(OutboxMessage.kind, OutboxMessage.to_address)
        .where(OutboxMessage.cancelled_at.is_(None))
        .order_by(OutboxMessage.id)
    ).all()
    assert [tuple(each) for each in waiting] == [
        ("certificate", "ada@example.org"),
        ("merged", "ada@example.org"),
        ("merged", "ada.berg@example.org"),
    ]


def test_roles_and_choices_come_along(session: Session) -> None:
    kept, merged = two_accounts(session)
    agency = kept.positions[0].agency
    factories.grant(session, kept, Role.HR, agency)
    factories.grant(session, merged, Role.HR, agency)
    factories.grant(session, merged, Role.AUTHOR, agency)
    session.add(MailChoice(person_id=merged.id, recall=False))
    token = new_address(session, merged.id)
    session.flush()
    merge(session, kept, merged, by_id=None)
    held = session.scalars(select(RoleGrant).where(RoleGrant.person_id == kept.id, RoleGrant.revoked_at.is_(None)))
    assert sorted(each.role for each in held) == [Role.AUTHOR, Role.HR]
    assert session.get_one(MailChoice, kept.id).recall is False
    assert person_of(session, token) is not None


def test_a_finished_course_is_not_begun_again_by_a_double(session: Session) -> None:
    kept, merged = two_accounts(session)
    version = factories.publish_sample(session)
    done = factories.complete_course(session, kept, version)
    begun = enrolling.enrol(session, merged, version.course, "en")
    merge(session, kept, merged, by_id=None)
    latest = enrolling.latest_enrolment(session, kept.id, version.course_id)
    assert latest is not None
    assert latest.id == done.enrolment_id
    assert enrolling.enrolment_of(session, kept.id, begun.id) is not None
    assert session.scalars(select(Completion.person_id)).all() == [kept.id]
    shown = overview.newest_or_completed(overview.for_person(session, kept.id))
    assert [each.enrolment.id for each in shown] == [done.enrolment_id]


_times = st.integers(0, 10**8).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_rounds = st.lists(
    st.builds(
        Round,
        enrolment_id=st.integers(1, 10**6),
        round=st.integers(1, 3),
        is_completed=st.booleans(),
        lessons=st.integers(0, 5),
        started_at=_times,
        last_active_at=_times,
    ),
    min_size=1,
    unique_by=lambda each: each.enrolment_id,
)


@given(_rounds)
def test_a_round_only_begun_never_hides_one_that_is_completed(rounds: list[Round]) -> None:
    ordered = in_order(rounds)
    assert sorted(each.enrolment_id for each in ordered) == sorted(each.enrolment_id for each in rounds)
    counts = [each.is_completed or each.round > 1 for each in ordered]
    assert counts == sorted(counts)
    assert in_order(ordered[::-1]) == ordered


def test_the_later_round_more_time_and_what_is_granted_come_along(session: Session) -> None:
    town, today = make_town(session), clock.today()
    kept, merged = make_person(session), make_person(session)
    for each in (kept, merged):
        make_position(session, each, town.school, starts_on=today - timedelta(days=each.id))
    first, second = make_course(session), make_course(session)
    due = DueRule(DueKind.AFTER_ASSIGNMENT, days=30)
    renewed = assign(session, make_path(session, town.agency, first), audience(town.top), due)
    extended = assign(session, make_path(session, town.agency, second), audience(town.top), due)

    def member(assignment_id: int, person: Person) -> AssignmentMember:
        found = select(AssignmentMember).where(
            AssignmentMember.assignment_id == assignment_id, AssignmentMember.person_id == person.id
        )
        return session.scalars(found).one()

    theirs = member(renewed.id, merged)
    theirs.round, theirs.counts_from, theirs.due_on = 2, clock.now(), today + timedelta(days=90)
    session.add(AssignmentRound(member_id=theirs.id, number=2, opened_on=today, due_on=today + timedelta(days=90)))
    more = today + timedelta(days=70)
    extending.extend(session, member(extended.id, merged), more, "Ill", request_key="k" * 32, actor_id=None)
    for person, granted in ((kept, None), (merged, True)):
        session.add(
            Recognition(
                agency_id=town.agency.id, person_id=person.id, course_id=first.id, kind=RecognitionKind.EXEMPTION,
                reason="Known", granted=granted, decided_at=clock.now() if granted else None,
            )
        )  # fmt: skip
    session.flush()
    merge(session, kept, merged, by_id=None)
    session.expire_all()
    mine = member(renewed.id, kept)
    assert (mine.round, mine.due_on) == (2, today + timedelta(days=90))
    assert mine.counts_from is not None
    assert session.get(AssignmentRound, (mine.id, 2)) is not None
    assert member(extended.id, kept).due_on == member(extended.id, kept).extended_to == more
    assert [each.reason for each in extending.extensions_of(session, member(extended.id, kept).id)] == ["Ill"]
    in_force = session.scalars(select(Recognition).where(Recognition.granted.is_(True))).one()
    assert (in_force.person_id, in_force.ended_at) == (kept.id, None)
    assert {each.person_id for each in session.scalars(select(Recognition))} == {kept.id}
    assert renewals.differences(session) == []
