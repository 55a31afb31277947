"""Keeps evidence and the levels that follow from it: both in one transaction, so that they never disagree.

Along ``same`` links of the crosswalk, evidence of one competence counts for the others too, also from an archived
framework to what replaced it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.competences.evidence_models import CompetenceLevel, Evidence
from learning.competences.levels import STATED, WEIGHTS, EvidenceKind, Level, Piece, last_day, level_of
from learning.competences.models import CrosswalkLink, Relation
from learning.database import batches, insert_once
from learning.organisation.models import Person

AT_ONCE = 500  # people
Pair = tuple[int, int]  # person, competence


@dataclass(frozen=True)
class Difference:
    """Where a kept level and the evidence disagree; 0 is none."""

    person_id: int
    competence_id: int
    kept: int
    found: int


def add(
    session: Session,
    person_id: int,
    competence_ids: Collection[int],
    kind: EvidenceKind,
    *,
    source: str,
    origin: str,
    happened_on: date,
    level: int | None = None,
    until: date | None = None,
    agency_id: int | None = None,
    by_id: int | None = None,
    words: str | None = None,
) -> bool:
    """Record evidence of competences, and let the levels follow; whether any was new. The same ``source``, once.

    ``level`` is the one that a person states; other kinds have their own. ``words`` are sealed already.
    """
    hold(session, [person_id])
    weight = WEIGHTS[kind]
    new = [
        each
        for each in sorted(set(competence_ids))
        if insert_once(
            session,
            Evidence,
            person_id=person_id,
            competence_id=each,
            kind=kind,
            level=weight.level or level,
            weight=weight.points,
            happened_on=happened_on,
            expires_on=last_day(kind, happened_on, until),
            agency_id=agency_id,
            source_key=f"{source}:{each}",
            origin=origin,
            by_id=by_id,
            words=words,
            recorded_at=clock.now(),
        )
    ]
    if new:
        settle(session, [person_id], new)
    return bool(new)


def withdraw(session: Session, found: Evidence, reason: str) -> bool:
    """Take evidence back, and let the levels follow. Twice changes nothing; whether it did."""
    hold(session, [found.person_id])
    session.refresh(found, ["withdrawn_at"], with_for_update=True)
    if found.withdrawn_at is not None:
        return False
    found.withdrawn_at, found.withdrawn_reason = clock.now(), reason
    session.flush()
    settle(session, [found.person_id], [found.competence_id])
    return True


def hold(session: Session, person_ids: Collection[int]) -> None:
    """One at a time for each person until the commit, so that no level is worked out beside another's evidence."""
    session.execute(
        select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True)
    ).all()


def same_as(session: Session) -> Mapping[int, frozenset[int]]:
    """The competences that say the same, each with all that it is the same as, itself too. Others are left out."""
    groups: dict[int, set[int]] = {}
    for start, end in session.execute(
        select(CrosswalkLink.start_id, CrosswalkLink.end_id).where(CrosswalkLink.relation == Relation.SAME)
    ):
        both = groups.get(start, {start}) | groups.get(end, {end})
        for each in both:
            groups[each] = both
    return {each: frozenset(group) for each, group in groups.items()}


def with_same(competence_ids: Iterable[int], same: Mapping[int, frozenset[int]]) -> set[int]:
    return {other for each in competence_ids for other in same.get(each, (each,))}


def piece_of(row: Any) -> Piece:
    """An ``Evidence``, or a row of its columns, as the rule sees it. A person who states is one origin."""
    origin = f"person:{row.by_id}" if row.kind in STATED and row.by_id is not None else row.origin
    return Piece(row.id, row.kind, row.level, row.weight, row.happened_on, row.expires_on, origin)


_COLUMNS = (
    Evidence.person_id, Evidence.competence_id, Evidence.id, Evidence.kind, Evidence.level, Evidence.weight,
    Evidence.happened_on, Evidence.expires_on, Evidence.origin, Evidence.by_id,
)  # fmt: skip


