"""People as SCIM sees them: everybody whom the agency knows and no system has deleted, read a page at a time.

A page takes the same number of queries whatever its length: people, positions, units and line managers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import batches
from learning.organisation.models import Agency, Level, Membership, Person, Position, Unit
from learning.organisation.people import NewPosition
from learning.organisation.wording import level_name
from learning.provisioning.models import ProvisionedPerson

USER_NAME = func.coalesce(ProvisionedPerson.user_name, Person.email)


@dataclass(frozen=True)
class Known:
    """A person in the agency. ``job`` is the position they hold, or the one that begins when they are active again;
    ``position`` is the former, None for somebody inactive.
    """

    scim_id: str
    person: Person
    external_id: str | None
    employee_number: str | None
    created_at: datetime
    user_name: str
    active: bool
    position: Position | None
    job: NewPosition | None
    unit: Unit | None  # None for the topmost one
    manager_id: str | None  # the line manager's SCIM id


@dataclass(frozen=True)
class Page:
    people: list[Known]
    total: int


def is_active() -> ColumnElement[bool]:
    """Whether the person of the row has a position that is not over.

    One that began on the day they were made inactive ends that day, and counts as over at once.
    """
    today = clock.today()
    return exists().where(
        Position.person_id == Membership.person_id,
        Position.agency_id == Membership.agency_id,
        or_(
            Position.ends_on.is_(None),
            Position.ends_on > today,
            and_(Position.ends_on == today, ProvisionedPerson.next_unit_id.is_(None)),
        ),
    )


def everybody(agency_id: int) -> Select[Membership, Person, ProvisionedPerson]:
    """Those whom SCIM shows, with what it keeps of them, if anything."""
    return (
        select(Membership, Person, ProvisionedPerson)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(
            ProvisionedPerson,
            and_(
                ProvisionedPerson.agency_id == Membership.agency_id,
                ProvisionedPerson.person_id == Membership.person_id,
            ),
        )
        .where(Membership.agency_id == agency_id, Membership.scim_id.is_not(None))
    )


def find_page(
    session: Session, agency_id: int, condition: ColumnElement[bool] | None, order: Sequence[ColumnElement[object]],
    *, first: int, count: int,
) -> Page:  # fmt: skip
    """``count`` people from number ``first`` (0 is the first), and how many there are in all."""
    statement = everybody(agency_id)
    if condition is not None:
        statement = statement.where(condition)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    if count == 0 or first >= total:
        return Page([], total)
    rows = session.execute(statement.order_by(*order, Membership.person_id).offset(first).limit(count)).all()
    return Page(_known(session, agency_id, [(*row,) for row in rows]), total)


def find_one(session: Session, agency_id: int, scim_id: str) -> Known | None:
    """The person with the id, None for another agency's."""
    rows = session.execute(everybody(agency_id).where(Membership.scim_id == scim_id)).all()
    return next(iter(_known(session, agency_id, [(*row,) for row in rows])), None)


