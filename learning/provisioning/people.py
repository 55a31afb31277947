"""What SCIM changes of people: joining, moving, leaving, coming back and being deleted.

A person's record outlives all of it. The rules raise the exceptions of scim2_models, with a sentence that says what
to do; the request is then rolled back whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from scim2_models import ConflictException, InvalidValueException, NotFoundException, UniquenessException
from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit, password_links
from learning.access.models import ApiToken
from learning.access.roles import belongs_here_alone
from learning.access.sign_in import has_password
from learning.database import insert_once
from learning.organisation import people as people_rules
from learning.organisation.models import Agency, Level, Membership, MembershipTag, Person, new_scim_id
from learning.organisation.people import AddressTaken, NewPosition, OwnManager, PositionTaken, WrongOrder
from learning.provisioning import finding
from learning.provisioning.finding import USER_NAME, Known
from learning.provisioning.models import ProvisionedGroup, ProvisionedPerson
from learning.provisioning.wishes import UnitWish, Wish

_SHARED = (
    "The person belongs to another agency too, or has a role outside this one: name, address and language are not this"
    " agency's alone to change. Ask the platform administrator."
)
_TAKEN = (
    "The address {} is in use. If it is the same person in another agency, the platform administrator can join them."
)


@dataclass(frozen=True)
class Desk:
    """Where a change comes from: the token, whose agency it is, and what counts as no title there."""

    session: Session
    token: ApiToken
    titles: Mapping[Level, str]

    @property
    def agency(self) -> Agency:
        return self.token.agency

    def record(self, action: str, subject_type: str, subject_id: object, **detail: Any) -> None:
        """Write an audit event that names the token; no person did it."""
        audit.record(
            self.session, action, subject_type=subject_type, subject_id=subject_id, actor_id=None,
            agency_id=self.token.agency_id, token=f"{self.token.name} ({self.token.prefix}…)", **detail,
        )  # fmt: skip


def create(desk: Desk, wish: Wish) -> Known:
    """A new person, or one whom a system deleted here earlier and who now comes back."""
    session, agency_id = desk.session, desk.token.agency_id
    _refuse_user_name_of_another(desk, wish, person_id=None)
    person = session.scalar(select(Person).where(Person.email == wish.email))
    is_new = person is None
    if person is None:
        person = _new_person(desk, wish)
    elif session.get(Membership, (agency_id, person.id)) is None:
        raise UniquenessException(detail=_TAKEN.format(wish.email))
    insert_once(session, Membership, agency_id=agency_id, person_id=person.id, created_at=clock.now())
    membership = _locked(desk, person.id)
    if not is_new:
        if membership.scim_id is not None:
            raise UniquenessException(
                detail=f"The address {wish.email} belongs to a person who is in this agency already."
            )
        membership.scim_id = new_scim_id()
        _change_facts(desk, person, wish)
    _name_in_agency(desk, membership, wish)
    session.flush()
    known = _again(desk, membership)
    if known.active and wish.active:
        _change_position(desk, known, wish)
    elif wish.active:
        _begin(desk, known, wish)
    else:
        _leave(desk, known, wish)
    if is_new:
        desk.record("person.added", "person", person.id)
    return _again(desk, membership)


def change(desk: Desk, known: Known, wish: Wish) -> Known:
    """Make the person what the wish says. A wish that is fulfilled already changes nothing."""
    membership = _locked(desk, known.person.id)
    _refuse_user_name_of_another(desk, wish, person_id=known.person.id)
    _change_facts(desk, known.person, wish)
    _name_in_agency(desk, membership, wish)
    if known.active and wish.active:
        _change_position(desk, known, wish)
    elif wish.active:
        _begin(desk, known, wish)
    else:
        _leave(desk, known, wish)
    return _again(desk, membership)


def delete(desk: Desk, known: Known) -> None:
    """Forget the person as far as SCIM goes: positions end, the ids go, the record stays."""
    session, agency_id, person_id = desk.session, desk.token.agency_id, known.person.id
    membership = _locked(desk, person_id)
    _end_positions(desk, person_id)
    session.execute(
        sql_delete(MembershipTag).where(
            MembershipTag.agency_id == agency_id, MembershipTag.person_id == person_id,
            MembershipTag.tag.in_(select(ProvisionedGroup.tag).where(ProvisionedGroup.agency_id == agency_id)),
        )
    )  # fmt: skip
    session.execute(
        sql_delete(ProvisionedPerson).where(
            ProvisionedPerson.agency_id == agency_id, ProvisionedPerson.person_id == person_id
        )
    )
    membership.scim_id = membership.external_id = None
    desk.record("person.deprovisioned", "person", person_id)
    session.flush()


def _locked(desk: Desk, person_id: int) -> Membership:
    """The membership, held until the commit: two changes of one person take turns."""
    return desk.session.scalars(
        select(Membership)
        .where(Membership.agency_id == desk.token.agency_id, Membership.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _again(desk: Desk, membership: Membership) -> Known:
    desk.session.flush()
    known = finding.find_one(desk.session, desk.token.agency_id, membership.scim_id or "")
    if known is None:  # another request deleted the person while this one waited
        raise NotFoundException(detail="There is no user with this id.")
    return known


def _new_person(desk: Desk, wish: Wish) -> Person:
    try:
        return people_rules.save_person(desk.session, wish.facts)
    except AddressTaken as fault:
        raise UniquenessException(detail=_TAKEN.format(wish.email)) from fault


def _refuse_user_name_of_another(desk: Desk, wish: Wish, *, person_id: int | None) -> None:
    statement = finding.everybody(desk.token.agency_id).where(USER_NAME.in_([wish.user_name]))
    other = desk.session.execute(statement.with_only_columns(Membership.person_id)).scalars().first()
    if other is not None and other != person_id:
        raise UniquenessException(detail=f"The userName {wish.user_name} belongs to a person in this agency already.")


def _change_facts(desk: Desk, person: Person, wish: Wish) -> None:
    """Name, address and language."""
    facts = wish.facts
    if (person.given_name, person.family_name, person.email, person.language) == (
        facts.given_name, facts.family_name, facts.email, facts.language,
    ):  # fmt: skip
        return
    session, agency_id = desk.session, desk.token.agency_id
    left_to_others = not people_rules.works_in(session, agency_id, person.id) and people_rules.known_elsewhere(
        session, agency_id, person.id
    )
    if left_to_others or not belongs_here_alone(session, agency_id, person.id):
        raise ConflictException(detail=_SHARED)
    try:
        changed = people_rules.change_person(session, person, facts)
    except AddressTaken as fault:
        raise UniquenessException(detail=_TAKEN.format(wish.email)) from fault
    desk.record("person.changed", "person", person.id, fields=", ".join(changed))


def _name_in_agency(desk: Desk, membership: Membership, wish: Wish) -> None:
    """What the agency's systems call the person."""
    session = desk.session
    for name, wanted in (("external_id", wish.external_id), ("employee_number", wish.employee_number)):
        if wanted == getattr(membership, name):
            continue
        column = getattr(Membership, name)
        other = session.scalar(
            select(Membership.person_id).where(
                Membership.agency_id == membership.agency_id, column == wanted,
                Membership.person_id != membership.person_id,
            )
        )  # fmt: skip
        if wanted is not None and other is not None:
            attribute = {"external_id": "externalId", "employee_number": "employeeNumber"}[name]
            raise UniquenessException(detail=f"The {attribute} {wanted} belongs to another person in this agency.")
        setattr(membership, name, wanted)
    _kept(desk, membership.person_id, wish).user_name = wish.user_name
    session.flush()


