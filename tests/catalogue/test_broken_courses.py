"""Every kind of mistake has a small course that makes it; the check names file, line and mend, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from learning.catalogue.compiling import compile_course
from tests.catalogue.courses import BROKEN, SOUND, broken, copy_of_sound, told

NAMES = sorted(path.name for path in BROKEN.iterdir())


def test_the_sound_course_has_no_faults() -> None:
    compiled = compile_course(SOUND)
    assert [str(fault) for fault in compiled.faults.found] == []
    assert compiled.is_publishable


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_is_told_once_where_it_stands(name: str, tmp_path: Path) -> None:
    compiled = compile_course(broken(name, tmp_path))
    assert told(compiled, "error") == (BROKEN / name / "expected.txt").read_text("utf-8").splitlines()
    assert compiled.document is None
    assert not compiled.is_publishable


@pytest.mark.parametrize("name", NAMES)
def test_every_error_says_how_to_mend_it(name: str, tmp_path: Path) -> None:
    errors = compile_course(broken(name, tmp_path)).faults.errors
    assert errors
    for fault in errors:
        assert fault.mend, fault
        assert fault.line >= 1


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    folder = broken("tab", tmp_path)
    (folder / "media" / "large.png").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    assert "media/large.png:1: The file is larger than 2 MiB." in told(compile_course(folder), "error")


def test_a_drawing_with_capital_ending_is_checked_too(tmp_path: Path) -> None:
    folder = broken("media-svg-with-script", tmp_path)
    (folder / "media" / "cycle.en.svg").rename(folder / "media" / "cycle.en.SVG")
    assert "media/cycle.en.SVG:1: The drawing holds a script." in told(compile_course(folder), "error")


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    folder = broken("lesson-missing-in-source", tmp_path)
    (folder / "en" / "l2-second.md").mkdir()
    assert told(compile_course(folder), "error") == ["en/l2-second.md:1: The file cannot be read: Is a directory."]


def test_no_course_at_all(tmp_path: Path) -> None:
    assert told(compile_course(tmp_path / "nothing-101"), "error") == ["course.yaml:1: The file is missing."]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    path = folder / "en" / "l2-second.md"
    path.write_bytes(path.read_bytes().replace(b"the order", b"the \xf8rder"))
    assert told(compile_course(folder), "error") == ["en/l2-second.md:7: The file is not UTF-8."]
