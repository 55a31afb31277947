"""Frameworks of competences from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from learning.catalogue.commands import shown_from_here
from learning.catalogue.faults import Fault
from learning.catalogue.frameworks import DELIVERED, read_frameworks


@click.group()
def frameworks() -> None:
    """Check, publish and list frameworks of competences."""


def _told(faults: list[Fault], folder: Path) -> None:
    for fault in shown_from_here(faults, folder.resolve().parent):
        click.echo(str(fault), err=True)


@frameworks.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check a folder of frameworks; by default courses/frameworks/.

    Names file, line and mend for every fault. Exits with 1 when there is one.
    """
    folder = folder or DELIVERED
    found = read_frameworks(folder)
    _told(found.faults.found, folder)
    click.echo(f"{len(found.plans)} frameworks checked: {len(found.faults.errors)} errors.")
    if found.faults.errors or not found.plans:
        raise SystemExit(1)


@frameworks.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def publish(make_app: Callable[[], Flask], folder: Path | None) -> None:
    """Publish a folder of frameworks; by default the one beside the courses. All of them, or none.

    What is published already stays as it is. With errors nothing changes, and the command exits with 1.
    """
    from learning.competences.publishing import NotPublishable
    from learning.competences.publishing import publish as publish_frameworks
    from learning.database import db, writing

    app = make_app()
    folder = folder or app.config["SETTINGS"].courses_path / "frameworks"
    with app.app_context():
        try:
            with writing() as session:
                told = publish_frameworks(session, folder)
        except NotPublishable as fault:
            _told(fault.faults, folder)
            raise click.ClickException("No framework was published.") from fault
        finally:
            db.engine.dispose()
    for each in told:
        click.echo(f"{each.code}: version {each.number} {'published' if each.created else 'is published already'}")
    if not told:
        click.echo(f"There are no frameworks in {folder}.")


@frameworks.command("list")
@click.pass_obj
def list_frameworks(make_app: Callable[[], Flask]) -> None:
    """List the published frameworks of all agencies."""
    from learning.competences import published
    from learning.database import db

    app = make_app()
    with app.app_context(), db.sessionmaker() as session:
        for each in published.frameworks(session, ()):
            plan = each.plan
            after = f", replaced by {each.version.replaced_by}" if each.version.replaced_by else ""
            click.echo(
                f"{plan.framework:8} version {each.version.number:<3} {plan.status}{after}: "
                f"{len(plan.competences)} competences"
            )


@click.group()
def competences() -> None:
    """Evidence of competences, and the levels that follow from it."""


@competences.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a level is not what the evidence says.")
@click.pass_obj
def rebuild(make_app: Callable[[], Flask], check: bool) -> None:
    """Make evidence of what has happened and is not evidence yet, and work every level out anew."""
    from learning.competences import keeping, sources
    from learning.database import db, writing

    app = make_app()
    with app.app_context():
        if check:
            with db.sessionmaker() as session:
                wrong = keeping.differences(session)
            for each in wrong:
                click.echo(
                    f"person {each.person_id}, competence {each.competence_id}: "
                    f"kept is {each.kept}, the evidence says {each.found}",
                    err=True,
                )
            click.echo(f"{len(wrong)} levels are not what the evidence says.")
            db.engine.dispose()
            raise SystemExit(1 if wrong else 0)
        with writing() as session:
            made = sources.make_missing(session)
        with writing() as session:
            changed = keeping.settle_all(session)
        db.engine.dispose()
    click.echo(f"Evidence was made of {made} things; {changed} levels changed.")
