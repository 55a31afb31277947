"""HR reminds those who are not done: by mail at once, and each of an assignment at most once a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.database import UtcDateTime, batches, insert_of
from learning.organisation import bounces
from learning.organisation.models import Person
from learning.paths.member_list import Wanted, chosen
from learning.paths.models import Assignment, AssignmentMember, MemberReminder
from learning.paths.signals import members_reminded

AT_ONCE = 500


class ListChanged(Exception):
    """Others would get the mail than when the number was shown."""


@dataclass(frozen=True)
class Reach:
    """How many mails a reminder to a list is, to how many people, and why not to the others of the list.

    Somebody with two assignments on it is two mails.
    """

    reached: int
    people: int
    done: int
    reminded: int  # earlier today
    unreached: int  # people whose address mail does not reach


def _reminded_today(member_id: Any) -> Any:
    return exists().where(MemberReminder.member_id == member_id, MemberReminder.reminded_on == clock.today())


def reach(session: Session, agency_id: int, wanted: Wanted) -> Reach:
    """Whom a reminder to the list would reach now. One query; writes nothing."""
    statement, found, _ = chosen(agency_id, wanted)
    done, reminded, unreached = found.c.done, _reminded_today(found.c.id), bounces.is_unreached()
    counts = session.execute(
        statement.where(Person.deactivated_at.is_(None)).with_only_columns(
            func.count(case((~done & ~reminded & ~unreached, 1))),
            func.count(case((~done & ~reminded & ~unreached, found.c.person_id)).distinct()),
            func.count(case((done, 1))),
            func.count(case((~done & reminded, 1))),
            func.count(case((~done & ~reminded & unreached, found.c.person_id)).distinct()),
        )
    ).one()
    return Reach(*counts)


def _reached(agency_id: int, wanted: Wanted) -> Select[tuple[int]]:
    statement, found, _ = chosen(agency_id, wanted)
    return statement.where(
        ~found.c.done, ~_reminded_today(found.c.id), ~bounces.is_unreached(), Person.deactivated_at.is_(None)
    )


def remind(session: Session, agency_id: int, wanted: Wanted, *, actor_id: int | None, expected: int) -> int:
    """Remind those of the list who are not done; how many. ``expected`` is the number that was shown.

    Whom somebody else reminds at the same moment gets one mail. Raises ListChanged; then nothing is written.
    """
    reached = _reached(agency_id, wanted)
    rows = reached.add_columns(
        literal(clock.today()), literal(agency_id), literal(actor_id), literal(clock.now(), UtcDateTime())
    )
    with session.begin_nested():
        member_ids = session.scalars(
            insert_of(session, MemberReminder)
            .from_select(["member_id", "reminded_on", "agency_id", "reminded_by_id", "at"], rows)
            .on_conflict_do_nothing()
            .returning(MemberReminder.member_id)
        ).all()
        if len(member_ids) != expected:
            raise ListChanged
    by_assignment: dict[int, list[int]] = defaultdict(list)
    for batch in batches(member_ids, AT_ONCE):
        for assignment_id, member_id in session.execute(
            select(AssignmentMember.assignment_id, AssignmentMember.id)
            .where(AssignmentMember.id.in_(batch))
            .order_by(AssignmentMember.id)
        ):
            by_assignment[assignment_id].append(member_id)
    for assignment_id, ids in sorted(by_assignment.items()):
        assignment = session.scalars(
            select(Assignment)
            .options(joinedload(Assignment.path, innerjoin=True))
            .where(Assignment.id == assignment_id)
        ).one()
        audit.record(
            session,
            "assignment.reminded",
            subject_type="assignment",
            subject_id=assignment_id,
            actor_id=actor_id,
            agency_id=agency_id,
            path=assignment.path.title,
            members=len(ids),
        )
        members_reminded.send(session, assignment=assignment, member_ids=ids)
    return len(member_ids)
