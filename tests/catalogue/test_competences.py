"""A course is checked against the frameworks beside it, or else those that are delivered."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from learning.catalogue import check_results
from learning.catalogue.commands import courses
from learning.catalogue.compiling import compile_course, compile_if_changed
from tests.catalogue.courses import copy_of_sound, told
from tests.catalogue.frameworks import framework, write

pytestmark = pytest.mark.one_database


def test_the_frameworks_beside_the_course_count(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    before = check_results.digest_of(folder)
    assert told(compile_if_changed(folder), "error") == []
    write(tmp_path / "frameworks", framework("AB"))
    assert told(compile_if_changed(folder), "error") == ["course.yaml:11: There is no competence RM.1."]
    assert check_results.digest_of(folder) != before
    write(tmp_path / "frameworks", framework("RM"))
    assert told(compile_if_changed(folder), "error") == []


def test_an_archived_framework_names_what_to_use(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    old = framework("RM", status="archived", replaced_by={"framework": "AB", "version": 1})
    write(tmp_path / "frameworks", framework("AB"), old)
    (fault,) = compile_course(folder).faults.errors
    assert (fault.message, fault.mend) == ("RM.1 is of a framework that is archived.", "Name one of AB.")


def test_outcomes_keep_their_competences_in_the_document(tmp_path: Path) -> None:
    document = compile_course(copy_of_sound(tmp_path)).document
    assert document is not None
    for text in document.texts.values():
        assert [outcome.competences for outcome in text.outcomes] == [("RM.1",), ("RM.1",)]


def test_checking_courses_checks_their_frameworks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_of_sound(tmp_path)
    write(tmp_path / "frameworks", framework("RM"), framework("CD", version=0))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(courses, ["check", "."], catch_exceptions=False)
    assert result.exit_code == 1
    assert "frameworks/cd.yaml:2: error: version is not right" in result.output
