"""An agency's own frameworks: what a file would change, and taking a framework out of use and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.catalogue.frameworks import FrameworkPlan
from learning.competences import published
from learning.competences.models import Framework
from learning.competences.publishing import digest_of


@dataclass(frozen=True)
class Changes:
    """What a file would do to a framework, by code. ``before`` is the version that counts now, if there is one."""

    before: int | None
    new: Sequence[str]
    changed: Sequence[str]
    same: Sequence[str]
    gone: Sequence[str]
    is_same: bool


def changes(session: Session, agency_id: int, plan: FrameworkPlan) -> Changes:
    """Compare a file with the agency's framework of the same code."""
    found = published.current(session, plan.framework, agency_id)
    old = {each.code: each for each in found.plan.competences} if found else {}
    groups = {each.id: each.titles for each in plan.groups}
    old_groups = {each.id: each.titles for each in found.plan.groups} if found else {}
    new, changed, same = [], [], []
    for each in plan.competences:
        was = old.get(each.code)
        if was is None:
            new.append(each.code)
        elif was.model_copy(update={"group": each.group}) == each and old_groups[was.group] == groups[each.group]:
            same.append(each.code)
        else:
            changed.append(each.code)
    codes = {each.code for each in plan.competences}
    return Changes(
        before=found.version.id if found else None,
        new=new,
        changed=changed,
        same=same,
        gone=[code for code in old if code not in codes],
        is_same=found is not None and found.in_use and digest_of(found.plan) == digest_of(plan),
    )


def name_of(session: Session, agency_id: int, plan: FrameworkPlan, name: str, about: str) -> tuple[str, str]:
    """The name and the description that count: those written, else those the agency's framework has already.

    Without either the name is empty; the description is then the name.
    """
    found = published.current(session, plan.framework, agency_id)
    if found is not None:
        name = name or published.text_in(found.plan.titles, plan.languages[0])
        about = about or published.text_in(found.plan.descriptions, plan.languages[0])
    return name, about or name


def codes_of_all(session: Session) -> frozenset[str]:
    """The codes that no agency may take for its own."""
    return frozenset(session.scalars(select(Framework.code).where(Framework.agency_id.is_(None))))


def framework_of(session: Session, agency_id: int, framework_id: int) -> Framework | None:
    """The agency's own framework, held until the commit."""
    return session.scalar(
        select(Framework)
        .where(
            Framework.id == framework_id, Framework.agency_id == agency_id, Framework.current_version_id.is_not(None)
        )
        .with_for_update(of=Framework)
    )


def set_in_use(session: Session, framework: Framework, in_use: bool, actor_id: int) -> bool:
    """Retire a framework or take it back; whether that changed anything."""
    if (framework.retired_at is None) == in_use:
        return False
    framework.retired_at = None if in_use else clock.now()
    audit.record(
        session,
        "framework.restored" if in_use else "framework.retired",
        subject_type="framework",
        subject_id=framework.code,
        actor_id=actor_id,
        agency_id=framework.agency_id,
    )
    return True