def _kept(desk: Desk, person_id: int, wish: Wish) -> ProvisionedPerson:
    key = (desk.token.agency_id, person_id)
    insert_once(desk.session, ProvisionedPerson, agency_id=key[0], person_id=key[1], user_name=wish.user_name)
    kept = desk.session.get(ProvisionedPerson, key)
    if kept is None:  # the row was refused: another person of the agency took the name a moment ago
        raise UniquenessException(detail=f"The userName {wish.user_name} belongs to a person in this agency already.")
    return kept


def _job(desk: Desk, wish: Wish, known: Known) -> NewPosition:
    """The position that is wished for; it begins when the wish says, or as now, or today."""
    session, agency_id = desk.session, desk.token.agency_id
    if known.job is not None and wish.unit is None:
        unit_id = known.job.unit_id
    else:
        unit_id = _unit_id(desk, wish.unit or UnitWish(None, None))
    manager = None
    if wish.manager == known.manager_id and known.job is not None:
        manager = known.job.reports_to_id  # also one whom SCIM does not show
    elif wish.manager is not None:
        manager = finding.people_with(session, agency_id, [wish.manager]).get(wish.manager)
        if manager is None:
            raise InvalidValueException(detail=f"The manager {wish.manager} is not a user in this agency.")
    starts_on = wish.starts_on or (known.job.starts_on if known.job is not None else clock.today())
    return NewPosition(unit_id, wish.title or desk.titles[wish.level], wish.level, starts_on, manager)


