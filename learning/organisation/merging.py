"""Two accounts of one person become one: the one is kept, what belongs to the other moves to it, nothing is lost.

Each room moves its own rows when ``people_merging`` is sent; its module ``merging`` says in ``COLUMNS`` what it does
with every column that refers to a person, and a test knows when one is forgotten. Where both accounts hold what a
person can hold only once, the merged account keeps its row as it was, without effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from learning import clock
from learning.organisation.bounce_models import MailBounce
from learning.organisation.models import (
    Departure,
    Membership,
    MembershipTag,
    Person,
    PersonMerge,
    Position,
)
from learning.organisation.signals import people_merged, people_merging, positions_changed

Column = InstrumentedAttribute[Any]
NO_ADDRESS = "merged-{id}@merged.invalid"  # RFC 2606: mail to it goes nowhere
QUIETLY = {"synchronize_session": False}


class CannotMerge(Exception):
    """The accounts stay two; ``reason``: "same", "merged-elsewhere" or "kept-is-closed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PersonColumns:
    """What a room does with its columns that refer to a person.

    ``moved`` are set to the kept person as they are; ``by_rule`` are moved by code, since a unique constraint or
    the meaning asks for more; ``stays`` maps the others to the reason.
    """

    moved: tuple[Column, ...] = ()
    by_rule: tuple[Column, ...] = ()
    stays: Mapping[Column, str] = field(default_factory=dict)


COLUMNS = PersonColumns(
    moved=(Departure.person_id,),
    by_rule=(Position.person_id, Position.reports_to_id, Membership.person_id),
    stays={
        Person.merged_into_id: "accounts that were merged earlier lead here step by step",
        PersonMerge.kept_person_id: "a fact of that day",
        MailBounce.person_id: "it is about the address of the closed account",
        MailBounce.tried_again_by_id: "what an account did is said of that account",
        PersonMerge.merged_person_id: "a fact of that day",
        PersonMerge.by_id: "what an account did is said of that account",
        Departure.by_id: "what an account did is said of that account",
        Departure.taken_back_by_id: "what an account did is said of that account",
    },
)


def move_columns(session: Session, columns: Sequence[Column], kept: Person, merged: Person) -> dict[str, int]:
    """Set these columns to the kept person wherever they name the merged one: {table.column: how many rows}."""
    moved = {}
    for column in columns:
        result = session.execute(
            update(column.class_).where(column == merged.id).values({column.key: kept.id}).execution_options(**QUIETLY)
        )
        if result.rowcount:  # type: ignore[attr-defined]
            moved[f"{column.class_.__tablename__}.{column.key}"] = int(result.rowcount)  # type: ignore[attr-defined]
    return moved


def account_now(session: Session, person_id: int) -> int:
    """The account that a person has now: the same one unless it was merged into another."""
    while (into := session.scalar(select(Person.merged_into_id).where(Person.id == person_id))) is not None:
        person_id = into
    return person_id


def former_addresses(session: Session, person_id: int) -> Sequence[PersonMerge]:
    """The merges that ended in this account, oldest first; also of accounts that were merged into those."""
    found: list[PersonMerge] = []
    wanted = [person_id]
    while wanted:
        more = session.scalars(select(PersonMerge).where(PersonMerge.kept_person_id.in_(wanted))).all()
        found += more
        wanted = [each.merged_person_id for each in more]
    return sorted(found, key=lambda each: each.id)


