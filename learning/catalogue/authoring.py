"""What authors see of the courses on disk: what the check says, how far translations are, how they were reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from sqlalchemy.orm import Session

from learning.catalogue import check_results
from learning.catalogue.check_results import Checked
from learning.catalogue.compiling import compile_course
from learning.catalogue.reviews import ReviewFile, reviews_of
from learning.database import writing

PATIENCE = 2.0  # seconds that a page may check; the rest waits for the next load


@dataclass(frozen=True)
class CourseOnDisk:
    name: str
    checked: Checked
    reviews: Sequence[ReviewFile]


def courses_on_disk(
    session: Session, folders: Iterable[Path], seconds: float = PATIENCE
) -> tuple[list[CourseOnDisk], int]:
    """Every course folder, faulty or not, and how many there was no time to check.

    Courses that have not changed are known already, from here or from when they were published. New ones are checked
    for about so many seconds, one at least, and the results kept.
    """
    digests = {folder: check_results.digest_of(folder) for folder in folders}
    known = check_results.known(session, set(digests.values()))
    found, waiting = [], 0
    new: dict[str, Checked] = {}
    end = monotonic() + seconds
    has_checked = False
    for folder, digest in digests.items():
        checked = known.get(digest)
        if checked is None:
            if has_checked and monotonic() > end:
                waiting += 1
                continue
            checked = check_results.of_compiled(compile_course(folder))
            has_checked = True
            if check_results.digest_of(folder) == digest:  # nobody has written in it meanwhile
                new[digest] = checked
        found.append(CourseOnDisk(folder.name, checked, reviews_of(folder)))
    if new:
        with writing() as own:
            for digest, checked in new.items():
                check_results.keep(own, digest, checked)
    return found, waiting
