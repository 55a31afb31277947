"""Audiences with a name: saved, changed, and removed when nothing uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.organisation.models import MembershipTag
from learning.paths import audiences, membership
from learning.paths.audience_rules import AudienceSpec, from_json, to_json
from learning.paths.audiences import Someone
from learning.paths.models import Assignment, Audience, LearningPath

LONGEST_NAME = 200


class NameTaken(Exception):
    """The agency has another audience with this name."""


class InUse(Exception):
    """Assignments are given to the audience."""


@dataclass(frozen=True)
class Held:
    """Who is in an audience today: how many, and the first by name."""

    total: int
    sample: list[Someone]


def all_of(session: Session, agency_id: int) -> Sequence[Audience]:
    """The agency's saved audiences, by name."""
    return session.scalars(
        select(Audience)
        .where(Audience.agency_id == agency_id, Audience.name.is_not(None))
        .order_by(func.lower(Audience.name), Audience.id)
    ).all()


def one_of(session: Session, agency_id: int, audience_id: int) -> Audience | None:
    """A saved audience of the agency; None for another's, and for the unnamed one of an assignment."""
    return session.scalar(
        select(Audience).where(Audience.agency_id == agency_id, Audience.id == audience_id, Audience.name.is_not(None))
    )


def held(session: Session, agency_id: int, spec: AudienceSpec, today: date | None = None) -> Held:
    """Who is in it. Two queries. Raises audiences.UnknownUnit."""
    audiences.check(session, agency_id, spec)
    people = audiences.people_in(agency_id, spec, today or clock.today())
    total = session.scalar(select(func.count()).select_from(people)) or 0
    return Held(total, audiences.first_by_name(session, people))


def tags_of(session: Session, agency_id: int) -> Sequence[str]:
    """The tags in use in the agency."""
    return session.scalars(
        select(MembershipTag.tag).where(MembershipTag.agency_id == agency_id).distinct().order_by(MembershipTag.tag)
    ).all()


def uses(session: Session, audience: Audience) -> Sequence[Assignment]:
    """The live assignments that are given to the audience, with their paths, the newest first."""
    return session.scalars(
        select(Assignment)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(
            Assignment.agency_id == audience.agency_id,
            Assignment.audience_id == audience.id,
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
        )
        .order_by(Assignment.id.desc())
    ).all()


def _record(session: Session, action: str, audience: Audience, actor_id: int | None) -> None:
    audit.record(
        session,
        action,
        subject_type="audience",
        subject_id=audience.id,
        actor_id=actor_id,
        agency_id=audience.agency_id,
        name=audience.name,
    )


def save(
    session: Session, agency_id: int, name: str, spec: AudienceSpec, *, audience: Audience | None, actor_id: int | None
) -> Audience:
    """Make an audience, or change one: then people join and leave its assignments at once.

    Raises NameTaken, audiences.UnknownUnit or ValueError for a name that is empty or too long; nothing is changed then.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise ValueError("name")
    audiences.check(session, agency_id, spec)
    is_new = audience is None
    if audience is None:
        audience = Audience(agency_id=agency_id, created_by_id=actor_id, rule={})
    before = audience.rule
    try:
        with session.begin_nested():
            audience.name = name
            audience.rule = to_json(spec)
            session.add(audience)
    except IntegrityError as error:
        raise NameTaken from error
    _record(session, "audience.created" if is_new else "audience.changed", audience, actor_id)
    if not is_new and before != audience.rule:
        session.flush()
        membership.refresh(session, agency_id)
    return audience


def remove(session: Session, audience: Audience, *, actor_id: int | None) -> None:
    """Remove a saved audience. Raises InUse while assignments are given to it.

    Withdrawn assignments keep the rule, without the name.
    """
    if uses(session, audience):
        raise InUse
    _record(session, "audience.removed", audience, actor_id)
    if session.scalar(select(Assignment.id).where(Assignment.audience_id == audience.id).limit(1)) is None:
        session.delete(audience)
    else:
        audience.name = None
    session.flush()


def spec_of(audience: Audience) -> AudienceSpec:
    return from_json(audience.rule)