def lock(session: Session, agency_id: int, scim_id: str) -> None:
    """Hold the person's membership until the commit: two changes of one person take turns."""
    session.scalar(
        select(Membership)
        .where(Membership.agency_id == agency_id, Membership.scim_id == scim_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _known(
    session: Session, agency_id: int, rows: Sequence[tuple[Membership, Person, ProvisionedPerson | None]]
) -> list[Known]:
    ids = [person.id for _, person, _ in rows]
    positions: dict[int, list[Position]] = {}
    for each in session.scalars(
        select(Position)
        .where(Position.agency_id == agency_id, Position.person_id.in_(ids))
        .order_by(Position.starts_on.desc(), Position.id)
    ):
        positions.setdefault(each.person_id, []).append(each)
    jobs = {person.id: _job_of(positions.get(person.id, []), kept) for _, person, kept in rows}
    units = _units_below_the_top(session, agency_id, {job.unit_id for _, job in jobs.values() if job is not None})
    managers = _scim_ids(
        session, agency_id, {job.reports_to_id for _, job in jobs.values() if job and job.reports_to_id}
    )
    found = []
    for membership, person, kept in rows:
        position, job = jobs[person.id]
        found.append(
            Known(
                scim_id=membership.scim_id or "",
                person=person,
                external_id=membership.external_id,
                employee_number=membership.employee_number,
                created_at=membership.created_at,
                user_name=kept.user_name if kept else person.email,
                active=position is not None,
                position=position,
                job=job,
                unit=units.get(job.unit_id) if job else None,
                manager_id=managers.get(job.reports_to_id or 0) if job else None,
            )
        )
    return found


def _job_of(
    positions: Sequence[Position], kept: ProvisionedPerson | None
) -> tuple[Position | None, NewPosition | None]:
    """The position that SCIM shows, and what it is or will be; ``positions`` are the newest first."""
    today = clock.today()
    inactive = kept is not None and kept.next_unit_id is not None
    lasting = [
        each
        for each in positions
        if each.ends_on is None or each.ends_on > today or (each.ends_on == today and not inactive)
    ]
    if lasting:
        own = [each for each in lasting if kept is not None and each.id == kept.position_id]
        begun = [each for each in lasting if each.starts_on <= today]
        position = (own or begun or lasting[::-1])[0]
        return position, _facts(position)
    if kept is not None and kept.next_unit_id is not None:
        return None, NewPosition(
            kept.next_unit_id, kept.next_title or "", kept.next_level or Level.EMPLOYEE, kept.next_starts_on or today,
            kept.next_reports_to_id,
        )  # fmt: skip
    return None, _facts(positions[0]) if positions else None


def _facts(position: Position) -> NewPosition:
    return NewPosition(position.unit_id, position.title, position.level, position.starts_on, position.reports_to_id)


def _units_below_the_top(session: Session, agency_id: int, unit_ids: set[int]) -> dict[int, Unit]:
    return {
        unit.id: unit
        for unit in session.scalars(
            select(Unit).where(Unit.agency_id == agency_id, Unit.id.in_(unit_ids), Unit.parent_id.is_not(None))
        )
    }


def _scim_ids(session: Session, agency_id: int, person_ids: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(Membership.person_id, Membership.scim_id).where(
            Membership.agency_id == agency_id, Membership.person_id.in_(person_ids), Membership.scim_id.is_not(None)
        )
    )
    return {person_id: scim_id for person_id, scim_id in rows if scim_id is not None}


def people_with(session: Session, agency_id: int, scim_ids: Sequence[str]) -> dict[str, int]:
    """The person ids behind SCIM ids, in this agency only."""
    found: dict[str, int] = {}
    for batch in batches(scim_ids, 500):  # SQLite takes some thousands of values in a statement
        rows = session.execute(
            select(Membership.scim_id, Membership.person_id).where(
                Membership.agency_id == agency_id, Membership.scim_id.in_(batch)
            )
        )
        found |= {scim_id: person_id for scim_id, person_id in rows if scim_id is not None}
    return found


def usual_titles(agency: Agency) -> dict[Level, str]:
    """What a position is called when nobody has given it a title: the level, in the agency's language."""
    with force_locale(agency.language):
        return {level: level_name(level.value) for level in Level}


def unit_wanted(session: Session, agency_id: int, *, code: str | None, department: str | None) -> list[Unit]:
    """The units that are meant: by code, or by code or name; the topmost one when nothing is said."""
    of_agency = select(Unit).where(Unit.agency_id == agency_id)
    if code is not None:
        return list(session.scalars(of_agency.where(Unit.code == code)))
    if department is None:
        return list(session.scalars(of_agency.where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)))
    by_code = list(session.scalars(of_agency.where(Unit.code == department)))
    return by_code or list(session.scalars(of_agency.where(Unit.name == department).order_by(Unit.id).limit(2)))


def suggestions(session: Session, agency_id: int, most: int = 200) -> tuple[list[str], list[str]]:
    """Names and codes of the agency's units below the topmost, for the schemas; none when there are very many."""
    units = session.scalars(
        select(Unit).where(Unit.agency_id == agency_id, Unit.parent_id.is_not(None)).order_by(Unit.id).limit(most + 1)
    ).all()
    if len(units) > most:
        return [], []
    names = [unit.name for unit in units]
    return [name for name in names if names.count(name) == 1], [unit.code for unit in units if unit.code]
