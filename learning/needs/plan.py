"""The plan for a board and for the dialogue with the unions: needs, gaps, measures, costs, decisions. No names of
people but the owners of measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.needs import known, matrix, measures
from learning.needs.gaps import Cell
from learning.needs.known import Known
from learning.needs.matrix import Ask
from learning.needs.measures import Followed
from learning.needs.models import Horizon, MeasureState, PlanDecision
from learning.needs.resolving import HORIZONS


@dataclass(frozen=True)
class Plan:
    """``gaps`` has a cell for each horizon, for the whole agency, by competence. ``costs``: kroner by year of deadline,
    of measures that are not dropped; ``without_cost`` is how many of these say nothing of a cost.
    """

    known: Known
    gaps: Mapping[int, Mapping[Horizon, Cell]]
    measures: Sequence[Followed]
    costs: Mapping[int, int]
    without_cost: int
    decisions: Sequence[PlanDecision]
    people: int
    today: date


def decisions(session: Session, agency_id: int) -> Sequence[PlanDecision]:
    """What was decided, the newest first."""
    return session.scalars(
        select(PlanDecision)
        .where(PlanDecision.agency_id == agency_id)
        .order_by(PlanDecision.decided_on.desc(), PlanDecision.id.desc())
    ).all()


def decide(
    session: Session, agency_id: int, decided_on: date, body: str, words: str, *, request_key: str, actor_id: int | None
) -> None:
    """Note a decision. The same ``request_key`` in the same agency notes it once."""
    is_new = insert_once(
        session, PlanDecision, agency_id=agency_id, decided_on=decided_on, body=body, words=words,
        recorded_at=clock.now(), recorded_by_id=actor_id, request_key=request_key,
    )  # fmt: skip
    if is_new:
        audit.record(
            session, "plan.decided", subject_type="agency", subject_id=agency_id, actor_id=actor_id,
            agency_id=agency_id, body=body, on=decided_on.isoformat(),
        )  # fmt: skip


def costs_by_year(found: Sequence[Followed]) -> tuple[dict[int, int], int]:
    """Kroner by the year of the deadline, and how many measures say nothing of a cost; dropped ones count nowhere."""
    kept = [each.measure for each in found if each.measure.state is not MeasureState.DROPPED]
    costs: dict[int, int] = {}
    for each in kept:
        if each.cost is not None:
            costs[each.deadline.year] = costs.get(each.deadline.year, 0) + each.cost
    return dict(sorted(costs.items())), sum(each.cost is None for each in kept)


def gather(session: Session, agency_id: int, language: str) -> Plan:
    """The whole plan, as it stands today."""
    competences = known.load(session, agency_id, language)
    gaps: dict[int, dict[Horizon, Cell]] = {}
    people = 0
    for horizon in HORIZONS:
        found = matrix.build(session, agency_id, Ask(list(competences.by_id), horizon, whole_only=True))
        if found is not None:
            people = found.people
            for competence_id, cell in found.whole.items():
                gaps.setdefault(competence_id, {})[horizon] = cell
    followed = measures.followed(session, agency_id, measures.all_of(session, agency_id))
    costs, without = costs_by_year(followed)
    return Plan(
        competences, gaps, followed, costs, without, decisions(session, agency_id), people, clock.today()
    )  # fmt: skip
