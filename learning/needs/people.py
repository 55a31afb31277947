"""The people behind a cell: who is needed, at which level each is, and whether it lasts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learning.competences.evidence_models import CompetenceLevel
from learning.needs import resolving, setting, tallies
from learning.needs.models import Horizon, NeedRole
from learning.needs.tallies import Leader
from learning.organisation.models import Level, Person, Unit
from learning.paths.unit_tree import UnitNode

PAGE = 100


@dataclass(frozen=True)
class Someone:
    """``level`` is 0 for none yet. ``runs_out`` and ``leaves``: the day, when it comes before the horizon's."""

    person_id: int
    name: str
    unit: str
    role: Level
    level: int
    needed: int
    runs_out: date | None
    leaves: date | None

    @property
    def reaches(self) -> bool:
        return self.level >= self.needed and self.runs_out is None and self.leaves is None


@dataclass(frozen=True)
class Listing:
    people: list[Someone]
    page: int
    more: bool


def listing(
    session: Session, agency_id: int, roots: Collection[UnitNode], unit: UnitNode, competence_id: int,
    horizon: Horizon, role: NeedRole, today: date, *, alone: bool = False, leader: Leader | None = None, page: int = 1,
) -> Listing:  # fmt: skip
    """Those of whom the competence is needed in the unit with all below it (``alone``: in the unit itself).

    Those who lack it come first, then by name. Three queries.
    """
    day = tallies.day_of(horizon, today)
    zone_of = resolving.zones(roots, setting.live(session, agency_id), horizon)
    inside = {unit.id} if alone else {node.id for node in unit.walk()}
    wanted: dict[tuple[int, NeedRole], int] = {}
    for unit_id in inside:
        for who in resolving.roles_of(role):
            need = resolving.inherited(zone_of, unit_id, who, competence_id)
            if need is not None and need.level:
                wanted[unit_id, who] = need.level
    if not wanted:
        return Listing([], 1, False)
    people = tallies.counted_positions(agency_id, today, leader)
    found = session.execute(
        select(
            Person.id, Person.given_name, Person.family_name, Unit.name, people.c.unit_id, people.c.level,
            func.coalesce(CompetenceLevel.level, 0), CompetenceLevel.next_expiry, people.c.ends_on,
        )
        .join(Person, Person.id == people.c.person_id)
        .join(Unit, Unit.id == people.c.unit_id)
        .outerjoin(
            CompetenceLevel,
            and_(CompetenceLevel.person_id == people.c.person_id, CompetenceLevel.competence_id == competence_id),
        )
        .where(people.c.unit_id.in_({unit_id for unit_id, _ in wanted}))
    )  # fmt: skip
    everybody = [
        Someone(
            person_id, f"{given} {family}", unit_name, Level(its), level, needed,
            expiry if expiry is not None and expiry < day else None,
            leaves if leaves is not None and leaves < day else None,
        )
        for person_id, given, family, unit_name, unit_id, its, level, expiry, leaves in found
        if (needed := wanted.get((unit_id, NeedRole(its)))) is not None
    ]  # fmt: skip
    everybody.sort(key=lambda each: (each.reaches, each.name.split(" ")[-1].casefold(), each.name, each.person_id))
    start = (page - 1) * PAGE
    return Listing(everybody[start : start + PAGE], page, len(everybody) > start + PAGE)
