"""What authors see of the courses on disk: what the check says, how far translations are, how they were reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from learning.catalogue.compiling import Compiled, compile_if_changed
from learning.catalogue.reviews import ReviewFile, reviews_of
from learning.catalogue.translations import State, Translated


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


def courses_on_disk(folders: Iterable[Path]) -> list[CourseOnDisk]:
    """Every course folder, faulty or not. Compiling is left out for those that have not changed."""
    found = []
    for folder in folders:
        compiled = compile_if_changed(folder)
        found.append(CourseOnDisk(compiled, _translations(compiled), reviews_of(folder)))
    return found


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
