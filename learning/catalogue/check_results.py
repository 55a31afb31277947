"""What the check said of a course as it lies on disk, kept by the digest of all that the check looks at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.compiling import Compiled
from learning.catalogue.digests import LOCKS, source_digest
from learning.catalogue.faults import Fault
from learning.catalogue.frameworks import folder_for
from learning.catalogue.models import CourseCheck
from learning.catalogue.translations import State, Translated
from learning.database import insert_once

KEPT = timedelta(days=90)  # after that a course is checked once more
_REVIEW_BY = re.compile(r"\breview_by:\s*[\"']?(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Translation:
    """One language of a course but the source: how many pieces there are, and those that want work."""

    language: str
    pieces: int
    stale: Sequence[Translated]
    missing: Sequence[Translated]


@dataclass(frozen=True)
class Checked:
    """``faults`` in order of place."""

    faults: Sequence[Fault]
    translations: Sequence[Translation]

    @property
    def errors(self) -> int:
        return sum(fault.severity == "error" for fault in self.faults)

    @property
    def warnings(self) -> int:
        return len(self.faults) - self.errors


@cache
def _program() -> bytes:
    """A digest of the code that checks: another program may say other things of the same course."""
    rooms = (Path(__file__).parent, Path(__file__).parents[1] / "activities")
    total = hashlib.sha256()
    for path in sorted(each for room in rooms for each in room.glob("*.py")):
        total.update(path.read_bytes())
    return total.digest()


def _passed(folder: Path) -> str:
    """The dates of review that have passed: the check warns of them from then on."""
    path = folder / "course.yaml"
    text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
    today = clock.today().isoformat()
    return " ".join(day for day in _REVIEW_BY.findall(text) if day < today)


def digest_of(folder: Path) -> str:
    """SHA-256 over the course's name, files, locks and frameworks, the dates that have passed, and what checks it."""
    total = hashlib.sha256(_program())
    for part in (folder.name, source_digest(folder), _passed(folder)):
        total.update(f"{part}\n".encode())
    for path in sorted(folder_for(folder).glob("*.yaml")):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for name in LOCKS:
        path = folder / name
        total.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    return total.hexdigest()


def of_compiled(compiled: Compiled) -> Checked:
    by_language: dict[str, list[Translated]] = {}
    for piece in compiled.translations:
        by_language.setdefault(piece.language, []).append(piece)
    translations = [
        Translation(
            language,
            len(pieces),
            [each for each in pieces if each.state is State.STALE],
            [each for each in pieces if each.state is State.MISSING],
        )
        for language, pieces in by_language.items()
    ]
    return Checked(sorted(compiled.faults.found), translations)


def known(session: Session, digests: Collection[str]) -> dict[str, Checked]:
    """The results that are kept, by digest. One query."""
    rows = session.scalars(select(CourseCheck).where(CourseCheck.digest.in_(digests)))
    return {
        row.digest: Checked(
            [Fault(**each) for each in row.faults], [_translation_from(each) for each in row.translations]
        )
        for row in rows
    }


def _translation_from(stored: dict[str, Any]) -> Translation:
    pieces = {
        name: [Translated(**{**each, "state": State(each["state"])}) for each in stored[name]]
        for name in ("stale", "missing")
    }
    return Translation(stored["language"], stored["pieces"], pieces["stale"], pieces["missing"])


def keep(session: Session, digest: str, checked: Checked) -> None:
    """Keep a result, once; those that are old are swept away."""
    session.execute(delete(CourseCheck).where(CourseCheck.checked_at < clock.now() - KEPT))
    insert_once(
        session,
        CourseCheck,
        digest=digest,
        errors=checked.errors,
        warnings=checked.warnings,
        faults=[each.as_json() for each in checked.faults],
        translations=[asdict(each) for each in checked.translations],
        checked_at=clock.now(),
    )
