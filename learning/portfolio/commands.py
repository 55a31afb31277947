"""The portfolio's keys from the command line."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask


@click.group()
def portfolio() -> None:
    """People's records as badges that others can verify."""


@portfolio.group()
def key() -> None:
    """The key that this installation signs with."""


@key.command()
@click.pass_obj
def rotate(make_app: Callable[[], Flask]) -> None:
    """Sign with a new key from now on. The earlier ones stay published: what they signed still holds."""
    from learning.database import db, writing
    from learning.portfolio import keys

    app = make_app()
    with app.app_context():
        with writing() as session:
            made = keys.rotate(session)
            told = f"Key {made.number} signs from now on: {made.thumbprint}"
        db.engine.dispose()
    click.echo(told)
