"""Accounts from the command line: the first administrator, and a forgotten password."""

from __future__ import annotations

from collections.abc import Callable

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.access.models import Role, RoleGrant
from learning.access.sign_in import set_password
from learning.database import db, insert_once, writing
from learning.organisation.models import Person
from learning.organisation.people import new_password


@click.group()
def accounts() -> None:
    """Make administrators and give new passwords."""


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except EmailNotValidError as fault:
        raise click.BadParameter(str(fault)) from fault


def _somebody(session: Session, email: str) -> Person | None:
    return session.scalar(select(Person).where(Person.email == email))


@accounts.command("create-admin")
@click.argument("email", callback=_address)
@click.option("--given-name", prompt=True, help="Given name, for somebody new.")
@click.option("--family-name", prompt=True, help="Family name, for somebody new.")
@click.option("--language", type=click.Choice(["nb", "nn", "en"]), default="nb", show_default=True)
@click.pass_obj
def create_admin(make_app: Callable[[], Flask], email: str, given_name: str, family_name: str, language: str) -> None:
    """Make EMAIL a platform administrator; somebody new gets a first password, printed once."""
    with make_app().app_context():
        with writing() as session:
            person = _somebody(session, email)
            password = None
            if person is None:
                person = Person(given_name=given_name, family_name=family_name, email=email, language=language)
                session.add(person)
                session.flush()
                password = new_password()
                set_password(session, person, password)
            is_new = _make_platform_admin(session, person)
            name = person.name
        db.engine.dispose()
    click.echo(f"{name} is {'now' if is_new else 'already'} a platform administrator.")
    if password is not None:
        click.echo(f"First password, to be changed on the account page: {password}")


def _make_platform_admin(session: Session, person: Person) -> bool:
    if not insert_once(
        session, RoleGrant, person_id=person.id, role=Role.PLATFORM_ADMIN, agency_id=None, granted_at=clock.now()
    ):
        return False
    audit.record(
        session, "role.granted", subject_type="person", subject_id=person.id, actor_id=None, agency_id=None,
        role=Role.PLATFORM_ADMIN.value, by="command line",
    )  # fmt: skip
    return True


@accounts.command("reset-password")
@click.argument("email", callback=_address)
@click.pass_obj
def reset_password(make_app: Callable[[], Flask], email: str) -> None:
    """Give EMAIL a new password, printed once; every session they have ends."""
    with make_app().app_context():
        with writing() as session:
            person = _somebody(session, email)
            if person is None:
                raise click.ClickException(f"Nobody has the address {email}.")
            password = new_password()
            set_password(session, person, password)
            audit.record(
                session, "password.reset", subject_type="person", subject_id=person.id, actor_id=None, agency_id=None,
                by="command line",
            )  # fmt: skip
            name = person.name
        db.engine.dispose()
    click.echo(f"New password for {name}, to be changed on the account page: {password}")
