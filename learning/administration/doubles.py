"""What a page shows before two accounts are merged: both sides, who may, and what would happen, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import format_date, gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access.models import Account, RoleGrant
from learning.access.policy import Actor, Permission, may
from learning.access.roles import had_role_outside, roles_of
from learning.catalogue.models import Course
from learning.catalogue.store import titles_by_slug
from learning.catalogue.wording import course_title
from learning.certificates.listing import for_person
from learning.certificates.models import Certificate
from learning.organisation import doubles, merging, people
from learning.organisation.models import Membership, Person, Position
from learning.paths import merging as path_merging
from learning.paths.learner import MyPath, my_paths
from learning.progress import merging as progress_merging
from learning.progress import overview
from learning.progress.models import Completion

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Side:
    """One of the two accounts. ``last_sign_in`` is None when nobody ever signed in with it."""

    person: Person
    has_password: bool
    last_sign_in: datetime | None
    positions: Sequence[Position]
    numbers: Sequence[Membership]
    completions: Sequence[Completion]
    certificates: Sequence[Certificate]
    assigned: Sequence[MyPath]
    roles: Sequence[RoleGrant]


def side(session: Session, person: Person) -> Side:
    """All that is told about an account; never what was answered."""
    account = session.get(Account, person.id)
    return Side(
        person=person,
        has_password=account is not None,
        last_sign_in=account.last_sign_in_at if account else None,
        positions=people.positions_of(session, person.id),
        numbers=doubles.employee_numbers(session, person.id),
        completions=overview.completions_of(session, person.id),
        certificates=for_person(session, person.id),
        assigned=my_paths(session, person.id),
        roles=roles_of(session, person.id),
    )


def to_keep(one: Side, other: Side) -> Side:
    """Which account is offered to be kept: the open one, then that last signed in with, then with more done. Pure."""

    def worth(each: Side) -> tuple[bool, datetime, bool, int, int]:
        is_open = each.person.deactivated_at is None
        return is_open, each.last_sign_in or _NEVER, each.has_password, len(each.completions), -each.person.id

    return max(one, other, key=worth)


def why_not(session: Session, agency_id: int, actor: Actor, one: Person, other: Person) -> str | None:
    """Why ``actor`` may not merge the two, or None.

    Whoever merges accounts decides which address opens what the person has written and may do. So an agency merges
    only what is its own, and roles ask for somebody who may give them.
    """
    if may(actor, Permission.MANAGE_AGENCIES):
        return None
    for each in (one, other):
        if not doubles.was_never_elsewhere(session, agency_id, each.id) or had_role_outside(
            session, agency_id, each.id
        ):
            return str(gettext("Not both accounts are this agency's alone. Ask the platform administrator."))
    if any(roles_of(session, each.id) for each in (one, other)) and not may(actor, Permission.GRANT_ROLES, agency_id):
        return str(gettext("One of the two has a role in the agency. Ask the agency's administrator to do this."))
    return None


def what_happens(session: Session, kept: Side, merged: Side) -> list[str]:
    """What merging would do with these two, a sentence each."""
    stay, go = kept.person, merged.person
    told = [
        gettext(
            "%(kept)s is kept: name, address and password stay. The person signs in with %(kept)s.", kept=stay.email
        ),
        gettext("%(merged)s can no longer sign in, and its address is free again.", merged=go.email),
    ]
    if not kept.has_password:
        told.append(gettext("No password is chosen for %(kept)s yet: send the invitation afterwards.", kept=stay.email))
    if merged.completions:
        told.append(
            ngettext("%(num)d completion and its certificate move. The certificate keeps name, number and address.",
                     "%(num)d completions and their certificates move. Certificates keep name, number and address.",
                     len(merged.completions))
        )  # fmt: skip
    told += _of_courses(session, stay.id, go.id)
    told += _of_positions(session, stay.id, go.id)
    for mine, theirs in path_merging.double_members(session, stay.id, go.id):
        due = path_merging.due_of_both(mine, theirs)
        title = mine.assignment.path.title
        told.append(
            gettext("Both have been assigned %(title)s: it is held once, due %(day)s.", title=title,
                    day=format_date(due, "long"))
            if due
            else gettext("Both have been assigned %(title)s: it is held once.", title=title)
        )  # fmt: skip
    if merged.roles:
        told.append(gettext("The roles of both are held by the one."))
    mine_by_agency = {each.agency_id: each.employee_number for each in kept.numbers}
    for each in merged.numbers:
        if mine_by_agency.get(each.agency_id):
            told.append(
                gettext("Employee number %(kept)s is kept, %(other)s is only noted with the merge.",
                        kept=mine_by_agency[each.agency_id], other=each.employee_number)
            )  # fmt: skip
    told.append(gettext("Answers, notes, plans and promises come along. Only the person can read them, as before."))
    told.append(gettext("Both addresses get a mail about it. It cannot be undone."))
    return [str(each) for each in told]


def _of_courses(session: Session, kept_id: int, merged_id: int) -> list[str]:
    shared = progress_merging.rounds_of_both(session, kept_id, merged_id)
    slugs = dict(iter(session.execute(select(Course.id, Course.slug).where(Course.id.in_(shared)))))
    titles = titles_by_slug(session) if shared else {}
    told = []
    for course_id, rounds in shared.items():
        title = course_title(titles.get(slugs[course_id], {}), slugs[course_id])
        told.append(
            gettext("Both have begun %(title)s: all %(count)d rounds are kept, and what is completed counts.",
                    title=title, count=len(rounds))
        )  # fmt: skip
    return told


def _of_positions(session: Session, kept_id: int, merged_id: int) -> list[str]:
    told = []
    for mine, theirs in merging.double_positions(session, kept_id, merged_id):
        end = merging.later_end(mine.ends_on, theirs.ends_on)
        told.append(
            gettext("Both have the position %(title)s in %(unit)s: it is held once, to %(day)s.", title=mine.title,
                    unit=mine.unit.name, day=format_date(end, "long"))
            if end
            else gettext("Both have the position %(title)s in %(unit)s: it is held once, without an end.",
                         title=mine.title, unit=mine.unit.name)
        )  # fmt: skip
    return told
