"""The demo from the command line."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from learning.competences.publishing import NotPublishable, publish
from learning.database import db, writing
from learning.demo.frameworks import seed_framework
from learning.demo.people import DEMO_SIGN_INS
from learning.demo.seeding import is_seeded, seed_people


@click.group()
def demo() -> None:
    """Sample agencies and people, for trying the system."""


@demo.command("load")
@click.pass_obj
def load(make_app: Callable[[], Flask]) -> None:
    """Fill the database with the demo, unless it is there already, and print the sign-ins."""
    app = make_app()
    if not app.config["SETTINGS"].demo:
        raise click.ClickException("Demo data are for demo mode only. Set LEARNING_DEMO=1 on a database for trying.")
    with app.app_context():
        try:
            with writing() as session:
                publish(session, app.config["SETTINGS"].courses_path / "frameworks")
        except NotPublishable:
            click.echo("The frameworks were not published. Run: learning frameworks check", err=True)
        with writing() as session:
            fresh = not is_seeded(session)
            if fresh:
                seed_people(session)
        if fresh:
            from learning.demo.activity import seed_activity

            with writing() as session:
                seed_activity(session)
                seed_framework(session)
        db.engine.dispose()
    click.echo("\nDemo sign-ins (the password is the same for all: " + DEMO_SIGN_INS[0]["password"] + ")")
    for entry in DEMO_SIGN_INS:
        click.echo(f"  {entry['email']:32} {entry['name']}: {entry['role_label']}")
    click.echo("")
