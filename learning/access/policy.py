"""Every "may X do Y to Z" of the system, decided here and nowhere else.

A role holds in the agency it was granted in. A platform administrator runs the platform and holds the
rights of an agency administrator everywhere, but sees no learner's answers. Nobody but the
learner sees answers and reflections: there is no permission for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from learning.access.models import Role


class Permission(StrEnum):
    SEE_BOARD = "see-board"  # dashboards, assignments and who is behind
    MANAGE_PATHS = "manage-paths"  # build paths, assign, withdraw
    EXPORT_RECORDS = "export-records"
    REVOKE_CERTIFICATES = "revoke-certificates"
    SEE_PEOPLE = "see-people"
    MANAGE_PEOPLE = "manage-people"  # people, units, positions
    GRANT_ROLES = "grant-roles"
    MANAGE_SIGN_IN = "manage-sign-in"  # providers of identity, and whether passwords are allowed
    SEE_AUDIT_TRAIL = "see-audit-trail"
    SEE_AUTHORING = "see-authoring"  # versions and check results of the courses
    SEE_COVERAGE = "see-coverage"  # which courses build which competences
    MANAGE_FRAMEWORKS = "manage-frameworks"  # the agency's own frameworks of competences
    MANAGE_COMPETENCES = "manage-competences"  # people's levels, contested levels, what is registered of them
    SEE_OUTBOX = "see-outbox"  # the agency's mail: to whom, when, whether it went out
    MANAGE_INTEGRATIONS = "manage-integrations"  # tokens with which the agency's other systems come in
    MANAGE_CULTURE = "manage-culture"  # campaigns of the innovation culture compass and their results
    SHARE_CULTURE = "share-culture"  # whether the agency's figures count in comparisons with other agencies
    MANAGE_NEEDS = "manage-needs"  # competences that the agency needs, its gaps by person, measures, the plan
    MANAGE_AGENCIES = "manage-agencies"  # the platform's list of agencies


_AGENCY_ADMIN = frozenset(
    {
        Permission.SEE_BOARD,
        Permission.SEE_PEOPLE,
        Permission.MANAGE_PEOPLE,
        Permission.GRANT_ROLES,
        Permission.MANAGE_SIGN_IN,
        Permission.SEE_AUDIT_TRAIL,
        Permission.EXPORT_RECORDS,
        Permission.SEE_OUTBOX,
        Permission.MANAGE_INTEGRATIONS,
        Permission.SHARE_CULTURE,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.HR: frozenset(
        {
            Permission.SEE_BOARD,
            Permission.MANAGE_PATHS,
            Permission.EXPORT_RECORDS,
            Permission.REVOKE_CERTIFICATES,
            Permission.SEE_PEOPLE,
            Permission.MANAGE_PEOPLE,
            Permission.SEE_OUTBOX,
            Permission.SEE_COVERAGE,
            Permission.MANAGE_FRAMEWORKS,
            Permission.MANAGE_COMPETENCES,
            Permission.MANAGE_CULTURE,
            Permission.MANAGE_NEEDS,
        }
    ),
    Role.AUTHOR: frozenset({Permission.SEE_AUTHORING, Permission.SEE_COVERAGE, Permission.REVOKE_CERTIFICATES}),
    Role.AUDITOR: frozenset({Permission.SEE_BOARD, Permission.EXPORT_RECORDS, Permission.SEE_AUDIT_TRAIL}),
    Role.AGENCY_ADMIN: _AGENCY_ADMIN,
    Role.PLATFORM_ADMIN: _AGENCY_ADMIN
    | {Permission.MANAGE_AGENCIES, Permission.SEE_AUTHORING, Permission.SEE_COVERAGE},
}


@dataclass(frozen=True)
class Actor:
    """Who asks. ``roles`` are (role, agency id) pairs, the agency None for the platform;
    ``agency_ids`` are the agencies where the person holds a current position or a role.
    """

    person_id: int
    roles: frozenset[tuple[Role, int | None]] = field(default_factory=frozenset)
    agency_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_platform_admin(self) -> bool:
        return (Role.PLATFORM_ADMIN, None) in self.roles


def may(actor: Actor | None, permission: Permission, agency_id: int | None = None) -> bool:
    """Whether ``actor`` has ``permission`` in the agency, or on the platform when ``agency_id`` is None."""
    if actor is None:
        return False
    return any(
        permission in GRANTS[role] and (granted_in is None or granted_in == agency_id)
        for role, granted_in in actor.roles
    )


def may_somewhere(actor: Actor | None, permission: Permission) -> bool:
    """Whether ``actor`` has ``permission`` in any agency or on the platform: for pages that no agency owns."""
    return actor is not None and any(permission in GRANTS[role] for role, _ in actor.roles)


def belongs_to(actor: Actor | None, agency_id: int) -> bool:
    """Whether the agency's existence may be known to ``actor``; others get "not found"."""
    return actor is not None and (agency_id in actor.agency_ids or actor.is_platform_admin)


def permissions_in(actor: Actor | None, agency_id: int | None) -> frozenset[Permission]:
    """All that ``actor`` may do in the agency; what the navigation shows."""
    return frozenset(permission for permission in Permission if may(actor, permission, agency_id))