def merge(session: Session, kept: Person, merged: Person, *, by_id: int | None, reason: str = "") -> PersonMerge:
    """Make one account of the two: the fact of it. Done already, it moves what may have come late and no more.

    The merged account gives up its address, is closed, and its sessions end. Raises CannotMerge.
    """
    if kept.id == merged.id:
        raise CannotMerge("same")
    # Two who press at the same moment take turns; in the order of ids, so that they never wait for each other.
    session.scalars(
        select(Person)
        .where(Person.id.in_([kept.id, merged.id]))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    fact = session.scalar(select(PersonMerge).where(PersonMerge.merged_person_id == merged.id))
    if fact is not None and fact.kept_person_id != kept.id:
        raise CannotMerge("merged-elsewhere")
    if kept.deactivated_at is not None or kept.merged_into_id is not None:
        raise CannotMerge("kept-is-closed")
    former = merged.email
    if fact is None:
        merged.merged_into_id = kept.id  # first: the database lets facts move along this line only
        merged.deactivated_at = merged.deactivated_at or clock.now()
        merged.email = NO_ADDRESS.format(id=merged.id)
        session.flush()
    agencies = _agencies_of(session, kept, merged)
    summary: dict[str, Any] = _move(session, kept, merged)
    for _, moved in people_merging.send(session, kept=kept, merged=merged):
        summary.update(moved or {})
    # Only now: what other rooms keep about a membership has moved.
    session.execute(delete(Membership).where(Membership.person_id == merged.id).execution_options(**QUIETLY))
    is_new = fact is None
    if fact is None:
        fact = PersonMerge(
            kept_person_id=kept.id, merged_person_id=merged.id, former_email=former, by_id=by_id, reason=reason,
            summary=summary,
        )  # fmt: skip
        session.add(fact)
        session.flush()
    session.expire_all()
    for agency_id in sorted(agencies):
        positions_changed.send(session, agency_id=agency_id)
    if is_new:
        people_merged.send(session, kept=kept, merged=merged, fact=fact)
    return fact


def _agencies_of(session: Session, kept: Person, merged: Person) -> set[int]:
    return set(session.scalars(select(Position.agency_id).where(Position.person_id.in_([kept.id, merged.id]))))


def double_positions(session: Session, kept_id: int, merged_id: int) -> list[tuple[Position, Position]]:
    """Positions that both accounts have: in the same unit from the same day. The kept one's comes first."""
    other = aliased(Position)
    rows = session.execute(
        select(Position, other)
        .join(other, and_(other.unit_id == Position.unit_id, other.starts_on == Position.starts_on))
        .where(Position.person_id == kept_id, other.person_id == merged_id)
        .order_by(Position.id)
    )
    return [(mine, double) for mine, double in rows]


def later_end(one: date | None, other: date | None) -> date | None:
    """The later last day; no end is the latest."""
    return None if one is None or other is None else max(one, other)


def _move(session: Session, kept: Person, merged: Person) -> dict[str, Any]:
    moved: dict[str, Any] = dict(move_columns(session, COLUMNS.moved, kept, merged))
    moved.update(_move_positions(session, kept, merged))
    moved.update(_move_memberships(session, kept, merged))
    return moved


def _move_positions(session: Session, kept: Person, merged: Person) -> dict[str, Any]:
    both = [kept.id, merged.id]
    session.execute(  # nobody is their own manager
        update(Position)
        .where(Position.person_id.in_(both), Position.reports_to_id.in_(both))
        .values(reports_to_id=None)
        .execution_options(**QUIETLY)
    )
    doubles = double_positions(session, kept.id, merged.id)
    yesterday = clock.today() - timedelta(days=1)
    for mine, double in doubles:
        mine.ends_on = later_end(mine.ends_on, double.ends_on)
        mine.reports_to_id = mine.reports_to_id or double.reports_to_id
        # Completions may name it, so it stays; it must not count as held any longer.
        double.ends_on = max(double.starts_on, min(double.ends_on or yesterday, yesterday))
    session.flush()
    result = session.execute(
        update(Position)
        .where(Position.person_id == merged.id, Position.id.not_in([double.id for _, double in doubles]))
        .values(person_id=kept.id)
        .execution_options(**QUIETLY)
    )
    moved: dict[str, Any] = move_columns(session, [Position.reports_to_id], kept, merged)
    if result.rowcount:  # type: ignore[attr-defined]
        moved["position.person_id"] = int(result.rowcount)  # type: ignore[attr-defined]
    if doubles:
        moved["double_positions"] = [double.id for _, double in doubles]
    return moved


def _move_memberships(session: Session, kept: Person, merged: Person) -> dict[str, Any]:
    """One membership an agency. What the kept account lacks it takes over; a second number is told in the summary."""
    dropped: list[dict[str, Any]] = []
    theirs = session.scalars(select(Membership).where(Membership.person_id == merged.id)).all()
    for each in theirs:
        agency_id, number, external = each.agency_id, each.employee_number, each.external_id
        each.employee_number = each.external_id = None  # each is one person's: first let go, then take
        session.flush()
        mine = session.get(Membership, (agency_id, kept.id))
        if mine is None:
            mine = Membership(agency_id=agency_id, person_id=kept.id, created_at=each.created_at)
            session.add(mine)
        second = {
            "employee_number": number if mine.employee_number and number else None,
            "external_id": external if mine.external_id and external else None,
        }
        if any(second.values()):
            dropped.append({"agency": agency_id, **{name: value for name, value in second.items() if value}})
        mine.employee_number = mine.employee_number or number
        mine.external_id = mine.external_id or external
        mine.created_at = min(mine.created_at, each.created_at)
        session.flush()
        if external and not second["external_id"]:
            # The system that provisions people goes on with the name it was given for them.
            known, each.scim_id = each.scim_id, None
            session.flush()
            mine.scim_id = known or mine.scim_id
            session.flush()
        _move_tags(session, agency_id, kept, merged)
    return {
        **({"membership.person_id": len(theirs)} if theirs else {}),
        **({"second_numbers": dropped} if dropped else {}),
    }


def _move_tags(session: Session, agency_id: int, kept: Person, merged: Person) -> None:
    here = MembershipTag.agency_id == agency_id
    have = select(MembershipTag.tag).where(here, MembershipTag.person_id == kept.id)
    new = session.scalars(
        select(MembershipTag.tag).where(here, MembershipTag.person_id == merged.id, MembershipTag.tag.not_in(have))
    ).all()
    if new:
        session.execute(
            insert(MembershipTag), [{"agency_id": agency_id, "person_id": kept.id, "tag": tag} for tag in new]
        )
    session.execute(
        delete(MembershipTag).where(here, MembershipTag.person_id == merged.id).execution_options(**QUIETLY)
    )
