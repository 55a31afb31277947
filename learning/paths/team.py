"""A line manager's own people: what they have been assigned and where they stand. Never answers, never scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Person, Position, Unit
from learning.paths.due_dates import Status
from learning.paths.models import LearningPath
from learning.paths.standing import live_members, standing, status_column


@dataclass(frozen=True)
class TeamPath:
    """One path of one person; ``taken`` of ``needed`` courses are done."""

    title: str
    due_on: date | None
    status: Status
    taken: int
    needed: int


@dataclass
class TeamMember:
    """Somebody who reports to the manager, in one agency."""

    person_id: int
    name: str
    title: str
    unit: str
    agency: str
    paths: list[TeamPath] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        return sum(path.status is Status.OVERDUE for path in self.paths)


def leads_anybody(session: Session, person_id: int) -> bool:
    """Whether somebody reports to the person today."""
    return session.scalar(select(Position.id).where(*_reporting_to(person_id, clock.today())).limit(1)) is not None


def _reporting_to(person_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Position.reports_to_id == person_id,
        held_on(today),
    )


def team_of(session: Session, person_id: int) -> list[TeamMember]:
    """Those who report to the person today, by name, each with what their agency has assigned them. Two queries.

    What somebody does for another agency is not shown: a manager sees the part of the agency they lead in.
    """
    today = clock.today()
    team: dict[tuple[int, int], TeamMember] = {}
    for position, person, unit, agency in session.execute(
        select(Position, Person, Unit.name, Agency.name)
        .join(Person, Person.id == Position.person_id)
        .join(Unit, Unit.id == Position.unit_id)
        .join(Agency, Agency.id == Position.agency_id)
        .where(*_reporting_to(person_id, today))
        .order_by(Person.family_name, Person.given_name, Person.id)
    ):
        team.setdefault(
            (person.id, position.agency_id), TeamMember(person.id, person.name, position.title, unit, agency)
        )
    if not team:
        return []
    found = standing(live_members(None, person_ids={mine for mine, _ in team}), today)
    rows = session.execute(
        select(
            found.c.person_id,
            found.c.agency_id,
            LearningPath.title,
            found.c.due_on,
            status_column(found, today),
            found.c.taken,
            found.c.needed,
        )
        .join(LearningPath, LearningPath.id == found.c.path_id)
        .order_by(found.c.due_on.is_(None), found.c.due_on, LearningPath.title)
    )
    for mine, agency_id, title, due_on, value, taken, needed in rows:
        member = team.get((mine, agency_id))
        if member is not None:
            member.paths.append(TeamPath(title, due_on, Status(value), taken, needed))
    return list(team.values())
