"""What the tests of this room share: a town with managers, two competences, and levels as plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count

from sqlalchemy.orm import Session

from learning.access.models import Role
from learning.catalogue.frameworks import FrameworkPlan
from learning.competences import published
from learning.competences.evidence_models import CompetenceLevel
from learning.competences.publishing import publish_own
from learning.needs import setting
from learning.needs.models import Horizon, NeedRole
from learning.needs.setting import Key, Wish
from learning.organisation.models import Agency, Level, Person, Unit
from tests.catalogue.frameworks import framework
from tests.factories import grant
from tests.paths.scene import Town, make_town, manager

_letters: Iterator[int] = count(10)


@dataclass
class Scene:
    """A town (top -> health -> home care, nursing; top -> school) with HR and a framework of its own."""

    town: Town
    hr: Person
    code: str  # of the framework
    first: int  # ids of its competences
    second: int

    @property
    def agency(self) -> Agency:
        return self.town.agency

    @property
    def base(self) -> str:
        return f"/agency/{self.town.agency.slug}/competences"


def set_up(session: Session) -> Scene:
    town = make_town(session)
    hr = manager(session, town.top, "Hedda Haug", Level.EMPLOYEE)
    grant(session, hr, Role.HR, town.agency)
    code = f"Z{next(_letters)}"
    publish_own(session, town.agency.id, FrameworkPlan.model_validate(framework(code)), hr.id)
    found = published.current(session, code, town.agency.id)
    assert found is not None
    ids = published.competence_ids(session, found)
    return Scene(town, hr, code, ids[f"{code}.1"], ids[f"{code}.2"])


def need(
    session: Session, here: Scene, unit: Unit, level: int = 2, *, competence: int = 0, role: NeedRole = NeedRole.ALL,
    horizon: Horizon = Horizon.NOW, share: int | None = 100, number: int | None = None,
) -> None:  # fmt: skip
    key = Key(unit.id, role, competence or here.first, horizon)
    wish = Wish(level, None if number else share, number)
    setting.save(session, here.agency.id, {key: wish}, actor_id=here.hr.id)


def reach(session: Session, person: Person, competence_id: int, level: int, until: date | None = None) -> None:
    session.add(CompetenceLevel(person_id=person.id, competence_id=competence_id, level=level, next_expiry=until))
    session.flush()
