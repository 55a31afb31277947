"""What the tests of this room share: an agency with units and a token, and a client that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning import clock
from learning.access import api_tokens
from learning.access.models import Role, TokenPurpose
from learning.organisation.models import Agency, Unit
from tests import factories

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OURS = "urn:ietf:params:scim:schemas:extension:handlingsrom:2.0:User"
_numbers = count(1)


@dataclass
class Scene:
    """An agency with a topmost unit and two below, and a system that has a token."""

    app: Flask
    agency: Agency
    top: Unit
    care: Unit
    roads: Unit
    secret: str
    token_id: int

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> TestResponse:
        """A request as another system makes it."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"json": content} if content is not None else {}
        return self.app.test_client().open(
            f"/scim/v2{path}", method=method, headers={"Authorization": f"Bearer {self.secret}", **names}, **body
        )

    def add(self, **values: Any) -> dict[str, Any]:
        """A new user; what the service answers."""
        answer = self.ask("POST", "/Users", user(**values))
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})

    def patch(self, scim_id: str, *operations: dict[str, Any], code: int = 200, kind: str = "Users") -> dict[str, Any]:
        """A PATCH; what the service answers."""
        content = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
        answer = self.ask("PATCH", f"/{kind}/{scim_id}", content)
        assert answer.status_code == code, answer.text
        return dict(answer.json or {})

    def read(self, scim_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/Users/{scim_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})


def user(**values: Any) -> dict[str, Any]:
    """A user as a system sends it."""
    number = next(_numbers)
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": f"user{number}@example.org",
        "name": {"givenName": "Kari", "familyName": f"Nordmann{number}"},
        "active": True,
        **values,
    }


def make_scene(app: Flask, session: Session, **token: Any) -> Scene:
    """Everything committed."""
    agency = factories.make_agency(session)
    top = factories.make_unit(session, agency)
    care = factories.make_unit(session, agency, top, name="Care", code="1.1")
    roads = factories.make_unit(session, agency, top, name="Roads", code="1.2")
    administrator = factories.make_person(session)
    factories.make_position(session, administrator, top)
    factories.grant(session, administrator, Role.AGENCY_ADMIN, agency)
    made, secret = api_tokens.make(
        session, agency.id, administrator.id, api_tokens.new_key(),
        **{"name": "Entra ID", "purpose": TokenPurpose.SCIM, "expires_on": clock.today() + timedelta(days=300),
           "sends_invitations": False, **token},
    )  # fmt: skip
    token_id = made.id
    session.commit()
    for each in (agency, top, care, roads):
        session.expunge(each)  # what the tests ask of them opens no transaction
    return Scene(app, agency, top, care, roads, secret, token_id)
