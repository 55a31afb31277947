"""People who may have two accounts: likely doubles in an agency, and finding the other account by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from learning.organisation.models import Membership, Person, Position
from learning.organisation.searching import holds

MOST = 50
MOST_OF_ONE_NAME = 6  # as many of one name are namesakes, and their pairs would fill the page


@dataclass(frozen=True)
class Account:
    """What tells accounts apart, or does not. ``number`` is the agency's employee number."""

    person_id: int
    name: str
    email: str
    number: str | None


@dataclass(frozen=True)
class Pair:
    """Two accounts that may be one person's, the older first. ``why``: "name" or "number"."""

    one: Account
    other: Account
    why: str


def folded_name(name: str) -> str:
    """A name as it is compared: capital letters, hyphens, full stops and double spaces count not."""
    return " ".join(re.sub(r"[-.\s]+", " ", name).casefold().split())


def folded_number(number: str) -> str:
    """An employee number as it is compared: spaces and noughts in front count not."""
    return "".join(number.split()).casefold().lstrip("0")


def likely_pairs(accounts: Iterable[Account]) -> list[Pair]:
    """Pairs with the same employee number, then those with the same name; each pair once. Pure."""
    by_number: dict[str, list[Account]] = defaultdict(list)
    by_name: dict[str, list[Account]] = defaultdict(list)
    for each in accounts:
        if each.number and folded_number(each.number):
            by_number[folded_number(each.number)].append(each)
        by_name[folded_name(each.name)].append(each)
    found: dict[tuple[int, int], Pair] = {}
    for why, groups in (("number", by_number), ("name", by_name)):
        for key in sorted(groups):
            group = sorted(groups[key], key=lambda each: each.person_id)
            if len(group) > MOST_OF_ONE_NAME:
                continue
            for one, other in combinations(group, 2):
                found.setdefault((one.person_id, other.person_id), Pair(one, other, why))
    return list(found.values())


def likely(session: Session, agency_id: int) -> list[Pair]:
    """Likely doubles among all who hold or held a position in the agency. One query, compared here: SQLite does not
    fold Å.
    """
    rows = session.execute(
        select(Person.id, Person.given_name, Person.family_name, Person.email, Membership.employee_number)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.agency_id == agency_id))
        .where(
            Person.id.in_(select(Position.person_id).where(Position.agency_id == agency_id)),
            Person.merged_into_id.is_(None),
        )
        .order_by(Person.id)
    )
    return likely_pairs(Account(key, f"{given} {family}", email, number) for key, given, family, email, number in rows)


def find_other(session: Session, person: Person, query: str, *, agency_id: int | None) -> Sequence[Person]:
    """Accounts that may be the person's other one, by name or address; everywhere without ``agency_id``.

    At most ``MOST``; one more tells that there are more.
    """
    statement = select(Person).where(Person.id != person.id, Person.merged_into_id.is_(None))
    if agency_id is not None:
        statement = statement.where(Person.id.in_(select(Position.person_id).where(Position.agency_id == agency_id)))
    for word in query.split()[:5]:
        statement = statement.where(
            or_(holds(Person.given_name, word), holds(Person.family_name, word), holds(Person.email, word))
        )
    return session.scalars(statement.order_by(Person.family_name, Person.given_name, Person.id).limit(MOST + 1)).all()


def was_never_elsewhere(session: Session, agency_id: int, person_id: int) -> bool:
    """Whether the person has ever belonged to this agency, and never to another."""
    places = set(session.scalars(select(Position.agency_id).where(Position.person_id == person_id).distinct()))
    places |= set(session.scalars(select(Membership.agency_id).where(Membership.person_id == person_id)))
    return places == {agency_id}


def employee_numbers(session: Session, person_id: int) -> Sequence[Membership]:
    """The person's numbers in agencies' own systems."""
    return session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id, func.coalesce(Membership.employee_number, "") != "")
        .order_by(Membership.agency_id)
    ).all()