def _unit_id(desk: Desk, unit: UnitWish) -> int:
    found = finding.unit_wanted(desk.session, desk.token.agency_id, code=unit.code, department=unit.department)
    what = f"unitCode {unit.code}" if unit.code is not None else f"department {unit.department}"
    if not found:
        raise InvalidValueException(detail=f"There is no unit for {what}. Add it under Units, or correct the mapping.")
    if len(found) > 1:
        raise InvalidValueException(detail=f"Several units fit {what}. Say which with unitCode.")
    return found[0].id


def _change_position(desk: Desk, known: Known, wish: Wish) -> None:
    """The person has moved, or the position was not right from the day it began."""
    position, wanted = known.position, _job(desk, wish, known)
    if position is None or wanted == known.job:
        return
    today = clock.today()
    only_the_start = known.job is not None and wanted == replace(known.job, starts_on=wanted.starts_on)
    if not only_the_start and wish.starts_on is None:
        wanted = replace(wanted, starts_on=max(today, position.starts_on))
    corrected = only_the_start or wanted.starts_on <= position.starts_on
    try:
        if corrected:
            people_rules.amend_position(desk.session, position, wanted)
        else:
            position = people_rules.add_position(
                desk.session, desk.token.agency_id, known.person, wanted, replaces=position
            )
    except (PositionTaken, OwnManager, WrongOrder) as fault:
        _refuse_position(fault)
    _kept(desk, known.person.id, wish).position_id = position.id
    desk.record(
        "position.changed" if corrected else "position.moved", "position", position.id, person=known.person.id,
        unit=wanted.unit_id, level=wanted.level.value,
    )  # fmt: skip


def _begin(desk: Desk, known: Known, wish: Wish) -> None:
    """The person joins, or comes back: a position from today, or from the day that is said."""
    today = clock.today()
    wanted = _job(desk, wish, known)
    if wish.starts_on is None:
        wanted = replace(wanted, starts_on=max(today, wanted.starts_on))
    person_id, agency_id = known.person.id, desk.token.agency_id
    same_day = next(
        (
            each
            for each in people_rules.positions_in(desk.session, agency_id, person_id)
            if each.starts_on == wanted.starts_on and each.unit_id == wanted.unit_id
        ),
        None,
    )
    try:
        if same_day is not None:
            people_rules.amend_position(desk.session, same_day, wanted, reopen=True)
            position = same_day
        else:
            position = people_rules.add_position(desk.session, agency_id, known.person, wanted)
    except (PositionTaken, OwnManager) as fault:
        _refuse_position(fault)
    _wait_with(_kept(desk, person_id, wish), None).position_id = position.id
    if desk.token.sends_invitations and not has_password(desk.session, person_id):
        password_links.send(desk.session, known.person, agency_id)
    desk.record(
        "position.added", "position", position.id, person=person_id, unit=wanted.unit_id, level=wanted.level.value
    )


def _leave(desk: Desk, known: Known, wish: Wish) -> None:
    """The person is inactive: positions end, and what is said of the position waits for the next one."""
    wanted = _job(desk, wish, known)
    if wanted.reports_to_id == known.person.id:
        _refuse_position(OwnManager())
    kept = _kept(desk, known.person.id, wish)
    if known.active:
        _end_positions(desk, known.person.id)
        kept.position_id = None
    _wait_with(kept, wanted)


def _wait_with(kept: ProvisionedPerson, job: NewPosition | None) -> ProvisionedPerson:
    kept.next_unit_id = job.unit_id if job else None
    kept.next_title, kept.next_level = (job.title, job.level) if job else (None, None)
    kept.next_starts_on, kept.next_reports_to_id = (job.starts_on, job.reports_to_id) if job else (None, None)
    return kept


def _end_positions(desk: Desk, person_id: int) -> None:
    for position in people_rules.end_all_positions(desk.session, desk.token.agency_id, person_id):
        desk.record("position.ended", "position", position.id, person=person_id, ends_on=str(position.ends_on))


def _refuse_position(fault: Exception) -> NoReturn:
    if isinstance(fault, OwnManager):
        raise InvalidValueException(detail="A person cannot be their own manager.") from fault
    if isinstance(fault, WrongOrder):
        raise InvalidValueException(detail="positionStart is after the last day of the position.") from fault
    raise ConflictException(detail="The person has a position in that unit from that day already.") from fault
