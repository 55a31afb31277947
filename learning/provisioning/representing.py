"""From what the agency knows to what SCIM shows, with a version that changes when anything shown does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from scim2_models import Meta

from learning.organisation.models import Level
from learning.provisioning.finding import Known
from learning.provisioning.groups import KnownGroup
from learning.provisioning.resources import (
    Email,
    EnterpriseUser,
    FullUser,
    Group,
    GroupMember,
    Manager,
    Name,
    UserChanges,
    WorkingLife,
    user_reference,
)


def show_user(known: Known, titles: Mapping[Level, str], base: str) -> Any:
    """The person as a FullUser. ``titles`` are those that stand for "no title", ``base`` the SCIM address."""
    user = FullUser(display_name=known.person.name, **_attributes(known, titles, base))
    return _with_meta(user, "User", known.scim_id, base, known)


def user_to_change(known: Known, titles: Mapping[Level, str], base: str) -> Any:
    """The person as UserChanges: what a PATCH is applied to."""
    return UserChanges(id=known.scim_id, **_attributes(known, titles, base))


def _attributes(known: Known, titles: Mapping[Level, str], base: str) -> dict[str, Any]:
    job = known.job
    manager = None
    if known.manager_id is not None:
        manager = Manager(value=known.manager_id, ref=user_reference(f"{base}/Users/{known.manager_id}"))
    enterprise = EnterpriseUser(
        employee_number=known.employee_number, department=known.unit.name if known.unit else None, manager=manager
    )
    working = WorkingLife(
        level=job.level.value if job else Level.EMPLOYEE.value, unit_code=known.unit.code if known.unit else None,
        position_start=job.starts_on.isoformat() if job else None,
    )  # fmt: skip
    shown = known.employee_number or known.unit or manager
    return {
        "external_id": known.external_id,
        "user_name": known.user_name,
        "name": Name(given_name=known.person.given_name, family_name=known.person.family_name),
        "emails": [Email(value=known.person.email, type=Email.Type.work, primary=True)],
        "active": known.active,
        "title": job.title if job and job.title != titles[job.level] else None,
        "preferred_language": known.person.language,
        EnterpriseUser.__name__: enterprise if shown else None,
        WorkingLife.__name__: working,
    }


def show_group(known: KnownGroup, base: str) -> Any:
    """The group, with its members when they were read."""
    members = None
    if known.member_ids is not None:
        members = [
            GroupMember(value=each, ref=user_reference(f"{base}/Users/{each}"), type="User")
            for each in known.member_ids
        ]
    group = Group(external_id=known.group.external_id, display_name=known.group.name, members=members or None)
    return _with_meta(group, "Group", known.group.scim_id, base, known.group)


def _with_meta(resource: Any, kind: str, scim_id: str, base: str, known: Any) -> Any:
    resource.id = scim_id
    shown = json.dumps(resource.model_dump(), sort_keys=True)
    resource.meta = Meta(
        resource_type=kind, created=known.created_at, location=f"{base}/{kind}s/{scim_id}",
        version=f'W/"{hashlib.sha256(shown.encode()).hexdigest()[:20]}"',
    )  # fmt: skip
    return resource
