"""Attendance and progress of a cohort as CSV, for a spreadsheet: a row a participant, two columns a gathering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import force_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.database import db, reading_only
from learning.organisation.models import Person
from learning.paths.wording import status_name
from learning.programmes import gatherings, progress
from learning.programmes.attendance import NO_MARK, Mark
from learning.programmes.models import Attendance, Cohort, CohortMember, Gathering
from learning.programmes.times import local
from learning.programmes.wording import attended_name, reply_name
from learning.spreadsheets import write_csv

AT_ONCE = 200


def note_export(session: Session, cohort: Cohort, actor_id: int) -> None:
    """Write to the audit trail who took it out."""
    audit.record(
        session, "programme.exported", subject_type="programme", subject_id=cohort.id, actor_id=actor_id,
        agency_id=cohort.agency_id, name=cohort.name,
    )  # fmt: skip


def file_name(cohort: Cohort) -> str:
    return f"programme-{cohort.id}-{clock.today().isoformat()}.csv"


def pieces(cohort_id: int, language: str) -> Iterator[bytes]:
    """The file, piece by piece, read in a transaction of its own. Needs an application context while running."""
    with force_locale(language), reading_only(), db.sessionmaker() as session:
        cohort = session.get_one(Cohort, cohort_id)
        held = [each for each in gatherings.of_cohort(session, cohort.id) if each.cancelled_at is None]
        yield from write_csv(_header(held), _rows(session, cohort, held))


def _header(held: Sequence[Gathering]) -> list[str]:
    return [
        gettext("Name"), gettext("E-mail address"), gettext("Courses done"), gettext("Courses to take"),
        gettext("Status"), *(head for each in held for head in _heads(each)),
    ]  # fmt: skip


def _rows(session: Session, cohort: Cohort, held: Sequence[Gathering]) -> Iterator[list[object]]:
    far = progress.how_far(session, cohort)
    people = session.scalars(
        select(Person)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for batch in people.partitions():
        marks = _marks(session, cohort.id, [person.id for person in batch])
        for person in batch:
            how = far.get(person.id, progress.NOWHERE)
            row: list[object] = [person.name, person.email, how.taken, how.needed, status_name(how.status)]
            for each in held:
                mark = marks.get((person.id, each.id), NO_MARK)
                row += [reply_name(mark.reply), attended_name(mark.attended)]
            yield row


def _heads(gathering: Gathering) -> tuple[str, str]:
    day = local(gathering.starts_at).date().isoformat()
    values = {"title": gathering.title, "day": day}
    return gettext("%(day)s %(title)s: reply", **values), gettext("%(day)s %(title)s: attendance", **values)


def _marks(session: Session, cohort_id: int, person_ids: list[int]) -> dict[tuple[int, int], Mark]:
    found = session.execute(
        select(Attendance.person_id, Attendance.gathering_id, Attendance.reply, Attendance.attended)
        .join(Gathering, Gathering.id == Attendance.gathering_id)
        .where(Gathering.cohort_id == cohort_id, Attendance.person_id.in_(person_ids))
    )
    return {(person, gathering): Mark(reply, attended) for person, gathering, reply, attended in found}
