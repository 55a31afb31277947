from __future__ import annotations

import re

from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from learning.access.commands import accounts
from tests.factories import make_person


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(accounts, arguments, obj=lambda: app)


def password_in(result: Result) -> str:
    found = re.search(r": ([a-z2-9-]{19})$", result.output.strip())
    assert found, result.output
    return found[1]


def test_the_first_administrator_can_sign_in_and_make_agencies(app: Flask, client: FlaskClient) -> None:
    made = run(app, "create-admin", "Root@example.org", "--given-name", "Åse", "--family-name", "Vik")
    assert made.exit_code == 0
    assert "Åse Vik is now a platform administrator." in made.output
    answer = client.post("/sign-in", data={"email": "root@example.org", "password": password_in(made)})
    assert answer.status_code == 303
    assert client.get("/platform/agencies").status_code == 200
    again = run(app, "create-admin", "root@example.org", "--given-name", "x", "--family-name", "y")
    assert again.output.strip() == "Åse Vik is already a platform administrator."


def test_a_new_password_ends_open_sessions(app: Flask, client: FlaskClient, session: Session) -> None:
    make_person(session, email="ada@example.org")
    session.commit()
    first = password_in(run(app, "reset-password", "ada@example.org"))
    client.post("/sign-in", data={"email": "ada@example.org", "password": first})
    assert client.get("/account").status_code == 200
    run(app, "reset-password", "ada@example.org")
    assert client.get("/account").status_code in (302, 303)


def test_unknown_and_impossible_addresses_are_named(app: Flask) -> None:
    unknown = run(app, "reset-password", "nobody@example.org")
    assert unknown.exit_code == 1
    assert "Nobody has the address nobody@example.org." in unknown.output
    assert run(app, "create-admin", "not an address").exit_code == 2
