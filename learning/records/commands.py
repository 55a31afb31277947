"""Exports from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.database import db, writing
from learning.organisation.commands import agency_named
from learning.organisation.models import Agency, Unit
from learning.progress import ledger
from learning.records import exporting
from learning.records.rows import RecordFilter
from learning.records.writers import FORMATS


@click.group()
def export() -> None:
    """Take completion records out, and prove the ledger."""


def _unit(session: Session, agency: Agency, name: str | None) -> int | None:
    if name is None:
        return None
    found = session.scalars(
        select(Unit).where(Unit.agency_id == agency.id, or_(Unit.code == name, Unit.name == name))
    ).all()
    if len(found) != 1:
        problem = "There is no unit" if not found else "There are several units"
        raise click.ClickException(f"{problem} {name!r} in {agency.slug}; give the unit's code.")
    return found[0].id


@export.command()
@click.option("--agency", "slug", required=True, help="The agency's short name, as in its addresses.")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day of completion (Norway), included.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of completion (Norway), included.")
@click.option("--unit", "unit_name", help="Only this unit and those below it: code or name.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; otherwise standard output."
)
@click.pass_obj
def completions(
    make_app: Callable[[], Flask],
    slug: str,
    format_name: str,
    since: datetime | None,
    until: datetime | None,
    unit_name: str | None,
    output: Path | None,
) -> None:
    """Export an agency's completion records; docs/records.md has the columns."""
    app = make_app()
    form = FORMATS[format_name]
    if since and until and since > until:
        raise click.ClickException("--since is after --until.")
    with app.app_context():
        with writing() as session:
            agency = agency_named(session, slug)
            wanted = RecordFilter(
                since.date() if since else None, until.date() if until else None, _unit(session, agency, unit_name)
            )
            exporting.note_export(session, agency, wanted, form, None)
            agency_id = agency.id
        body = exporting.pieces(agency_id, wanted, form)
        if output is None:
            for piece in body:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        try:
            # The old file stays whole until the new one is.
            part = output.with_name(output.name + ".part")
            with part.open("wb") as file:
                for piece in body:
                    file.write(piece)
            part.replace(output)
        except OSError as fault:
            raise click.ClickException(f"Cannot write {output}: {fault.strerror}.") from fault


@export.command()
@click.option("--agency", "slug", required=True, help="The agency's short name.")
@click.pass_obj
def verify(make_app: Callable[[], Flask], slug: str) -> None:
    """Prove that an agency's ledger of completions is whole and unaltered."""
    app = make_app()
    with app.app_context(), db.sessionmaker() as session:
        count, fault = ledger.verify(session, agency_named(session, slug).id)
    if fault is not None:
        raise click.ClickException(
            f"{count} completions fit; number {fault.sequence} (completion {fault.completion_id}) does not: "
            f"{fault.reason}."
        )
    click.echo(f"The ledger of {slug} is whole: {count} completions.")
