"""Who comes in: tokens, their page, and what everybody else is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import ApiToken, AuditEvent, FailedSignIn, Role
from learning.organisation.models import Person
from tests import factories
from tests.provisioning.scene import Scene, make_scene


def refused(scene: Scene, authorization: str | None, code: int = 401) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = scene.app.test_client().get("/scim/v2/Users", headers=headers)
    assert answer.status_code == code, answer.text
    assert answer.mimetype == "application/scim+json"
    assert (answer.json or {})["status"] == str(code)
    if code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_opens_nothing(scene: Scene) -> None:
    wrong = scene.secret[:-1] + ("a" if scene.secret[-1] != "a" else "b")
    for value in (None, "", "Bearer", f"Bearer {wrong}", f"Basic {scene.secret}", "Bearer hr_æøå", "Bearer hr_"):
        refused(scene, value)
    assert scene.ask("GET", "/Users").status_code == 200


def test_an_expired_or_revoked_token_opens_nothing(app: Flask, session: Session) -> None:
    scene = make_scene(app, session, expires_on=clock.today() + timedelta(days=1))
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert scene.ask("GET", "/Users").status_code == 200, "its last day"
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        refused(scene, f"Bearer {scene.secret}")
    token = session.get(ApiToken, scene.token_id)
    assert token is not None
    token.revoked_at = clock.now()
    session.commit()
    refused(scene, f"Bearer {scene.secret}")


def test_many_failures_are_held_up_and_a_right_token_is_not(scene: Scene, session: Session) -> None:
    for _ in range(8):
        refused(scene, "Bearer hr_guess")
    refused(scene, "Bearer hr_guess", 429)
    assert scene.ask("GET", "/Users").status_code == 200
    assert (session.scalar(select(func.count()).select_from(FailedSignIn)) or 0) > 0
    session.rollback()


def test_the_use_is_noted_once_an_hour(scene: Scene, session: Session) -> None:
    def noted() -> object:
        session.rollback()
        found = session.scalar(select(ApiToken.last_used_at).where(ApiToken.id == scene.token_id))
        session.rollback()
        return found

    assert noted() is None
    scene.ask("GET", "/Users")
    first = noted()
    assert first is not None
    scene.ask("POST", "/Users", {})
    assert noted() == first
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        scene.ask("POST", "/Users", {})
        assert noted() != first, "also when the request itself is refused"


def test_a_signed_in_administrator_is_nobody_here(
    scene: Scene, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    administrator = session.scalars(select(Person)).one()
    session.expunge(administrator)
    session.rollback()
    assert sign_in(administrator).get("/scim/v2/Users").status_code == 401


@pytest.fixture
def administrator(scene: Scene, session: Session, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    person = factories.make_person(session)
    factories.make_position(session, person, scene.top)
    factories.grant(session, person, Role.AGENCY_ADMIN, scene.agency)
    session.commit()
    return sign_in(person)


def test_an_administrator_makes_a_token_uses_and_revokes_it(
    scene: Scene, session: Session, administrator: FlaskClient
) -> None:
    address = f"/agency/{scene.agency.slug}/integrations"
    page = administrator.get(address).text
    assert "/scim/v2" in page
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert key
    day = (clock.today() + timedelta(days=90)).isoformat()
    form = {"key": key[1], "name": "HR system", "expires_on": day}
    made = administrator.post(address, data=form)
    secret = re.search(r'id="secret"[^>]*value="(hr_[\w-]{43})"', made.text)
    assert secret
    assert secret[1] in administrator.post(address, data=form).text, "sent twice, it is the same token"
    assert secret[1] not in administrator.get(address).text, "and not shown later"
    assert session.scalar(select(func.count()).where(ApiToken.name == "HR system")) == 1
    token = session.scalars(select(ApiToken).where(ApiToken.name == "HR system")).one()
    token_id = token.id
    assert secret[1] not in (token.token_hash, token.prefix)
    session.rollback()
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        assert administrator.post(address, data=form).status_code == 303
    ask = {"headers": {"Authorization": f"Bearer {secret[1]}"}}
    assert scene.app.test_client().get("/scim/v2/Users", **ask).status_code == 200
    assert "no longer change people" in administrator.get(f"{address}/{token_id}/revoke").text
    for _ in range(2):
        assert administrator.post(f"{address}/{token_id}/revoke").status_code == 303
    assert scene.app.test_client().get("/scim/v2/Users", **ask).status_code == 401
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == str(token_id))).all()
    assert sorted(actions) == ["token.made", "token.revoked"]
    session.rollback()


def test_a_form_that_is_not_right_says_where(scene: Scene, administrator: FlaskClient) -> None:
    address = f"/agency/{scene.agency.slug}/integrations"
    for form in (
        {"key": "k", "name": "", "expires_on": "2026-99-99"},
        {"key": "k", "name": "x", "expires_on": clock.today().isoformat()},
        {"key": "k", "name": "x", "expires_on": "9999-12-31"},
    ):
        answer = administrator.post(address, data=form)
        assert answer.status_code == 422
        assert "Correct this and send it again" in answer.text
