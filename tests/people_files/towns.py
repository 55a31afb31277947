"""An agency for the tests of this room, files for it, and what they come to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access.models import Role
from learning.organisation.models import Agency, Membership, MembershipTag, Person, Position, Unit
from learning.people_files.applying import apply
from learning.people_files.columns import Column, heading
from learning.people_files.steps import Options, Outcome, Plan, Rights
from learning.people_files.walking import plan_file
from tests.factories import grant, make_agency, make_person, make_position, make_unit

HEADER = tuple(heading(column, "en") for column in Column)
TODAY = date(2026, 11, 25)
HR_RIGHTS = Rights(actor_id=None)
NO_MAIL = Options(invite=False)


@dataclass
class Town:
    agency: Agency
    root: Unit
    health: Unit
    north: Unit
    school: Unit
    hr: Person
    platform: Person

    @property
    def address(self) -> str:
        return f"/agency/{self.agency.slug}/people"


def make_town(session: Session) -> Town:
    """An agency with four units and an adviser who works in none of those that files here name."""
    agency = make_agency(session, name="Town")
    root = make_unit(session, agency, name="Town", code="1")
    health = make_unit(session, agency, root, name="Health", code="1.1")
    north = make_unit(session, agency, health, name="Home care north", code="1.1.1")
    school = make_unit(session, agency, root, name="School", code="1.2")
    hr, platform = make_person(session, email="hr@town.example", given_name="Hanne"), make_person(session)
    make_position(session, hr, root, level="employee")
    grant(session, hr, Role.HR, agency)
    grant(session, platform, Role.PLATFORM_ADMIN, None)
    session.commit()
    return Town(agency, root, health, north, school, hr, platform)


def file_of(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, separator: str = ";") -> bytes:
    """A CSV file as a spreadsheet writes it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def row(**values: str) -> list[str]:
    """A row of a file with all columns; Åse Ødegård unless told otherwise."""
    base = {
        "number": "", "given": "Åse", "family": "Ødegård", "email": "ase@town.example", "language": "nn",
        "unit": "1.1", "title": "Head", "level": "First-line manager", "starts": "", "ends": "", "manager": "",
        "tags": "",
    }  # fmt: skip
    assert set(values) <= set(base), values
    return list({**base, **values}.values())


def plan_rows(
    session: Session, town: Town, *rows: Sequence[str], options: Options = NO_MAIL, rights: Rights = HR_RIGHTS
) -> Plan:
    return plan_file(session, town.agency, file_of(rows), options, rights)


def apply_rows(
    session: Session, town: Town, *rows: Sequence[str], options: Options = NO_MAIL, rights: Rights = HR_RIGHTS
) -> Plan:
    """Apply the rows and commit; they must be without faults."""
    plan = plan_rows(session, town, *rows, options=options, rights=rights)
    assert plan.faults == []
    apply(session, town.agency, plan, actor_id=rights.actor_id, name="people.csv", digest="d" * 64)
    session.commit()
    return plan


def outcomes(plan: Plan) -> list[Outcome]:
    return [each.outcome for each in plan.rows]


def kinds(plan: Plan) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.kind.value) for each in plan.faults]


def person(session: Session, email: str) -> Person | None:
    return session.scalar(select(Person).where(Person.email == email).execution_options(populate_existing=True))


def positions(session: Session, email: str) -> list[tuple[str, str, str, date, date | None]]:
    """Unit, title, level and days of each of a person's positions."""
    found = session.execute(
        select(Unit.name, Position.title, Position.level, Position.starts_on, Position.ends_on)
        .join(Unit, Unit.id == Position.unit_id)
        .join(Person, Person.id == Position.person_id)
        .where(Person.email == email)
        .order_by(Position.starts_on, Unit.name)
    )
    return [(unit, title, level.value, start, end) for unit, title, level, start, end in found]


def number_and_tags(session: Session, town: Town, email: str) -> tuple[str | None, list[str]]:
    number = session.scalar(
        select(Membership.employee_number)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == email, Membership.agency_id == town.agency.id)
    )
    tags = session.scalars(
        select(MembershipTag.tag)
        .join(Person, Person.id == MembershipTag.person_id)
        .where(Person.email == email, MembershipTag.agency_id == town.agency.id)
        .order_by(MembershipTag.tag)
    )
    return number, list(tags)
