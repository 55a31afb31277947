"""Keeping needs: a change ends what was and makes a new row, so that every day's needs can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.needs.models import CompetenceNeed, Consequence, Horizon, NeedRole
from learning.needs.resolving import Need
from learning.organisation.models import Agency

MOST_PEOPLE = 100_000
LONGEST_WORDS = 500


@dataclass(frozen=True)
class Key:
    """Where a need stands."""

    unit_id: int
    role: NeedRole
    competence_id: int
    horizon: Horizon


@dataclass(frozen=True)
class Wish:
    """What a need says; ``share`` in per cent, or else ``number`` of people."""

    level: int
    share: int | None = 100
    number: int | None = None
    consequence: Consequence = Consequence.MEDIUM
    words: str = ""


def live(session: Session, agency_id: int) -> list[Need]:
    """The agency's needs today, as plain values. One query."""
    found = session.execute(
        select(
            CompetenceNeed.id, CompetenceNeed.unit_id, CompetenceNeed.role, CompetenceNeed.competence_id,
            CompetenceNeed.horizon, CompetenceNeed.level, CompetenceNeed.share, CompetenceNeed.number,
            CompetenceNeed.consequence,
        ).where(CompetenceNeed.agency_id == agency_id, CompetenceNeed.ended_at.is_(None))
    )  # fmt: skip
    return [Need(*row) for row in found]


def has_any(session: Session, agency_id: int) -> bool:
    """Whether the agency has said what it needs."""
    return (
        session.scalar(
            select(CompetenceNeed.id)
            .where(CompetenceNeed.agency_id == agency_id, CompetenceNeed.ended_at.is_(None))
            .limit(1)
        )
        is not None
    )


def rows(session: Session, agency_id: int, unit_id: int | None = None) -> Sequence[CompetenceNeed]:
    """The rows that hold today, of one unit or of all."""
    query = select(CompetenceNeed).where(CompetenceNeed.agency_id == agency_id, CompetenceNeed.ended_at.is_(None))
    if unit_id is not None:
        query = query.where(CompetenceNeed.unit_id == unit_id)
    return session.scalars(query.order_by(CompetenceNeed.id)).all()


def history(session: Session, agency_id: int, key: Key) -> Sequence[CompetenceNeed]:
    """All that was ever said there, the newest first, each with who said it."""
    return session.scalars(
        select(CompetenceNeed)
        .options(joinedload(CompetenceNeed.set_by))
        .where(CompetenceNeed.agency_id == agency_id, *_at(key))
        .order_by(CompetenceNeed.id.desc())
    ).all()


def _at(key: Key) -> tuple[ColumnElement[bool], ...]:
    return (
        CompetenceNeed.unit_id == key.unit_id,
        CompetenceNeed.role == key.role,
        CompetenceNeed.competence_id == key.competence_id,
        CompetenceNeed.horizon == key.horizon,
    )


def wish_of(row: CompetenceNeed) -> Wish:
    return Wish(row.level, row.share, row.number, row.consequence, row.words)


def _key_of(row: CompetenceNeed) -> Key:
    return Key(row.unit_id, row.role, row.competence_id, row.horizon)


def save(
    session: Session, agency_id: int, wishes: Mapping[Key, Wish | None], *, actor_id: int | None, how: str = "page"
) -> int:
    """Let these needs be as wished; None takes a need away, so that the one above counts again. How many changed.

    All of the agency's units and competences it may see: the caller has looked. What is so already stays as it is.
    ``how``: page, copy, file or suggestion, for the audit trail.
    """
    if not wishes:
        return 0
    # Two who change needs at the same moment take turns; else both could make a row at one place.
    session.scalar(select(Agency.id).where(Agency.id == agency_id).with_for_update())
    units = {key.unit_id for key in wishes}
    before = {_key_of(row): row for row in rows(session, agency_id) if row.unit_id in units}
    changed: list[Key] = []
    for key, wish in wishes.items():
        row = before.get(key)
        if (wish_of(row) if row is not None else None) == wish:
            continue
        changed.append(key)
        if row is not None:
            row.ended_at, row.ended_by_id = clock.now(), actor_id
    session.flush()  # what was has ended before what is new begins
    for key in changed:
        if (new := wishes[key]) is not None:
            session.add(_row(agency_id, key, new, actor_id))
    if changed:
        _record(session, agency_id, changed, actor_id, how)
    session.flush()
    return len(changed)


def _row(agency_id: int, key: Key, wish: Wish, actor_id: int | None) -> CompetenceNeed:
    return CompetenceNeed(
        agency_id=agency_id, unit_id=key.unit_id, role=key.role, competence_id=key.competence_id,
        horizon=key.horizon, level=wish.level, share=wish.share, number=wish.number,
        consequence=wish.consequence, words=wish.words, set_by_id=actor_id,
    )  # fmt: skip


def _record(session: Session, agency_id: int, changed: Iterable[Key], actor_id: int | None, how: str) -> None:
    """One line in the audit trail for each unit."""
    by_unit: dict[int, int] = {}
    for key in changed:
        by_unit[key.unit_id] = by_unit.get(key.unit_id, 0) + 1
    for unit_id, number in sorted(by_unit.items()):
        audit.record(
            session, "needs.changed", subject_type="unit", subject_id=unit_id, actor_id=actor_id,
            agency_id=agency_id, number=number, how=how,
        )  # fmt: skip


def copy(
    session: Session, agency_id: int, from_unit_id: int, to_unit_ids: Collection[int], *, actor_id: int | None
) -> int:
    """Say in other units what one unit says itself; what they say about the same goes. How many needs changed."""
    said = rows(session, agency_id, from_unit_id)
    wishes: dict[Key, Wish | None] = {
        Key(unit_id, row.role, row.competence_id, row.horizon): wish_of(row)
        for unit_id in to_unit_ids
        if unit_id != from_unit_id
        for row in said
    }
    return save(session, agency_id, wishes, actor_id=actor_id, how="copy")


def units_with_needs(session: Session, agency_id: int) -> set[int]:
    """The units that say something of their own."""
    return set(
        session.scalars(
            select(CompetenceNeed.unit_id)
            .where(CompetenceNeed.agency_id == agency_id, CompetenceNeed.ended_at.is_(None))
            .distinct()
        )
    )
