"""Whatever two accounts have lived through, merging them loses nothing, and the ledger still proves itself."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.organisation import merging
from learning.organisation.models import Person, Position
from learning.paths.due_dates import Status
from learning.paths.learner import MyPath, my_paths
from learning.paths.models import AssignmentMember
from learning.progress import ledger
from learning.progress.models import Completion, Enrolment, Response
from learning.records.rows import RecordFilter, RecordRow, stream
from learning.sealing import unseal
from tests.factories import make_person
from tests.organisation.histories import World, belongings, live_a_day, make_world, pair_up


def exported(session: Session, world: World) -> dict[int, RecordRow]:
    rows = [row for place in (world.town, world.other) for row in stream(session, place.agency.id, RecordFilter())]
    return {row.completion_id: row for row in rows}


def paths_of(session: Session, *person_ids: int) -> dict[int, list[MyPath]]:
    found: dict[int, list[MyPath]] = {}
    for person_id in person_ids:
        for path in my_paths(session, person_id):
            found.setdefault(path.path_id, []).append(path)
    return found


def is_done(path: MyPath) -> bool:
    return path.status is Status.DONE


@given(seed=st.integers(0, 2**32), days=st.integers(4, 40), paired=st.booleans())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_nothing_is_lost(session: Session, seed: int, days: int, paired: bool) -> None:
    session.rollback()  # the example before
    rng = Random(seed)
    world = make_world(session)
    kept, merged = make_person(session), make_person(session)
    for _ in range(days):
        live_a_day(session, world, rng.choice([kept, merged]), rng)
    if paired:
        pair_up(session, world, *rng.sample([kept, merged], 2))
    session.expire_all()
    ids = (kept.id, merged.id)
    before, mine = belongings(session, *ids), belongings(session, kept.id)
    rows, paths = exported(session, world), paths_of(session, *ids)
    hashes = dict(iter(session.execute(select(Completion.id, Completion.hash))))
    words = {each.id: unseal(each.answer) for each in session.scalars(select(Response))}

    fact = merging.merge(session, kept, merged, by_id=None)
    session.expire_all()

    after = belongings(session, kept.id)
    mails = {"mails"}  # word of the merge comes in addition
    assert {name: after[name] for name in set(after) - mails} == {name: before[name] for name in set(before) - mails}
    assert after["mails"] >= before["mails"]
    for place in (world.town, world.other):
        assert ledger.verify(session, place.agency.id)[1] is None
    now = exported(session, world)
    assert set(now) == set(rows)
    assert all(now[each].ledger_hash == rows[each].ledger_hash for each in rows)
    assert all(now[each].ledger_person == rows[each].ledger_person for each in rows)
    assert {now[each].email for each in before["completions"] & set(now)} <= {kept.email}  # type: ignore[index]
    assert dict(iter(session.execute(select(Completion.id, Completion.hash)))) == hashes
    assert {each.id: unseal(each.answer) for each in session.scalars(select(Response))} == words

    one = paths_of(session, kept.id)
    assert set(one) == set(paths)
    for path_id, (path,) in one.items():
        assert path.taken >= max(each.taken for each in paths[path_id])
        if any(is_done(each) for each in paths[path_id]):
            assert is_done(path)
        dates = [each.due_on for each in paths[path_id] if each.due_on is not None]
        assert path.due_on == min(dates, default=None)
    rounds = session.execute(
        select(Enrolment.course_id, func.count(), func.max(Enrolment.round), func.min(Enrolment.round))
        .where(Enrolment.person_id == kept.id)
        .group_by(Enrolment.course_id)
    ).all()
    assert all(number == highest and lowest == 1 for _, number, highest, lowest in rounds)
    assert fact.summary.keys() >= ({"enrolment.person_id"} if before["enrolments"] - mine["enrolments"] else set())

    closed = session.get_one(Person, merged.id)
    assert closed.deactivated_at is not None
    assert belongings(session, merged.id)["assigned now"] == set()
    assert session.scalars(
        select(Position.id).where(Position.reports_to_id == merged.id)
    ).all() == []  # fmt: skip
    twice = session.execute(
        select(AssignmentMember.assignment_id)
        .where(AssignmentMember.person_id == kept.id)
        .group_by(AssignmentMember.assignment_id)
        .having(func.count() > 1)
    ).all()
    assert twice == []
    # A second time changes nothing.
    assert merging.merge(session, kept, merged, by_id=None).id == fact.id
    session.expire_all()
    assert belongings(session, kept.id) == after
