"""When two accounts of one person become one: what they own goes along, and a scenario names them once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.needs.models import CompetenceMeasure, CompetenceNeed, LeavingScenario, PlanDecision, ScenarioPerson
from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person

_DID = "what an account did is said of that account"
COLUMNS = PersonColumns(
    moved=(CompetenceMeasure.owner_id,),
    by_rule=(ScenarioPerson.person_id,),
    stays={
        CompetenceNeed.set_by_id: _DID,
        CompetenceNeed.ended_by_id: _DID,
        CompetenceMeasure.created_by_id: _DID,
        LeavingScenario.created_by_id: _DID,
        PlanDecision.recorded_by_id: "a fact of that day: who noted it",
    },
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """Measures that they own, and their place in scenarios."""
    known = select(ScenarioPerson.scenario_id).where(ScenarioPerson.person_id == kept.id)
    session.execute(
        delete(ScenarioPerson)
        .where(ScenarioPerson.person_id == merged.id, ScenarioPerson.scenario_id.in_(known))
        .execution_options(**QUIETLY)
    )
    return move_columns(session, (*COLUMNS.moved, ScenarioPerson.person_id), kept, merged)
