"""Courses on disk for these tests: the sound one, copied and changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from learning.catalogue.compiling import Compiled, compile_course

HERE = Path(__file__).parent
SOUND = HERE / "sound-101"
BROKEN = HERE / "broken"


def copy_of_sound(tmp_path: Path) -> Path:
    """A copy of the sound course that a test may change."""
    folder = tmp_path / "sound-101"
    shutil.copytree(SOUND, folder)
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace ``old``, which must be there, in a file of the course."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new), "utf-8")


def broken(name: str, tmp_path: Path) -> Path:
    """A copy of ``broken/<name>`` that a test may change.

    The broken courses link to the sound one for all that is sound, so that ``learning courses check`` takes them as
    they stand.
    """
    folder = tmp_path / "sound-101"
    shutil.copytree(BROKEN / name / "sound-101", folder)
    return folder


def told(compiled: Compiled, severity: str) -> list[str]:
    """The faults of a severity as "path:line: message", in order, paths within the course."""
    return [
        f"{fault.path.split('/', 1)[1]}:{fault.line}: {fault.message}"
        for fault in sorted(compiled.faults.found)
        if fault.severity == severity
    ]


def warnings_of(folder: Path) -> list[str]:
    return told(compile_course(folder), "warning")
