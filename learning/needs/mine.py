"""What this room holds about a person: measures that they own, and scenarios that name them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.needs.models import CompetenceMeasure, LeavingScenario, ScenarioPerson
from learning.organisation.models import Agency


def in_own_data(session: Session, person_id: int) -> dict[str, Any]:
    """For the person alone, as plain values. Two queries."""
    owned = session.execute(
        select(CompetenceMeasure.words, CompetenceMeasure.deadline, CompetenceMeasure.state, Agency.name)
        .join(Agency, Agency.id == CompetenceMeasure.agency_id)
        .where(CompetenceMeasure.owner_id == person_id)
        .order_by(CompetenceMeasure.id)
    )
    named = session.execute(
        select(LeavingScenario.created_at, Agency.name)
        .join(ScenarioPerson, ScenarioPerson.scenario_id == LeavingScenario.id)
        .join(Agency, Agency.id == LeavingScenario.agency_id)
        .where(ScenarioPerson.person_id == person_id)
        .order_by(LeavingScenario.id)
    )
    return {
        "owned_measures": [
            {"agency": agency, "words": words, "deadline": deadline.isoformat(), "state": state.value}
            for words, deadline, state, agency in owned
        ],
        "named_in_scenarios_of_leaving": [{"agency": agency, "at": at.isoformat()} for at, agency in named],
    }
