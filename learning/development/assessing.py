"""How people see themselves: the choices on a page of behaviours, kept with their day and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.frameworks import LEVELS, FrameworkPlan
from learning.competences.published import PublishedFramework
from learning.database import insert_once
from learning.development.models import SelfAssessment
from learning.sealing import seal, unseal_or_nothing

NOT_YET = 0
Choices = Mapping[str, int]  # code -> level, 0 for "not yet"; what was skipped is left out


class NothingChosen(Exception):
    """Every competence was skipped."""


@dataclass(frozen=True)
class Assessed:
    """One self-assessment as the person made it."""

    id: int
    framework_id: int
    made_at: datetime
    choices: Choices


def read_choices(plan: FrameworkPlan, sent: Mapping[str, str]) -> dict[str, int]:
    """The choices of a form with a field for each code; what is empty or no choice of ours is skipped.

    Raises NothingChosen.
    """
    found = {}
    for each in plan.competences:
        value = sent.get(each.code, "")
        if value in {str(level) for level in (NOT_YET, *LEVELS)}:
            found[each.code] = int(value)
    if not found:
        raise NothingChosen
    return found


def opened(stored: Mapping[str, Any]) -> dict[str, int]:
    """Choices as they were before they were sealed; none when the key is not known."""
    found = unseal_or_nothing(dict(stored)) or {}
    return {code: int(level) for code, level in found.items()}


def record(session: Session, person_id: int, framework: PublishedFramework, choices: Choices, key: str) -> bool:
    """Keep a self-assessment; whether it was new. The same ``key`` twice is one."""
    return record_of_version(session, person_id, framework.framework.id, framework.version.id, choices, key)


def record_of_version(
    session: Session, person_id: int, framework_id: int, version_id: int, choices: Choices, key: str
) -> bool:
    """The same by a version that need not be the current one."""
    return insert_once(
        session,
        SelfAssessment,
        person_id=person_id,
        framework_id=framework_id,
        version_id=version_id,
        choices=seal(dict(choices)),
        key=f"{person_id}:{key}",
        made_at=clock.now(),
    )


def history(session: Session, person_id: int, framework_id: int | None = None) -> list[Assessed]:
    """What the person has chosen, newest first; of one framework, or of all."""
    statement = select(SelfAssessment).where(SelfAssessment.person_id == person_id)
    if framework_id is not None:
        statement = statement.where(SelfAssessment.framework_id == framework_id)
    rows = session.scalars(statement.order_by(SelfAssessment.made_at.desc(), SelfAssessment.id.desc()))
    return [Assessed(each.id, each.framework_id, each.made_at, opened(each.choices)) for each in rows]


def newest_by_framework(session: Session, person_id: int) -> dict[int, Assessed]:
    """The newest of each framework, by the framework's id."""
    found: dict[int, Assessed] = {}
    for each in history(session, person_id):
        found.setdefault(each.framework_id, each)
    return found


def changes_between(newer: Choices, older: Choices) -> Sequence[tuple[str, int, int]]:
    """(code, before, now) of the competences that were chosen both times and differently."""
    return [(code, older[code], level) for code, level in newer.items() if older.get(code, level) != level]
