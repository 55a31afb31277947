"""People in by file, from the command line: for a file that another system writes every night."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from flask_babel import force_locale

from learning.database import writing
from learning.organisation.commands import agency_named
from learning.people_files import wording
from learning.people_files.applying import ChangedMeanwhile, apply
from learning.people_files.reading import LARGEST
from learning.people_files.steps import Options, Plan, Rights
from learning.people_files.walking import plan_file


@click.group()
def people() -> None:
    """Read a file of everybody in an agency."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", "slug", required=True, help="The agency's short name, as in its addresses.")
@click.option("--dry-run", is_flag=True, help="Tell what the file would do, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Tell it as JSON.")
@click.option("--no-invitations", is_flag=True, help="Send no mail to new people.")
@click.pass_obj
def import_command(
    make_app: Callable[[], Flask], file: Path, slug: str, dry_run: bool, as_json: bool, no_invitations: bool
) -> None:
    """Read FILE (CSV or XLSX) and apply all of it, or nothing when there is a fault: then it exits with 1.

    docs/people-import.md has the columns. People who are not in the file are left alone.
    """
    app = make_app()
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as fault:
        raise click.ClickException(f"Cannot read {file}: {fault.strerror}.") from fault
    options, rights = Options(invite=not no_invitations), Rights(actor_id=None, may_grant_roles=True)
    with app.app_context(), force_locale("en"):
        try:
            with writing() as session:
                agency = agency_named(session, slug)
                plan = plan_file(session, agency, data, options, rights, lock=not dry_run)
                is_applied = not plan.faults and not dry_run
                if is_applied and plan.changes_something:
                    digest = hashlib.sha256(data).hexdigest()
                    apply(session, agency, plan, actor_id=None, name=file.name, digest=digest)
        except ChangedMeanwhile as fault:
            raise click.ClickException("Somebody changed people meanwhile; nothing is done. Try again.") from fault
        click.echo(_as_json(plan, is_applied) if as_json else _as_text(plan, is_applied))
    if plan.faults:
        sys.exit(1)


def _as_json(plan: Plan, is_applied: bool) -> str:
    faults = [
        {"row": each.row or None, "column": wording.column_name(each.column, plan.labels) or None,
         "kind": each.kind.value, "message": wording.sentence(each)}
        for each in plan.faults
    ]  # fmt: skip
    counts = {outcome.value: number for outcome, number in plan.counts.items()}
    content = {"applied": is_applied, "counts": counts, "faults": faults, "not_read": list(plan.unknown_columns)}
    return json.dumps(content, ensure_ascii=False, indent=2)


def _as_text(plan: Plan, is_applied: bool) -> str:
    lines = []
    for each in plan.faults:
        column = wording.column_name(each.column, plan.labels)
        where = [f"row {each.row}"] * bool(each.row) + [column] * bool(column)
        lines.append(": ".join([", ".join(where)] * bool(where) + [wording.sentence(each)]))
    lines += [f"Not read, since the column is not known: {name}." for name in plan.unknown_columns]
    counts = ", ".join(f"{number} {outcome.value}" for outcome, number in plan.counts.items() if number)
    if plan.faults:
        return "\n".join([*lines, f"{len(plan.faults)} faults; nothing is changed."])
    if not plan.changes_something:
        done = "Everybody is as the file says; nothing to change."
    else:
        done = "The file is applied." if is_applied else "Nothing is changed: this was a dry run."
    return "\n".join([*lines, f"{counts}.", done]) if counts else "\n".join([*lines, done])
