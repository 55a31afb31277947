"""Carrying a plan out: all of it or nothing, in a few statements however many people it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.access import audit, password_links
from learning.database import batches, table_of
from learning.organisation.models import Agency, Membership, MembershipTag, Person, Position
from learning.organisation.signals import addresses_changed, positions_changed
from learning.people_files.columns import Column
from learning.people_files.known import AT_ONCE
from learning.people_files.steps import ChangePosition, Outcome, Plan, PositionFacts, Ref

ACTION = "people.imported"


class ChangedMeanwhile(Exception):
    """Somebody changed people between the plan and now; nothing is done."""


def apply(session: Session, agency: Agency, plan: Plan, *, actor_id: int | None, name: str, digest: str) -> None:
    """Carry out a plan without faults, in the caller's transaction.

    ``name`` and ``digest`` are the file's, for the audit trail. Sends addresses_changed, invitations_wanted and
    positions_changed (tags count too), each once. Raises ChangedMeanwhile, and ValueError for a plan with faults.
    """
    if plan.faults:
        raise ValueError("a plan with faults is not carried out")
    try:
        with session.begin_nested():
            ids = _add_people(session, plan)
            moved = _change_people(session, plan)
            _set_memberships(session, agency.id, plan, ids)
            _set_tags(session, agency.id, plan, ids)
            _set_positions(session, agency.id, plan, ids)
            _record(session, agency.id, plan, ids, actor_id, name, digest)
    except IntegrityError as fault:
        raise ChangedMeanwhile from fault
    if moved:
        addresses_changed.send(session, changes=moved)
    if plan.options.invite:
        password_links.invite_new(session, _people(session, ids.values()), agency.id)
    if plan.new_positions or plan.changed_positions or plan.tags:  # audiences go by tags as well
        positions_changed.send(session, agency_id=agency.id)


def _id(who: Ref, ids: Mapping[str, int]) -> int:
    return who if isinstance(who, int) else ids[who]


def _add_people(session: Session, plan: Plan) -> dict[str, int]:
    """The ids of the new people by address."""
    if not plan.new_people:
        return {}
    rows = [asdict(step.facts) for step in plan.new_people]
    table = table_of(Person)
    return dict(session.execute(insert(table).returning(table.c.email, table.c.id), rows).tuples().all())


def _people(session: Session, person_ids: Iterable[int]) -> list[Person]:
    """These people as they are in the database now."""
    wanted = sorted(person_ids)
    found: list[Person] = []
    for batch in batches(wanted, AT_ONCE):
        statement = select(Person).where(Person.id.in_(batch)).order_by(Person.id)
        found += session.scalars(statement.execution_options(populate_existing=True)).all()
    return found


def _change_people(session: Session, plan: Plan) -> list[tuple[Person, str]]:
    """Those whose address changed, with the one they had."""
    steps = plan.changed_people
    if steps:
        session.execute(update(Person), [{"id": step.person_id, **asdict(step.after)} for step in steps])
    before = {step.person_id: step.before.email for step in steps if step.before.email != step.after.email}
    return [(person, before[person.id]) for person in _people(session, before)]


def _set_memberships(session: Session, agency_id: int, plan: Plan, ids: Mapping[str, int]) -> None:
    new: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for step in plan.memberships:
        row = {"agency_id": agency_id, "person_id": _id(step.who, ids), "employee_number": step.number}
        (new if step.is_new else known).append(row)
    if new:
        session.execute(insert(table_of(Membership)), new)
    if known:
        session.execute(update(Membership), known)


def _set_tags(session: Session, agency_id: int, plan: Plan, ids: Mapping[str, int]) -> None:
    added = [
        {"agency_id": agency_id, "person_id": _id(step.who, ids), "tag": tag}
        for step in plan.tags
        for tag in step.added
    ]
    removed = [
        {"of_agency": agency_id, "of_person": _id(step.who, ids), "of_tag": tag}
        for step in plan.tags
        for tag in step.removed
    ]
    if removed:
        session.connection().execute(
            delete(MembershipTag).where(
                MembershipTag.agency_id == bindparam("of_agency"),
                MembershipTag.person_id == bindparam("of_person"),
                MembershipTag.tag == bindparam("of_tag"),
            ),
            removed,
        )
    if added:
        session.execute(insert(table_of(MembershipTag)), added)


def _set_positions(session: Session, agency_id: int, plan: Plan, ids: Mapping[str, int]) -> None:
    changed = [{"id": step.position_id, **_values(step.after, ids)} for step in plan.changed_positions]
    if changed:
        session.execute(update(Position), changed)
    added = [
        {"agency_id": agency_id, "person_id": _id(step.who, ids), **_values(step.facts, ids)}
        for step in plan.new_positions
    ]
    if added:
        session.execute(insert(table_of(Position)), added)


def _values(facts: PositionFacts, ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "unit_id": facts.unit_id,
        "title": facts.title,
        "level": facts.level,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "reports_to_id": None if facts.manager is None else _id(facts.manager, ids),
    }


_FIELDS = {"unit_id": Column.UNIT}  # others have the names of their columns


def _differing(before: object, after: object) -> set[str]:
    names = [each.name for each in fields(before)]  # type: ignore[arg-type]
    return {
        _FIELDS.get(name, name.replace("_", "-")) for name in names if getattr(before, name) != getattr(after, name)
    }


def _record(
    session: Session, agency_id: int, plan: Plan, ids: Mapping[str, int], actor_id: int | None, name: str, digest: str
) -> None:
    """One audit event for the file and one for each person that it changed."""
    options = plan.options
    audit.record(
        session, ACTION, subject_type="people-file", subject_id=digest[:16], actor_id=actor_id, agency_id=agency_id,
        name=name, missing=options.missing.value, end_on=options.end_on.isoformat() if options.end_on else None,
        **{outcome.value: number for outcome, number in plan.counts.items() if outcome is not Outcome.REFUSED},
    )  # fmt: skip
    actions: dict[int, str] = {}
    changed: dict[int, set[str]] = {}

    def note(who: Ref, action: str, what: set[str]) -> None:
        person_id = _id(who, ids)
        actions.setdefault(person_id, action)  # the first says most
        changed.setdefault(person_id, set()).update(what)

    for added in plan.new_people:
        note(added.facts.email, "person.added", set())
    for position in plan.new_positions:
        note(position.who, "position.moved" if position.replaces else "position.added", {"unit"})
    for step in plan.changed_positions:
        note(step.person_id, _action(step), _differing(step.before, step.after))
    for person in plan.changed_people:
        note(person.person_id, "person.changed", _differing(person.before, person.after))
    for membership in plan.memberships:
        note(membership.who, "person.changed", {"employee-number"} if membership.number else set())
    for tags in plan.tags:
        note(tags.who, "person.changed", {"tags"})
    events = [
        {
            "action": action,
            "subject_type": "person",
            "subject_id": str(person_id),
            "detail": {"file": digest[:16], "fields": ", ".join(sorted(changed[person_id])) or None},
        }
        for person_id, action in actions.items()
    ]
    audit.record_many(session, events, actor_id=actor_id, agency_id=agency_id)


def _action(step: ChangePosition) -> str:
    ended = step.after.ends_on is not None and step.after.ends_on != step.before.ends_on
    return "position.ended" if ended else "position.changed"
