"""A participant's own programmes: the path, the gatherings, what they replied and what was noted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.paths.learner import MyPath
from learning.programmes import attendance, gatherings, participants, progress
from learning.programmes.attendance import NO_MARK, Mark
from learning.programmes.models import Cohort, CohortFacilitator, CohortMember, Gathering


@dataclass(frozen=True)
class MyProgramme:
    """``gatherings`` are all of them by time, also those called off; ``marks`` gathering -> the person's own."""

    cohort: Cohort
    path: MyPath
    gatherings: Sequence[Gathering]
    marks: dict[int, Mark]

    @property
    def next_gathering(self) -> Gathering | None:
        """The first that is not over; None when there is none."""
        now = clock.now()
        return next((each for each in self.gatherings if each.cancelled_at is None and each.ends_at > now), None)

    def mark(self, gathering: Gathering) -> Mark:
        return self.marks.get(gathering.id, NO_MARK)


def _cohorts(session: Session, person_id: int, cohort_id: int | None) -> Sequence[Cohort]:
    wanted = (
        select(Cohort)
        .options(joinedload(Cohort.path, innerjoin=True), joinedload(Cohort.agency, innerjoin=True))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(
            CohortMember.person_id == person_id,
            CohortMember.left_at.is_(None),
            participants.works_in(Cohort.agency_id, CohortMember.person_id),
        )
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return session.scalars(wanted if cohort_id is None else wanted.where(Cohort.id == cohort_id)).all()


def programmes(session: Session, person_id: int, cohort_id: int | None = None) -> list[MyProgramme]:
    """What the person takes part in, the one that starts last first; or the one asked for."""
    return [
        MyProgramme(
            cohort,
            progress.my_path(session, cohort, person_id),
            gatherings.of_cohort(session, cohort.id),
            {gathering: mark for (_, gathering), mark in attendance.of_cohort(session, cohort.id, person_id).items()},
        )
        for cohort in _cohorts(session, person_id, cohort_id)
    ]


def going_on(session: Session, person_id: int) -> list[MyProgramme]:
    """Those for the front page: not cancelled, and with courses to take or gatherings ahead."""
    return [
        each
        for each in programmes(session, person_id)
        if each.cohort.cancelled_at is None and (each.next_gathering or each.path.next_step or not each.gatherings)
    ]


def has_any(session: Session, person_id: int) -> bool:
    """Whether the person takes part in a programme or facilitates one: then it stands in their menu. One query."""
    takes_part = exists().where(CohortMember.person_id == person_id, CohortMember.left_at.is_(None))
    leads = exists().where(CohortFacilitator.person_id == person_id)
    return bool(session.scalar(select(or_(takes_part, leads))))


def in_own_data(session: Session, person_id: int) -> list[dict[str, object]]:
    """Everything that is held about the person here, as plain values; times are ISO 8601 in UTC."""
    members = session.scalars(
        select(CohortMember)
        .options(joinedload(CohortMember.cohort, innerjoin=True))
        .where(CohortMember.person_id == person_id)
        .order_by(CohortMember.joined_at, CohortMember.id)
    ).all()
    return [
        {
            "programme": member.cohort.name,
            "joined_at": member.joined_at.isoformat(),
            "left_at": member.left_at.isoformat() if member.left_at else None,
            "gatherings": _own_marks(session, member.cohort_id, person_id),
        }
        for member in members
    ]


def _own_marks(session: Session, cohort_id: int, person_id: int) -> list[dict[str, object]]:
    marks = attendance.of_cohort(session, cohort_id, person_id)
    return [
        {
            "title": each.title,
            "starts_at": each.starts_at.isoformat(),
            "reply": marks[person_id, each.id].reply.value,
            "attended": marks[person_id, each.id].attended.value,
        }
        for each in gatherings.of_cohort(session, cohort_id)
        if (person_id, each.id) in marks
    ]
