"""``learning frameworks``: check needs no database; publish takes all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from learning.competences.commands import frameworks
from tests.catalogue.frameworks import framework, write


def no_application() -> Flask:
    raise AssertionError("this command must not need the application")


def run(*arguments: str | Path, make_app: object = no_application) -> Result:
    return CliRunner().invoke(frameworks, [str(each) for each in arguments], obj=make_app, catch_exceptions=False)


@pytest.mark.one_database
def test_check_names_file_line_and_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"), framework("CD", status="gone"))
    monkeypatch.chdir(tmp_path)
    result = run("check", folder)
    assert result.exit_code == 1
    assert "frameworks/cd.yaml:3: error: status is not right" in result.output
    write(folder, framework("CD"))
    result = run("check", folder)
    assert result.exit_code == 0
    assert result.output == "2 frameworks checked: 0 errors.\n"


@pytest.mark.one_database
def test_the_delivered_frameworks_are_checked_when_no_others_are_named() -> None:
    assert run("check").exit_code == 0


@pytest.mark.one_database
def test_a_folder_without_frameworks(tmp_path: Path) -> None:
    assert run("check", tmp_path).exit_code == 1


def test_publish_and_list(app: Flask, tmp_path: Path) -> None:
    old = framework("EF", status="archived", replaced_by={"framework": "AB", "version": 1})
    folder = write(tmp_path / "frameworks", framework("AB"), old)

    def make_app() -> Flask:
        return app

    assert run("publish", folder, make_app=make_app).output == "AB: version 1 published\nEF: version 1 published\n"
    assert "AB: version 1 is published already" in run("publish", folder, make_app=make_app).output
    assert run("list", make_app=make_app).output == (
        "AB       version 1   current: 2 competences\nEF       version 1   archived, replaced by AB: 2 competences\n"
    )
    write(folder, framework("AB", names=("1",)))
    result = run("publish", folder, make_app=make_app)
    assert result.exit_code == 1
    assert "ab.yaml:2: error: Version 1 is published, and says something else. Write version: 2." in result.output
    assert "No framework was published." in result.output
    assert "There are no frameworks" in run("publish", tmp_path / "nowhere", make_app=make_app).output
