"""Reading the audit trail: narrowing it, leafing through it by key, and streaming it. The SQL of it stands here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    column,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access.models import AuditEvent, AuditMention, RoleGrant
from learning.database import UtcDateTime
from learning.organisation.models import Membership, Person
from learning.organisation.searching import holds

PAGE = 50
AT_ONCE = 1000
MOST_PEOPLE = 500
COMMON = 10_000  # events that hold a word, from which on it is not looked up


class TooManyPeople(Exception):
    """More people fit a name than can be searched for at once."""


@dataclass(frozen=True)
class Word:
    """A word that events must hold: in their detail, as their subject, or for a person or an action it means."""

    text: str
    person_ids: tuple[int, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrailFilter:
    """Which of an agency's events. Days are Norwegian, both included; None means no matter which, () none at all.

    ``actor_ids`` are those who did it, ``person_ids`` those whom it is about.
    """

    since: date | None = None
    until: date | None = None
    actor_ids: tuple[int, ...] | None = None
    person_ids: tuple[int, ...] | None = None
    actions: tuple[str, ...] | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class TrailPage:
    """Events, the newest first. ``older`` and ``newer`` are the keys of the pages beside it, None at the ends."""

    events: Sequence[AuditEvent]
    older: int | None
    newer: int | None


def people_called(session: Session, agency_id: int, name: str, *, by_address: bool = True) -> tuple[int, ...]:
    """Ids of the people known in the agency, now or earlier, whose name or address holds every word of ``name``.

    Those with a role there or on the platform are among them. Raises TooManyPeople.
    """
    known = select(Membership.person_id).where(Membership.agency_id == agency_id)
    trusted = select(RoleGrant.person_id).where(or_(RoleGrant.agency_id == agency_id, RoleGrant.agency_id.is_(None)))
    statement = select(Person.id).where(Person.id.in_(union(known, trusted)))
    for word in name.split()[:6]:
        columns = [Person.given_name, Person.family_name, *([Person.email] if by_address else [])]
        statement = statement.where(or_(*(holds(column, word) for column in columns)))
    found = session.scalars(statement.order_by(Person.id).limit(MOST_PEOPLE + 1)).all()
    if len(found) > MOST_PEOPLE:
        raise TooManyPeople
    return tuple(found)


def _detail_holds(session: Session, word: str) -> ColumnElement[bool]:
    """Whether a text in an event's detail holds the word; on PostgreSQL the beginning of one of its words."""
    if session.get_bind().dialect.name == "sqlite":
        parts = func.json_tree(AuditEvent.detail).table_valued(column("value", String), column("type", String))
        return exists(select(1).select_from(parts).where(parts.c.type == "text", holds(parts.c.value, word)))
    quoted = "'{}':*".format(word.replace("\\", "\\\\").replace("'", "''"))
    simple: ColumnElement[str] = literal_column("'simple'")  # spelled out, as in the index
    words: ColumnElement[bool] = func.to_tsvector(simple, AuditEvent.detail).op("@@")(func.to_tsquery(simple, quoted))
    return words


def _holding(session: Session, agency_id: int, word: Word) -> ColumnElement[bool]:
    """Events that hold the word.

    On PostgreSQL a rare word is looked up, each way to hold it in an index of its own. A common one is found soon
    enough by walking from the newest event, and looking it up would fetch a great many for the few that are shown.
    """
    ways = [_detail_holds(session, word.text), AuditEvent.subject_id == word.text]
    if word.actions:
        ways.append(AuditEvent.action.in_(word.actions))
    if word.person_ids:
        about = select(AuditMention.event_id).where(AuditMention.person_id.in_(word.person_ids))
        ways += [AuditEvent.actor_id.in_(word.person_ids), AuditEvent.id.in_(about)]
    if session.get_bind().dialect.name == "sqlite":
        return or_(*ways)
    looked_up = union_all(*(select(AuditEvent.id).where(AuditEvent.agency_id == agency_id, way) for way in ways))
    found = session.scalar(select(func.count()).select_from(looked_up.limit(COMMON + 1).subquery())) or 0
    return or_(*ways) if found > COMMON else AuditEvent.id.in_(looked_up)


def _narrowed(session: Session, agency_id: int, wanted: TrailFilter) -> Select[AuditEvent]:
    statement = select(AuditEvent).options(joinedload(AuditEvent.actor)).where(AuditEvent.agency_id == agency_id)
    if wanted.since is not None:
        statement = statement.where(AuditEvent.at >= clock.start_of_day(wanted.since))
    if wanted.until is not None:
        statement = statement.where(AuditEvent.at < clock.start_of_day(wanted.until + timedelta(days=1)))
    if wanted.actor_ids is not None:
        statement = statement.where(AuditEvent.actor_id.in_(wanted.actor_ids) if wanted.actor_ids else false())
    if wanted.person_ids is not None:
        about = select(AuditMention.event_id).where(AuditMention.person_id.in_(wanted.person_ids))
        statement = statement.where(AuditEvent.id.in_(about) if wanted.person_ids else false())
    if wanted.actions is not None:
        statement = statement.where(AuditEvent.action.in_(wanted.actions) if wanted.actions else false())
    for word in wanted.words:
        statement = statement.where(_holding(session, agency_id, word))
    return statement


def page(
    session: Session,
    agency_id: int,
    wanted: TrailFilter,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> TrailPage:
    """The newest events; or those next older than the event ``before``, or next newer than ``after`` (ids).

    As quick on the last page as on the first. A key that is not the agency's gives the newest.
    """
    statement = _narrowed(session, agency_id, wanted)
    key = tuple_(AuditEvent.at, AuditEvent.id)
    moment = UtcDateTime()
    newest_first = (AuditEvent.at.desc(), AuditEvent.id.desc())
    beside = after if after is not None else before
    at = session.scalar(select(AuditEvent.at).where(AuditEvent.agency_id == agency_id, AuditEvent.id == beside))
    if at is None:
        found = session.scalars(statement.order_by(*newest_first).limit(size + 1)).all()
        return TrailPage(found[:size], found[size - 1].id if len(found) > size else None, None)
    if after is None:
        older = statement.where(key < tuple_(literal(at, moment), before)).order_by(*newest_first)
        found = session.scalars(older.limit(size + 1)).all()
        first = found[0].id if found else None
        return TrailPage(found[:size], found[size - 1].id if len(found) > size else None, first)
    newer = statement.where(key > tuple_(literal(at, moment), after)).order_by(AuditEvent.at, AuditEvent.id)
    found = session.scalars(newer.limit(size + 1)).all()
    if len(found) < size:  # the end is near: a whole page is better than the few that are left
        return page(session, agency_id, wanted, size=size)
    return TrailPage(found[:size][::-1], found[0].id, found[size - 1].id if len(found) > size else None)


def stream(session: Session, agency_id: int, wanted: TrailFilter) -> Iterator[Sequence[AuditEvent]]:
    """All the wanted events, the newest first, a thousand at a time, in flat memory."""
    statement = _narrowed(session, agency_id, wanted).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    yield from session.scalars(statement.execution_options(yield_per=AT_ONCE)).partitions()
