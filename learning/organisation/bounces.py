"""Whom mail does not reach: noting it, listing it, and trying again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, and_, exists, func, select, update
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.organisation.bounce_models import MailBounce
from learning.organisation.holding import not_over
from learning.organisation.models import Person, Position


def note(session: Session, person_id: int, address: str, *, code: str, reason: str) -> bool:
    """Note that mail does not reach the address; whether that is new."""
    values = {"address": address.lower()[:254], "code": clean(code)[:20], "reason": clean(reason)}
    return insert_once(session, MailBounce, person_id=person_id, at=clock.now(), **values)


def clean(words: str) -> str:
    """A mail server's words on one line, short enough to store."""
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())[:300]


def _holds() -> ColumnElement[bool]:
    """A bounce that stands, beside the person whose address it is of."""
    return and_(MailBounce.address == Person.email, MailBounce.tried_again_at.is_(None))


def is_unreached() -> ColumnElement[bool]:
    """The condition on Person that mail does not reach their present address."""
    return exists().where(MailBounce.person_id == Person.id, _holds()).correlate(Person)


def bounce_of(session: Session, person_id: int) -> MailBounce | None:
    """The bounce that stands for the person's present address, or None."""
    return session.scalar(
        select(MailBounce).join(Person, Person.id == MailBounce.person_id).where(Person.id == person_id, _holds())
    )


def unreached(session: Session, person_ids: Collection[int] | None = None) -> set[int]:
    """Who of the people, or of everybody, cannot be reached at their present address. One query."""
    found = select(Person.id).join(MailBounce, MailBounce.person_id == Person.id).where(_holds())
    if person_ids is not None:
        found = found.where(Person.id.in_(person_ids))
    return set(session.scalars(found))


def dead_addresses(session: Session, addresses: Collection[str]) -> set[str]:
    """Which of the addresses mail does not reach. One query."""
    return set(
        session.scalars(
            select(MailBounce.address).where(MailBounce.address.in_(addresses), MailBounce.tried_again_at.is_(None))
        )
    )


def _in_agency(agency_id: int) -> ColumnElement[bool]:
    """Who works there: the address of somebody who has left may tell where they work now."""
    work_here = select(Position.person_id).where(Position.agency_id == agency_id, not_over(clock.today()))
    return and_(Person.id.in_(work_here), Person.deactivated_at.is_(None), _holds())


def count_in(session: Session, agency_id: int) -> int:
    """How many of the agency's people mail does not reach."""
    found = select(func.count(MailBounce.id)).join(Person, Person.id == MailBounce.person_id)
    return session.scalar(found.where(_in_agency(agency_id))) or 0


def list_in(session: Session, agency_id: int, page: int, size: int = 50) -> Sequence[Row[Person, MailBounce]]:
    """The agency's people whom mail does not reach, newest first; one more than a page when there are more."""
    return session.execute(
        select(Person, MailBounce)
        .join(MailBounce, MailBounce.person_id == Person.id)
        .where(_in_agency(agency_id))
        .order_by(MailBounce.at.desc(), MailBounce.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()


def try_again(session: Session, person_id: int, *, actor_id: int | None) -> bool:
    """Let mail go to the person's present address again; whether it had been stopped."""
    address = select(Person.email).where(Person.id == person_id).scalar_subquery()
    done = session.execute(
        update(MailBounce)
        .where(MailBounce.person_id == person_id, MailBounce.address == address, MailBounce.tried_again_at.is_(None))
        .values(tried_again_at=clock.now(), tried_again_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
