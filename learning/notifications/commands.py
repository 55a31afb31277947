"""The worker from the command line."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from learning.notifications import worker as working


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.pass_obj
def worker(make_app: Callable[[], Flask], once: bool) -> None:
    """Send mail and keep assignments up to date; runs until it is stopped."""
    app = make_app()
    if once:
        click.echo(f"{working.run_once(app)} mails sent.")
        return
    working.loop(app)