def found_levels(
    session: Session, person_ids: Collection[int], competence_ids: Collection[int] | None, today: date
) -> dict[Pair, Level]:
    """What the evidence amounts to, for those who have any; of all competences when none are named. Two queries."""
    same = same_as(session)
    statement = select(*_COLUMNS).where(Evidence.person_id.in_(person_ids), Evidence.withdrawn_at.is_(None))
    if competence_ids is not None:
        statement = statement.where(Evidence.competence_id.in_(with_same(competence_ids, same)))
    pieces: dict[Pair, list[Piece]] = defaultdict(list)
    for row in session.execute(statement):
        for each in same.get(row.competence_id, (row.competence_id,)):
            pieces[row.person_id, each].append(piece_of(row))
    return {pair: level_of(found, today) for pair, found in pieces.items()}


def _kept(
    session: Session, person_ids: Collection[int], competence_ids: Collection[int] | None
) -> dict[Pair, CompetenceLevel]:
    statement = select(CompetenceLevel).where(CompetenceLevel.person_id.in_(person_ids))
    if competence_ids is not None:
        statement = statement.where(CompetenceLevel.competence_id.in_(competence_ids))
    found = session.scalars(statement.execution_options(populate_existing=True))
    return {(each.person_id, each.competence_id): each for each in found}


def settle(session: Session, person_ids: Sequence[int], competence_ids: Collection[int] | None = None) -> int:
    """Work the kept levels out anew, of some competences or all; how many levels changed. Holds the people."""
    changed = 0
    if competence_ids is not None:
        competence_ids = with_same(competence_ids, same_as(session))
    for some in batches(sorted(set(person_ids)), AT_ONCE):
        hold(session, some)
        session.flush()
        changed += _settle_some(session, some, competence_ids)
    return changed


def _settle_some(session: Session, person_ids: Sequence[int], competence_ids: Collection[int] | None) -> int:
    changed = 0
    found = found_levels(session, person_ids, competence_ids, clock.today())
    kept = _kept(session, person_ids, competence_ids)
    for pair in sorted(found.keys() | kept.keys()):
        now, row = found.get(pair), kept.get(pair)
        if now is None or not now.level:
            if row is not None:
                session.delete(row)
                changed += 1
        elif row is None:
            session.add(
                CompetenceLevel(person_id=pair[0], competence_id=pair[1], level=now.level, next_expiry=now.next_expiry)
            )
            changed += 1
        else:
            row.next_expiry = now.next_expiry
            if row.level != now.level:
                row.level, row.changed_at = now.level, clock.now()
                changed += 1
    session.flush()
    return changed


def _everybody(session: Session) -> list[int]:
    with_evidence = select(Evidence.person_id)
    return sorted(session.scalars(with_evidence.union(select(CompetenceLevel.person_id))))


def settle_all(session: Session) -> int:
    """Work every kept level out anew; how many changed."""
    return settle(session, _everybody(session))


def expire(session: Session, today: date) -> int:
    """Let the levels fall whose evidence ran out before ``today``; how many changed. Once more changes nothing."""
    over = select(CompetenceLevel.person_id).where(CompetenceLevel.next_expiry < today).distinct()
    return settle(session, session.scalars(over).all())


def differences(session: Session) -> list[Difference]:
    """Where the kept levels are not what the evidence says today: none, unless something is wrong."""
    wrong = []
    for some in batches(_everybody(session), AT_ONCE):
        found = {pair: each.level for pair, each in found_levels(session, some, None, clock.today()).items()}
        kept = {pair: each.level for pair, each in _kept(session, some, None).items()}
        for pair in sorted(found.keys() | kept.keys()):
            if found.get(pair, 0) != kept.get(pair, 0):
                wrong.append(Difference(*pair, kept=kept.get(pair, 0), found=found.get(pair, 0)))
    return wrong
