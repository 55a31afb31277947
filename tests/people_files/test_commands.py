"""The same file from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.notifications.models import OutboxMessage
from learning.organisation.models import Person
from learning.people_files.commands import people
from tests.people_files.towns import file_of, make_town, person, row


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(people, ["import", *arguments], obj=lambda: app)


def test_a_file_is_tried_applied_and_found_applied(app: Flask, session: Session, tmp_path: Path) -> None:
    town = make_town(session)
    path = tmp_path / "people.csv"
    path.write_bytes(file_of([row(), row(email="b@town.example")]))
    options = (str(path), "--agency", town.agency.slug)
    tried = run(app, *options, "--dry-run")
    assert (tried.exit_code, tried.output) == (0, "2 new.\nNothing is changed: this was a dry run.\n")
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    session.rollback()
    done = run(app, *options)
    assert (done.exit_code, done.output) == (0, "2 new.\nThe file is applied.\n")
    assert person(session, "ase@town.example") is not None
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
    session.rollback()
    again = run(app, *options, "--json")
    assert again.exit_code == 0
    assert json.loads(again.output)["counts"]["unchanged"] == 2


def test_faults_are_told_and_end_with_1(app: Flask, session: Session, tmp_path: Path) -> None:
    town = make_town(session)
    path = tmp_path / "people.csv"
    header = [*file_of([]).decode("utf-8-sig").strip().split(";"), "Shoe size"]
    path.write_bytes(file_of([row(unit="Nowhere"), row(email="b@town.example", level="")], header))
    told = run(app, str(path), "--agency", town.agency.slug)
    assert told.exit_code == 1
    assert "row 2, Unit: There is no unit “Nowhere” in the agency." in told.output
    assert "row 3, Level: The level is missing." in told.output
    assert "Shoe size" in told.output
    assert "2 faults; nothing is changed." in told.output
    as_json = run(app, str(path), "--agency", town.agency.slug, "--json")
    content = json.loads(as_json.output)
    assert as_json.exit_code == 1
    assert [(each["row"], each["column"], each["kind"]) for each in content["faults"]] == [
        (2, "Unit", "unknown-unit"), (3, "Level", "missing-level"),
    ]  # fmt: skip
    assert content["not_read"] == ["Shoe size"]
    assert content["applied"] is False
    path.write_bytes(b"")
    assert run(app, str(path), "--agency", town.agency.slug).output.startswith("The file is empty.")
    assert "There is no agency 'nowhere'" in run(app, str(path), "--agency", "nowhere").output
