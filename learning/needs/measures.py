"""What is done about gaps: with owner, cost and deadline, and the numbers from when it was begun."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.catalogue import store
from learning.database import insert_once
from learning.needs import matrix
from learning.needs.gaps import Cell
from learning.needs.matrix import Ask
from learning.needs.models import CompetenceMeasure, Horizon, MeasureKind, MeasureState, NeedRole
from learning.needs.setting import Key
from learning.organisation.holding import not_over
from learning.organisation.models import Person, Position
from learning.paths import building
from learning.paths.models import LearningPath

MOST_COST = 2_000_000_000  # kroner
LIVE = (MeasureState.PLANNED, MeasureState.UNDER_WAY)


class ChangedMeanwhile(Exception):
    """Somebody else has changed the measure since the form was loaded."""


@dataclass(frozen=True)
class MeasureDraft:
    """What a form says of a measure; ``cost`` in kroner, None when nothing is said."""

    kind: MeasureKind
    words: str
    owner_id: int
    cost: int | None
    deadline: date
    state: MeasureState = MeasureState.PLANNED


@dataclass(frozen=True)
class Followed:
    """A measure with its gap as it is today."""

    measure: CompetenceMeasure
    now: Cell

    @property
    def closed(self) -> bool:
        return self.measure.gap_then > 0 and self.now.gap == 0

    @property
    def closed_by(self) -> int:
        """How many people fewer are missing; below nought when more are."""
        return self.measure.gap_then - self.now.gap


def owner_of(session: Session, agency_id: int, address: str) -> int | None:
    """The person with the address who works in the agency, today or soon; None when there is nobody."""
    return session.scalar(
        select(Person.id).where(
            Person.email == address.strip().lower(),
            Person.deactivated_at.is_(None),
            select(Position.id)
            .where(Position.person_id == Person.id, Position.agency_id == agency_id, not_over(clock.today()))
            .exists(),
        )
    )


def one_of(session: Session, agency_id: int, measure_id: int) -> CompetenceMeasure | None:
    """A measure of the agency; None for another's."""
    return session.scalar(
        select(CompetenceMeasure)
        .options(joinedload(CompetenceMeasure.owner), joinedload(CompetenceMeasure.unit))
        .where(CompetenceMeasure.agency_id == agency_id, CompetenceMeasure.id == measure_id)
    )


def all_of(session: Session, agency_id: int) -> Sequence[CompetenceMeasure]:
    """The agency's measures: those that go on by deadline, then the others, the newest first."""
    found = session.scalars(
        select(CompetenceMeasure)
        .options(joinedload(CompetenceMeasure.owner), joinedload(CompetenceMeasure.unit))
        .where(CompetenceMeasure.agency_id == agency_id)
        .order_by(CompetenceMeasure.deadline, CompetenceMeasure.id)
    ).all()
    over = [each for each in found if each.state not in LIVE]
    return [*(each for each in found if each.state in LIVE), *reversed(over)]


def live_by_gap(session: Session, agency_id: int) -> dict[tuple[int, int], int]:
    """How many measures go on, by unit and competence."""
    found = session.execute(
        select(CompetenceMeasure.unit_id, CompetenceMeasure.competence_id, func.count())
        .where(CompetenceMeasure.agency_id == agency_id, CompetenceMeasure.state.in_(LIVE))
        .group_by(CompetenceMeasure.unit_id, CompetenceMeasure.competence_id)
    )
    return {(unit_id, competence_id): number for unit_id, competence_id, number in found}


def followed(session: Session, agency_id: int, measures: Collection[CompetenceMeasure]) -> list[Followed]:
    """Each with its gap today; four queries for each unit, level and day that they are about."""
    asks: dict[tuple[int, Horizon, NeedRole], set[int]] = {}
    for each in measures:
        asks.setdefault((each.unit_id, each.horizon, each.role), set()).add(each.competence_id)
    cells: dict[tuple[int, Horizon, NeedRole, int], Cell] = {}
    for (unit_id, horizon, role), competences in asks.items():
        found = matrix.build(session, agency_id, Ask(competences, horizon, role, unit_id, whole_only=True))
        if found is not None:
            cells.update({(unit_id, horizon, role, its): cell for its, cell in found.whole.items()})
    return [
        Followed(each, cells.get((each.unit_id, each.horizon, each.role, each.competence_id), Cell()))
        for each in measures
    ]


def create(
    session: Session, agency_id: int, key: Key, draft: MeasureDraft, *, request_key: str, actor_id: int | None
) -> CompetenceMeasure:
    """A new measure. The same ``request_key`` in the same agency gives the same one back."""
    cell = matrix.cell(session, agency_id, key.unit_id, key.competence_id, key.horizon, key.role) or Cell()
    is_new = insert_once(
        session, CompetenceMeasure, agency_id=agency_id, unit_id=key.unit_id, role=key.role,
        competence_id=key.competence_id, horizon=key.horizon, kind=draft.kind, words=draft.words,
        owner_id=draft.owner_id, cost=draft.cost, deadline=draft.deadline, state=draft.state,
        needed_then=cell.needed, covered_then=cell.covered, created_at=clock.now(), created_by_id=actor_id, revision=1,
        request_key=request_key,
    )  # fmt: skip
    made = session.scalars(
        select(CompetenceMeasure).where(
            CompetenceMeasure.agency_id == agency_id, CompetenceMeasure.request_key == request_key
        )
    ).one()
    if is_new:
        _record(session, made, "measure.added", actor_id)
    return made


def change(
    session: Session, measure: CompetenceMeasure, draft: MeasureDraft, *, seen: int, actor_id: int | None
) -> None:
    """Another kind, owner, cost, deadline, state, or other words. Raises ChangedMeanwhile."""
    # Not session.refresh: it would join the owner again, and PostgreSQL locks no row that an outer join may lack.
    session.scalars(
        select(CompetenceMeasure)
        .where(CompetenceMeasure.id == measure.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if measure.revision != seen:
        raise ChangedMeanwhile
    wanted = {
        "kind": draft.kind, "words": draft.words, "owner_id": draft.owner_id, "cost": draft.cost,
        "deadline": draft.deadline, "state": draft.state,
    }  # fmt: skip
    changed = [name for name, value in wanted.items() if getattr(measure, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(measure, name, wanted[name])
    measure.revision += 1
    session.flush()
    _record(session, measure, "measure.changed", actor_id, state=measure.state.value)


def _record(session: Session, measure: CompetenceMeasure, action: str, actor_id: int | None, **detail: str) -> None:
    audit.record(
        session, action, subject_type="measure", subject_id=measure.id, actor_id=actor_id,
        agency_id=measure.agency_id, unit=measure.unit_id, person=measure.owner_id, words=measure.words[:200],
        **detail,
    )  # fmt: skip


def paths_that_build(session: Session, agency_id: int, code: str) -> list[LearningPath]:
    """The agency's paths in use with a course that builds the competence, by title."""
    courses = {
        version.course_id
        for version in store.current_versions(session)
        if code in store.load_document(session, version.id).competences
    }
    return [
        path
        for path in (building.in_use(session, agency_id) if courses else [])
        if any(step.course_id in courses for step in path.steps)
    ]
