"""What the things that audit events speak of are called now: one query for each kind, however many events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, null, or_, select
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent, RoleGrant
from learning.access.policy import Permission
from learning.certificates.models import Certificate
from learning.database import LARGEST_ID
from learning.organisation.models import Membership, Person, Position, Unit
from learning.paths.models import Assignment, LearningPath


@dataclass(frozen=True)
class Kind:
    """A kind of thing. ``query``: agency's id and ids -> rows of id, name, key of its page and whose it is.

    ``endpoint`` and ``argument`` make the address of its page, for those with ``permission``.
    """

    query: Callable[[int, Collection[Any]], Executable]
    endpoint: str | None = None
    argument: str = ""
    permission: Permission | None = None
    is_numbered: bool = True


@dataclass(frozen=True)
class Known:
    """What a thing is called now, the key of its page (None without one), and the person whose it is."""

    name: str
    key: object = None
    person_id: int | None = None


def _people(agency_id: int, ids: Collection[int]) -> Executable:
    # Who was never in the agency is not named; who has left is.
    member = select(Membership.person_id).where(Membership.agency_id == agency_id)
    trusted = select(RoleGrant.person_id).where(or_(RoleGrant.agency_id == agency_id, RoleGrant.agency_id.is_(None)))
    name = Person.given_name + " " + Person.family_name
    works = select(Position.person_id).where(Position.agency_id == agency_id, Position.person_id == Person.id)
    return select(Person.id, name, works.limit(1).scalar_subquery(), Person.id).where(
        Person.id.in_(ids), or_(Person.id.in_(member), Person.id.in_(trusted))
    )


def _units(agency_id: int, ids: Collection[int]) -> Executable:
    return select(Unit.id, Unit.name, Unit.id, null()).where(Unit.agency_id == agency_id, Unit.id.in_(ids))


def _positions(agency_id: int, ids: Collection[int]) -> Executable:
    mine = Position.agency_id == agency_id
    return select(Position.id, Position.title, null(), Position.person_id).where(mine, Position.id.in_(ids))


def _paths(agency_id: int, ids: Collection[int]) -> Executable:
    mine = LearningPath.agency_id == agency_id
    return select(LearningPath.id, LearningPath.title, LearningPath.id, null()).where(mine, LearningPath.id.in_(ids))


def _assignments(agency_id: int, ids: Collection[int]) -> Executable:
    return (
        select(Assignment.id, LearningPath.title, Assignment.id, null())
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(Assignment.agency_id == agency_id, Assignment.id.in_(ids))
    )


def _certificates(agency_id: int, ids: Collection[str]) -> Executable:
    return select(Certificate.serial, Certificate.serial, Certificate.code, Certificate.person_id).where(
        Certificate.serial.in_(ids)
    )


# Subject type -> kind. People come last: positions and certificates lead to them.
KINDS: dict[str, Kind] = {
    "unit": Kind(_units, "organisation.people", "unit", Permission.SEE_PEOPLE),
    "position": Kind(_positions),
    "learning-path": Kind(_paths, "paths.edit_path", "path_id", Permission.MANAGE_PATHS),
    "assignment": Kind(_assignments, "paths.assignment", "assignment_id", Permission.SEE_BOARD),
    "certificate": Kind(_certificates, "certificates.confirm", "code", is_numbered=False),
    "person": Kind(_people, "organisation.person", "person_id", Permission.SEE_PEOPLE),
}
# The keys of a detail under which the id of a thing stands, or a list of ids, and its kind.
DETAIL_KINDS = {
    "person": "person",
    "people": "person",
    "unit": "unit",
    "parent": "unit",
    "replaces": "position",
    "assignment": "assignment",
}


@dataclass(frozen=True)
class Names:
    """What events speak of, by kind and id (as text)."""

    known: Mapping[tuple[str, str], Known] = field(default_factory=dict)

    def of(self, kind: str, identity: object) -> Known | None:
        return self.known.get((kind, str(identity)))


def _mentioned(events: Iterable[AuditEvent]) -> dict[str, set[Any]]:
    """The ids to look up, by kind."""
    found: dict[str, set[Any]] = {kind: set() for kind in KINDS}

    def note(kind: str, value: object) -> None:
        if KINDS[kind].is_numbered:
            text = str(value)
            if text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) <= LARGEST_ID:
                found[kind].add(int(text))
        elif isinstance(value, str):
            found[kind].add(value)

    for event in events:
        if event.subject_type in KINDS:
            note(event.subject_type, event.subject_id)
        for key, kind in DETAIL_KINDS.items():
            value = event.detail.get(key)
            for each in value if isinstance(value, list) else [value]:
                note(kind, each)
    return found


def gather(session: Session, agency_id: int, events: Iterable[AuditEvent]) -> Names:
    """The names of all that the events speak of, as far as it is the agency's. One query for each kind."""
    wanted = _mentioned(events)
    known: dict[tuple[str, str], Known] = {}
    for name, kind in KINDS.items():
        if not wanted[name]:
            continue
        for identity, words, key, person_id in session.execute(kind.query(agency_id, wanted[name])):
            known[name, str(identity)] = Known(words, key, person_id)
            if person_id is not None:
                wanted["person"].add(person_id)
    return Names(known)
