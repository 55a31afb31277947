"""``learning courses``: check needs no database and no settings; publish names what it left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from learning.catalogue import publishing
from learning.catalogue.commands import courses
from learning.catalogue.document import CourseDocument
from tests.catalogue.courses import SOUND, broken, copy_of_sound


def no_application() -> Flask:
    raise AssertionError("this command must not need the application")


def run(*arguments: str | Path, make_app: object = no_application) -> Result:
    return CliRunner().invoke(courses, [str(each) for each in arguments], obj=make_app, catch_exceptions=False)


def test_check_of_a_sound_course() -> None:
    result = run("check", SOUND)
    assert result.exit_code == 0
    assert result.output == "1 course checked: 0 errors, 0 warnings.\n"


def test_check_names_file_line_and_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken("tab", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run("check", ".")
    assert result.exit_code == 1
    assert result.output == (
        "sound-101/en/l1-first.md:7: error: There is a tab in this line. Use spaces.\n"
        "1 course checked: 1 error, 0 warnings.\n"
    )


def test_check_from_inside_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken("tab", tmp_path))
    assert run("check", ".").output.startswith("en/l1-first.md:7: error: ")


def test_check_as_json(tmp_path: Path) -> None:
    result = run("check", broken("tab", tmp_path), "--json")
    assert result.exit_code == 1
    (fault,) = json.loads(result.output)
    assert (fault["line"], fault["severity"], fault["mend"]) == (7, "error", "Use spaces.")


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_check_of_a_folder_without_courses(tmp_path: Path, name: str) -> None:
    result = run("check", tmp_path / name)
    assert result.exit_code == 1
    assert "course.yaml:1: error: The file is missing." in result.output


def test_lock_writes_the_ids(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    before = (folder / "ids.lock.json").read_text("utf-8")
    (folder / "ids.lock.json").unlink()
    assert run("lock", folder).output == "sound-101: ids.lock.json written\nsound-101: i18n.lock.json written\n"
    assert (folder / "ids.lock.json").read_text("utf-8") == before
    again = "sound-101: ids.lock.json is up to date\nsound-101: i18n.lock.json is up to date\n"
    assert run("lock", folder).output == again
    assert run("lock", broken("tab", tmp_path / "other")).exit_code == 1


def test_publish_and_list(app: Flask, tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    (folder / "ids.lock.json").unlink()
    assert run("publish", folder, make_app=lambda: app).output == "sound-101: version 1 published\n"
    assert (folder / "ids.lock.json").exists()
    assert (folder / "i18n.lock.json").exists()
    assert run("publish", folder, make_app=lambda: app).output == "sound-101: version 1 is current already\n"
    assert run("list", make_app=lambda: app).output.split() == ["sound-101", "version", "1", "8", "min", "en,nb"]


def test_publish_leaves_out_what_has_errors_and_goes_on(app: Flask, tmp_path: Path) -> None:
    copy_of_sound(tmp_path)
    broken("tab", tmp_path / "other").rename(tmp_path / "another-101")
    result = run("publish", tmp_path, make_app=lambda: app)
    assert result.exit_code == 1
    assert "sound-101: version 1 published" in result.output
    assert "another-101: not published" in result.output
    assert "another-101/en/l1-first.md:7: error: There is a tab" in result.output


@pytest.mark.one_database
def test_publish_from_a_folder_that_cannot_be_written(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of_sound(tmp_path)

    def refuse(folder: Path, document: CourseDocument) -> bool:
        raise PermissionError

    monkeypatch.setattr(publishing, "write_lock", refuse)
    result = run("publish", folder, make_app=lambda: app)
    assert result.exit_code == 0
    assert "its lock files were left alone" in result.output
