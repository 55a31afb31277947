"""What if people leave: who is thought to, and keeping that under a name. Nothing else is ever saved of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.needs.models import LeavingScenario, ScenarioPerson
from learning.needs.tallies import Leaving
from learning.organisation.holding import held_on
from learning.organisation.models import Person, Position
from learning.paths import unit_tree
from learning.paths.unit_tree import UnitNode

MOST_ADDRESSES = 500


class NameTaken(Exception):
    """The agency has another scenario with this name."""


@dataclass(frozen=True)
class Choice:
    """Who leaves: exactly one of these is said."""

    person_ids: frozenset[int] = frozenset()
    unit_id: int | None = None
    before: date | None = None
    number: int | None = None

    def leaving(self, roots: Sequence[UnitNode]) -> Leaving | None:
        """Those who leave, for the database; None when it is a number of people, whoever they are."""
        if self.number is not None:
            return None
        top = unit_tree.find(roots, self.unit_id) if self.unit_id is not None else None
        units = frozenset(node.id for node in top.walk()) if top is not None else frozenset()
        return Leaving(self.person_ids, units, self.before)


def people_by_address(session: Session, agency_id: int, addresses: Collection[str]) -> dict[str, int]:
    """Address -> person, for those who hold a position in the agency today."""
    here = select(Position.person_id).where(Position.agency_id == agency_id, held_on(clock.today()))
    found = session.execute(select(Person.email, Person.id).where(Person.email.in_(addresses), Person.id.in_(here)))
    return dict(iter(found))


def addresses_of(session: Session, person_ids: Collection[int]) -> list[str]:
    return list(session.scalars(select(Person.email).where(Person.id.in_(person_ids)).order_by(Person.email)))


def all_of(session: Session, agency_id: int) -> Sequence[LeavingScenario]:
    """The agency's scenarios, by name."""
    return session.scalars(
        select(LeavingScenario).where(LeavingScenario.agency_id == agency_id).order_by(LeavingScenario.name)
    ).all()


def one_of(session: Session, agency_id: int, scenario_id: int) -> LeavingScenario | None:
    """A scenario of the agency; None for another's."""
    return session.scalar(
        select(LeavingScenario).where(LeavingScenario.agency_id == agency_id, LeavingScenario.id == scenario_id)
    )


def choice_of(session: Session, scenario: LeavingScenario) -> Choice:
    people = session.scalars(select(ScenarioPerson.person_id).where(ScenarioPerson.scenario_id == scenario.id))
    return Choice(frozenset(people), scenario.unit_id, scenario.before, scenario.number)


def save(session: Session, agency_id: int, name: str, choice: Choice, *, actor_id: int | None) -> LeavingScenario:
    """Keep it under a name; the same again changes nothing. Raises NameTaken when the name means something else."""
    is_new = insert_once(
        session, LeavingScenario, agency_id=agency_id, name=name, unit_id=choice.unit_id, before=choice.before,
        number=choice.number, created_at=clock.now(), created_by_id=actor_id,
    )  # fmt: skip
    scenario = session.scalars(
        select(LeavingScenario).where(LeavingScenario.agency_id == agency_id, LeavingScenario.name == name)
    ).one()
    if not is_new:
        if choice_of(session, scenario) != choice:
            raise NameTaken
        return scenario
    session.add_all(ScenarioPerson(scenario_id=scenario.id, person_id=each) for each in sorted(choice.person_ids))
    _record(session, scenario, "scenario.saved", actor_id, sorted(choice.person_ids))
    session.flush()
    return scenario


def remove(session: Session, scenario: LeavingScenario, *, actor_id: int | None) -> None:
    """Forget a scenario, with whom it named."""
    _record(session, scenario, "scenario.removed", actor_id, [])
    session.execute(delete(ScenarioPerson).where(ScenarioPerson.scenario_id == scenario.id))
    session.delete(scenario)
    session.flush()


def _record(session: Session, scenario: LeavingScenario, action: str, actor_id: int | None, people: list[int]) -> None:
    audit.record(
        session, action, subject_type="scenario", subject_id=scenario.id, actor_id=actor_id,
        agency_id=scenario.agency_id, name=scenario.name, people=people,
    )  # fmt: skip
