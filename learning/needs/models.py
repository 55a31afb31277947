"""What an agency needs of its managers, what it does about what is lacking, who may leave, and what was decided."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.competences.models import Competence
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Person, Unit


class NeedRole(StrEnum):
    """Whom a need is for: the managers of a level, or all of them."""

    ALL = "all"
    FIRST_LINE = "first-line"
    MIDDLE = "middle"
    TOP = "top"


class Horizon(StrEnum):
    NOW = "now"
    ONE_YEAR = "one-year"
    THREE_YEARS = "three-years"


class Consequence(StrEnum):
    """What it means for the agency when the competence is missing."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class MeasureKind(StrEnum):
    LEARN = "learn"
    TRANSFER = "transfer"
    MOVE = "move"
    RESKILL = "reskill"
    RECRUIT = "recruit"


class MeasureState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


class CompetenceNeed(Base):
    """Holds for the unit and all below it from ``set_at`` until ``ended_at``; a change ends it and makes another.

    ``level`` 0: not needed here, whatever is needed above. Who needs it is either a share of the people in per cent
    or a number of people; for level 0 it says nothing.
    """

    __tablename__ = "competence_need"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_range"),
        CheckConstraint("(share IS NULL) <> (number IS NULL)", name="share_or_number"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_range"),
        CheckConstraint("number > 0", name="number_range"),
        Index(
            "uq_competence_need_live",
            "agency_id",
            "unit_id",
            "role",
            "competence_id",
            "horizon",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_competence_need_agency_id_competence_id", "agency_id", "competence_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[int] = mapped_column(BigId)
    role: Mapped[NeedRole] = mapped_column(text_enum(NeedRole))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    horizon: Mapped[Horizon] = mapped_column(text_enum(Horizon))
    level: Mapped[int]
    share: Mapped[int | None]  # per cent
    number: Mapped[int | None]  # people
    consequence: Mapped[Consequence] = mapped_column(text_enum(Consequence))
    words: Mapped[str] = mapped_column(String(500), default="")
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    set_by: Mapped[Person | None] = relationship(foreign_keys=[set_by_id])


class CompetenceMeasure(Base):
    """What is done about a gap. The numbers at the start are kept: needed people, and those who had reached it."""

    __tablename__ = "competence_measure"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
        UniqueConstraint("agency_id", "request_key"),
        CheckConstraint("cost >= 0", name="cost_range"),
        CheckConstraint("covered_then BETWEEN 0 AND needed_then", name="numbers_then"),
        Index("ix_competence_measure_agency_id_deadline", "agency_id", "deadline"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    unit_id: Mapped[int] = mapped_column(BigId)
    role: Mapped[NeedRole] = mapped_column(text_enum(NeedRole))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    horizon: Mapped[Horizon] = mapped_column(text_enum(Horizon))
    kind: Mapped[MeasureKind] = mapped_column(text_enum(MeasureKind))
    words: Mapped[str] = mapped_column(String(1000))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cost: Mapped[int | None]  # kroner
    deadline: Mapped[date]
    state: Mapped[MeasureState] = mapped_column(text_enum(MeasureState), default=MeasureState.PLANNED)
    needed_then: Mapped[int]
    covered_then: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=1)  # grows with every change
    request_key: Mapped[str] = mapped_column(String(64))

    unit: Mapped[Unit] = relationship(foreign_keys=[agency_id, unit_id])
    competence: Mapped[Competence] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])

    @property
    def gap_then(self) -> int:
        return self.needed_then - self.covered_then


class LeavingScenario(Base):
    """Who might leave, under a name. One of: people, everybody in a unit, positions that end before a day, a number."""

    __tablename__ = "leaving_scenario"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
        UniqueConstraint("agency_id", "name"),
        CheckConstraint("number > 0", name="number_range"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[date | None]
    number: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ScenarioPerson(Base):
    """Somebody whom a scenario lets leave."""

    __tablename__ = "scenario_person"
    __table_args__ = (Index("ix_scenario_person_person_id", "person_id"),)

    scenario_id: Mapped[int] = mapped_column(ForeignKey("leaving_scenario.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class PlanDecision(Base):
    """What a board or a dialogue with the unions decided about the plan. Append-only."""

    __tablename__ = "plan_decision"
    __table_args__ = (
        UniqueConstraint("agency_id", "request_key"),
        Index("ix_plan_decision_agency_id_decided_on", "agency_id", "decided_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    decided_on: Mapped[date]
    body: Mapped[str] = mapped_column(String(100))  # who decided: the board, the dialogue with the unions
    words: Mapped[str] = mapped_column(String(2000))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    request_key: Mapped[str] = mapped_column(String(64))
