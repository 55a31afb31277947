"""Groups of a provisioning system: a word put on people. A group may be empty; the word then waits for members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scim2_models import InvalidValueException, NotFoundException, UniquenessException
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.organisation.models import Membership, MembershipTag, new_scim_id
from learning.provisioning import finding
from learning.provisioning.models import ProvisionedGroup

if TYPE_CHECKING:
    from learning.provisioning.people import Desk


@dataclass(frozen=True)
class KnownGroup:
    """A group, and the SCIM ids of its members when they were asked for."""

    group: ProvisionedGroup
    member_ids: list[str] | None

    @property
    def created_at(self) -> datetime:
        return self.group.created_at


def find_page(
    session: Session, agency_id: int, condition: ColumnElement[bool] | None, order: Sequence[ColumnElement[object]],
    *, first: int, count: int, with_members: bool,
) -> tuple[list[KnownGroup], int]:  # fmt: skip
    """``count`` groups from number ``first`` (0 is the first), and how many there are in all."""
    statement = select(ProvisionedGroup).where(ProvisionedGroup.agency_id == agency_id)
    if condition is not None:
        statement = statement.where(condition)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    if count == 0 or first >= total:
        return [], total
    ordered = statement.order_by(*order, ProvisionedGroup.created_at, ProvisionedGroup.scim_id)
    groups = session.scalars(ordered.offset(first).limit(count)).all()
    members = _members(session, agency_id, [group.tag for group in groups]) if with_members else None
    return [KnownGroup(each, members.get(each.tag, []) if members is not None else None) for each in groups], total


def find_one(
    session: Session, agency_id: int, scim_id: str, *, with_members: bool = True, lock: bool = False
) -> KnownGroup | None:
    """The group with the id, None for another agency's; ``lock`` holds it until the commit."""
    statement = select(ProvisionedGroup).where(
        ProvisionedGroup.agency_id == agency_id, ProvisionedGroup.scim_id == scim_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    group = session.scalar(statement)
    if group is None:
        return None
    members = _members(session, agency_id, [group.tag]).get(group.tag, []) if with_members else None
    return KnownGroup(group, members)


def _members(session: Session, agency_id: int, tags: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = session.execute(
        select(MembershipTag.tag, Membership.scim_id)
        .join(
            Membership,
            and_(Membership.agency_id == MembershipTag.agency_id, Membership.person_id == MembershipTag.person_id),
        )
        .where(MembershipTag.agency_id == agency_id, MembershipTag.tag.in_(tags), Membership.scim_id.is_not(None))
        .order_by(MembershipTag.person_id)
    )
    for tag, scim_id in rows:
        found.setdefault(tag, []).append(scim_id or "")
    return found


def _names(wanted: Any) -> tuple[str, str]:
    """The name and the tag it stands for."""
    name = " ".join((wanted.display_name or "").split())
    if not name:
        raise InvalidValueException(detail="displayName must have a value.")
    if len(name) > 60 or len(name.lower()) > 60:
        raise InvalidValueException(detail="displayName has more than 60 characters.")
    return name, name.lower()


def create(desk: Desk, wanted: Any) -> KnownGroup:
    """A new group. A tag that people carry already becomes the group, with those people in it."""
    name, tag = _names(wanted)
    scim_id, agency_id = new_scim_id(), desk.token.agency_id
    _refuse_external_id_of_another(desk, wanted.external_id, scim_id)
    is_new = insert_once(
        desk.session, ProvisionedGroup, scim_id=scim_id, agency_id=agency_id, tag=tag, name=name,
        external_id=wanted.external_id, created_at=clock.now(),
    )  # fmt: skip
    if not is_new:
        raise UniquenessException(detail=f"There is a group called {name} already.")
    known = _again(desk, scim_id)
    _set_members(desk, known, [*(known.member_ids or []), *_wanted_members(wanted)])
    desk.record("group.added", "group", scim_id, tag=tag)
    return _again(desk, scim_id)


def change(desk: Desk, known: KnownGroup, wanted: Any) -> KnownGroup:
    """Make name, external id and members what is wanted."""
    group, (name, tag) = known.group, _names(wanted)
    _refuse_external_id_of_another(desk, wanted.external_id, group.scim_id)
    before = group.tag
    try:
        with desk.session.begin_nested():
            group.name, group.tag, group.external_id = name, tag, wanted.external_id
    except IntegrityError as fault:
        raise UniquenessException(detail=f"There is a group called {name} already.") from fault
    if tag != before:
        desk.session.execute(_tagged(desk, before))
        desk.record("group.renamed", "group", group.scim_id, before=before, after=tag)
        known = KnownGroup(group, _members(desk.session, desk.token.agency_id, [tag]).get(tag, []))
    _set_members(desk, known, _wanted_members(wanted))
    return _again(desk, group.scim_id)


def remove(desk: Desk, known: KnownGroup) -> None:
    """The group goes, and its tag is taken off everybody."""
    desk.session.execute(_tagged(desk, known.group.tag))
    desk.record("group.removed", "group", known.group.scim_id, tag=known.group.tag)
    desk.session.delete(known.group)
    desk.session.flush()


def _tagged(desk: Desk, tag: str) -> Any:
    return delete(MembershipTag).where(MembershipTag.agency_id == desk.token.agency_id, MembershipTag.tag == tag)


def _again(desk: Desk, scim_id: str) -> KnownGroup:
    desk.session.flush()
    known = find_one(desk.session, desk.token.agency_id, scim_id)
    if known is None:
        raise NotFoundException(detail="There is no group with this id.")
    return known


def _wanted_members(wanted: Any) -> list[str]:
    return list(dict.fromkeys(each.value for each in wanted.members or []))


def _refuse_external_id_of_another(desk: Desk, external_id: str | None, scim_id: str) -> None:
    if external_id is not None and len(external_id) > 200:
        raise InvalidValueException(detail="externalId has more than 200 characters.")
    other = desk.session.scalar(
        select(ProvisionedGroup.scim_id).where(
            ProvisionedGroup.agency_id == desk.token.agency_id, ProvisionedGroup.external_id == external_id,
            ProvisionedGroup.scim_id != scim_id,
        )
    )  # fmt: skip
    if external_id is not None and other is not None:
        raise UniquenessException(detail=f"The externalId {external_id} belongs to another group in this agency.")


def _set_members(desk: Desk, known: KnownGroup, wanted: Sequence[str]) -> None:
    """Put the tag on those who lack it and take it off the others."""
    session, agency_id, tag = desk.session, desk.token.agency_id, known.group.tag
    before = set(known.member_ids or [])
    new, gone = [each for each in wanted if each not in before], sorted(before - set(wanted))
    people = finding.people_with(session, agency_id, [*new, *gone])
    unknown = [each for each in new if each not in people]
    if unknown:
        raise InvalidValueException(detail=f"The member {unknown[0]} is not a user in this agency.")
    for scim_id in new:
        insert_once(session, MembershipTag, agency_id=agency_id, person_id=people[scim_id], tag=tag)
    for scim_id in gone:
        session.execute(_tagged(desk, tag).where(MembershipTag.person_id == people[scim_id]))
    if new or gone:
        desk.record("group.members-changed", "group", known.group.scim_id, tag=tag, added=len(new), removed=len(gone))
