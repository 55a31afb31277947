"""Giving and ending roles, as an agency administrator meets them, and what they let people do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role, RoleGrant
from learning.access.policy import GRANTS, Actor, Permission, belongs_to, may, may_somewhere, permissions_in
from learning.access.roles import grant_role
from learning.organisation.models import Agency, Person
from tests.factories import grant, make_agency, make_person, make_position, make_unit

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Town:
    agency: Agency
    admin: Person
    bo: Person
    address: str


@pytest.fixture
def town(session: Session) -> Town:
    agency = make_agency(session)
    unit = make_unit(session, agency)
    admin, bo = (
        make_person(session, given_name=name, email=f"{name}@example.org".lower(), language="en")
        for name in ("Arne", "Bo")
    )
    for person in (admin, bo):
        make_position(session, person, unit)
    grant(session, admin, Role.AGENCY_ADMIN, agency)
    session.commit()
    return Town(agency, admin, bo, f"/agency/{agency.slug}")


def test_a_role_is_given_used_and_ended(session: Session, town: Town, sign_in: SignIn) -> None:
    admin, bo = sign_in(town.admin), sign_in(town.bo)
    assert bo.get(f"{town.address}/audit").status_code == 403
    answer = admin.post(f"{town.address}/roles", data={"email": " BO@example.org", "role": "auditor"})
    assert answer.status_code == 303
    page = admin.get(f"{town.address}/roles").get_data(as_text=True)
    assert "now has the role" in page
    assert "bo@example.org" in page
    assert bo.get(f"{town.address}/audit").status_code == 200

    held = session.scalars(select(RoleGrant).where(RoleGrant.person_id == town.bo.id)).one()
    assert (held.role, held.granted_by_id) == (Role.AUDITOR, town.admin.id)
    session.commit()
    assert admin.post(f"{town.address}/roles/{held.id}/end").status_code == 303
    assert bo.get(f"{town.address}/audit").status_code == 403
    assert admin.post(f"{town.address}/roles/{held.id}/end").status_code == 404  # ended already
    session.expire_all()
    assert held.revoked_at is not None
    events = session.execute(
        select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.subject_id).order_by(AuditEvent.id)
    )
    assert events.all() == [(action, town.admin.id, str(town.bo.id)) for action in ("role.granted", "role.ended")]


def test_an_agency_keeps_an_administrator(session: Session, town: Town, sign_in: SignIn) -> None:
    platform = make_person(session)
    grant(session, platform, Role.PLATFORM_ADMIN, None)
    own = session.scalars(select(RoleGrant).where(RoleGrant.person_id == town.admin.id)).one()
    gone = grant(session, make_person(session), Role.AGENCY_ADMIN, town.agency)  # has no position here any longer
    session.commit()
    admin, above = sign_in(town.admin), sign_in(platform)

    def end(client: FlaskClient, held: RoleGrant) -> str:
        answer = client.post(f"{town.address}/roles/{held.id}/end")
        assert answer.status_code in (303, 409)
        return answer.get_data(as_text=True) if answer.status_code == 409 else ""

    refused = end(admin, own)
    assert "You cannot end your own role as administrator." in refused
    assert f'action="{town.address}/roles"' in refused
    assert "without an administrator" in end(above, own)
    other = grant(session, town.bo, Role.AGENCY_ADMIN, town.agency)
    town.bo.deactivated_at = clock.now()
    session.commit()
    assert "without an administrator" in end(above, own)  # Bo cannot sign in
    town.bo.deactivated_at = None
    session.commit()
    assert end(admin, gone) == ""
    assert "You cannot end your own role" in end(admin, own)
    assert end(sign_in(town.bo), own) == ""
    assert "You cannot end your own role" in end(sign_in(town.bo), other)
    assert admin.get(f"{town.address}/roles").status_code == 403
    assert sign_in(town.bo).get(f"{town.address}/roles").status_code == 200


def test_two_administrators_who_end_each_others_role_at_once_leave_one(
    session: Session, town: Town, sign_in: SignIn
) -> None:
    admins = [town.admin, town.bo]
    others = [grant(session, town.bo, Role.AGENCY_ADMIN, town.agency)]
    others.append(session.scalars(select(RoleGrant).where(RoleGrant.person_id == town.admin.id)).one())
    session.commit()
    clients = [sign_in(person) for person in admins]
    with ThreadPoolExecutor(max_workers=2) as pool:
        codes = list(
            pool.map(
                lambda pair: pair[0].post(f"{town.address}/roles/{pair[1].id}/end").status_code,
                zip(clients, others, strict=True),
            )
        )
    assert sorted(codes) in ([303, 403], [303, 409])
    left = select(RoleGrant.id).where(RoleGrant.role == Role.AGENCY_ADMIN, RoleGrant.revoked_at.is_(None))
    assert len(session.scalars(left).all()) == 1


def test_the_same_role_twice_is_one_role(session: Session, town: Town, sign_in: SignIn) -> None:
    admin = sign_in(town.admin)
    for _ in range(2):
        admin.post(f"{town.address}/roles", data={"email": town.bo.email, "role": "hr"})
    assert "has the role already" in admin.get(f"{town.address}/roles").get_data(as_text=True)
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.person_id == town.bo.id)).all()) == 1
    assert len(session.scalars(select(AuditEvent)).all()) == 1


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("stranger@example.org", "hr"),
        ("nobody@example.org", "hr"),
        ("bo@example.org", "platform-admin"),
        ("bo@example.org", "king"),
        ("", "hr"),
        ("bo@example.org", ""),
    ],
)
def test_strangers_and_other_roles_are_refused(
    session: Session, town: Town, sign_in: SignIn, email: str, role: str
) -> None:
    stranger = make_person(session, email="stranger@example.org")
    make_position(session, stranger, make_unit(session, make_agency(session)))
    session.commit()
    answer = sign_in(town.admin).post(f"{town.address}/roles", data={"email": email, "role": role})
    assert answer.status_code == 422
    assert "Correct this and send it again" in answer.get_data(as_text=True)
    assert session.scalars(select(RoleGrant.person_id)).all() == [town.admin.id]


def test_a_platform_role_is_never_given_in_an_agency(session: Session, town: Town) -> None:
    with pytest.raises(ValueError):
        grant_role(session, town.agency.id, town.bo, Role.PLATFORM_ADMIN, town.admin.id)


def test_a_role_whose_holder_has_left_stands_out(session: Session, town: Town, sign_in: SignIn) -> None:
    gone = make_person(session)
    grant(session, gone, Role.HR, town.agency)
    session.commit()
    page = sign_in(town.admin).get(f"{town.address}/roles").get_data(as_text=True)
    assert page.count("No position here now") == 1
    assert gone.email not in page


roles = st.sampled_from(list(Role))
permissions = st.sampled_from(list(Permission))
grants = st.frozensets(st.tuples(roles, st.one_of(st.none(), st.integers(1, 3))), max_size=4)


@given(grants, permissions, st.integers(1, 3))
def test_a_role_reaches_no_further_than_its_agency(
    held: frozenset[tuple[Role, int | None]], permission: Permission, agency_id: int
) -> None:
    here = Actor(1, frozenset(each for each in held if each[1] in (agency_id, None)))
    everywhere = Actor(1, held)
    assert may(everywhere, permission, agency_id) == may(here, permission, agency_id)
    assert (permission in permissions_in(everywhere, agency_id)) == may(everywhere, permission, agency_id)
    if may(everywhere, permission, agency_id):
        assert may_somewhere(everywhere, permission)


@given(permissions, st.integers(1, 3))
def test_nobody_and_a_plain_learner_may_nothing(permission: Permission, agency_id: int) -> None:
    for actor in (None, Actor(1, agency_ids=frozenset({agency_id}))):
        assert not may(actor, permission, agency_id)
        assert not may(actor, permission)
        assert not may_somewhere(actor, permission)
    assert not belongs_to(None, agency_id)
    assert not belongs_to(Actor(1), agency_id)


def test_only_the_platform_administrator_manages_agencies() -> None:
    assert [role for role, rights in GRANTS.items() if Permission.MANAGE_AGENCIES in rights] == [Role.PLATFORM_ADMIN]
