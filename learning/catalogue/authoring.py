"""What authors see of the courses on disk: what the check says, how far translations are, how they were reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from learning.catalogue.compiling import Compiled, compile_if_changed, compiled_already
from learning.catalogue.reviews import ReviewFile, reviews_of
from learning.catalogue.translations import State, Translated

PATIENCE = 2.0  # seconds that a page may compile; the rest waits for the next load


@dataclass(frozen=True)
class Translation:
    """One language of a course but the source: how many pieces there are, and those that want work."""

    language: str
    pieces: int
    stale: Sequence[Translated]
    missing: Sequence[Translated]


@dataclass(frozen=True)
class CourseOnDisk:
    compiled: Compiled
    translations: Sequence[Translation]
    reviews: Sequence[ReviewFile]

    @property
    def name(self) -> str:
        return self.compiled.folder.name


def courses_on_disk(folders: Iterable[Path], seconds: float = PATIENCE) -> tuple[list[CourseOnDisk], int]:
    """Every course folder, faulty or not, and how many there was no time to check.

    Courses that have not changed are known already. New ones are compiled for about so many seconds, one at least.
    """
    found, waiting = [], 0
    end = monotonic() + seconds
    has_compiled = False
    for folder in folders:
        compiled = compiled_already(folder)
        if compiled is None:
            if has_compiled and monotonic() > end:
                waiting += 1
                continue
            compiled = compile_if_changed(folder)
            has_compiled = True
        found.append(CourseOnDisk(compiled, _translations(compiled), reviews_of(folder)))
    return found, waiting


def _translations(compiled: Compiled) -> list[Translation]:
    by_language: dict[str, list[Translated]] = {}
    for piece in compiled.translations:
        by_language.setdefault(piece.language, []).append(piece)
    return [
        Translation(
            language,
            len(pieces),
            [each for each in pieces if each.state is State.STALE],
            [each for each in pieces if each.state is State.MISSING],
        )
        for language, pieces in by_language.items()
    ]
