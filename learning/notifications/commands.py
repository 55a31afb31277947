"""The worker and the mail from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from learning import clock
from learning.database import writing
from learning.notifications import bounce_reports, reminder_run
from learning.notifications import worker as working

TRY_LATER = 75  # what mail servers take for "keep it and try again" (EX_TEMPFAIL)


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


@click.group()
def mail() -> None:
    """Reminders, and mail that comes back."""


@mail.command()
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day to run for; today when left out.")
@click.pass_obj
def remind(make_app: Callable[[], Flask], on: datetime | None) -> None:
    """Make the daily run of reminders, as the worker does on working days. A day is run once."""
    with make_app().app_context():
        day = on.date() if on else clock.today()
        working.refresh_audiences()
        with writing() as session:
            try:
                made = reminder_run.run(session, day)
            except reminder_run.NotNow as error:
                raise click.ClickException(f"No run for {day}: {error}.") from error
            click.echo(f"{day}: {made.reminders} reminders in {made.mails} mails, {made.passed} passed over.")


@mail.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.pass_obj
def bounces(make_app: Callable[[], Flask], file: BinaryIO) -> None:
    """Note the addresses that mail did not reach, from a delivery report or an mbox of them on standard input."""
    content = file.read()
    mails = noted = unknown = 0
    try:
        with make_app().app_context(), writing() as session:
            for message in bounce_reports.messages_in(content):
                mails += 1
                for report in bounce_reports.reports(message):
                    if bounce_reports.note(session, report) is None:
                        unknown += 1
                    else:
                        noted += 1
    except OperationalError as error:
        click.echo(f"The database does not answer: {error.orig}", err=True)
        raise SystemExit(TRY_LATER) from error
    click.echo(f"{mails} mails read: {noted} addresses noted, {unknown} unknown.")
