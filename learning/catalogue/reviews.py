"""Reviews of a course: the scores that lie beside it as review-YYYY-MM.yml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learning.catalogue.quality_sheet import CRITERIA, MOST_POINTS, Criterion

SHOWN_WEAK = 3  # criteria of each review


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Score(_Strict):
    score: Annotated[int, Field(ge=0, le=MOST_POINTS, strict=True)]
    why: str


class Review(_Strict):
    """``weakest`` are the criteria that the reviewer would begin with; without it, the lowest scores."""

    reviewer: str
    date: date
    scores: dict[str, Score]
    total: int | None = None
    weakest: list[str] = []
    confirm: list[str] = []

    @property
    def sum(self) -> int:
        return sum(each.score for each in self.scores.values())

    @property
    def weak_points(self) -> list[tuple[Criterion, Score]]:
        """The weakest criteria, the reviewer's own choice first."""
        by_score = sorted(self.scores, key=lambda code: (self.scores[code].score, code))
        return [(CRITERIA[code], self.scores[code]) for code in (self.weakest or by_score)[:SHOWN_WEAK]]

    @property
    def missed_musts(self) -> list[Criterion]:
        """Musts below two: the course is not to be published."""
        return [CRITERIA[code] for code, each in self.scores.items() if CRITERIA[code].must and each.score < 2]


class _Reviews(_Strict):
    reviews: list[Review] = Field(min_length=1)


@dataclass(frozen=True)
class ReviewFile:
    """``faults`` are sentences for the author; a file with any shows no reviews."""

    name: str
    reviews: Sequence[Review]
    faults: Sequence[str]


def reviews_of(folder: Path) -> list[ReviewFile]:
    """The course's review files, the newest first. Never raises for what stands in them."""
    return [_read(path) for path in sorted(folder.glob("review-*.yml"), reverse=True)]


def _read(path: Path) -> ReviewFile:
    try:
        content = yaml.safe_load(path.read_text("utf-8-sig"))
        reviews = _Reviews.model_validate(content).reviews
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" on line {mark.line + 1}" if mark else ""
        return ReviewFile(path.name, (), [f"The YAML cannot be read{where}: {getattr(fault, 'problem', fault)}."])
    except ValidationError as fault:
        return ReviewFile(path.name, (), [_told(each) for each in fault.errors()])
    except (OSError, ValueError, RecursionError) as fault:
        return ReviewFile(path.name, (), [f"The file cannot be read: {type(fault).__name__}."])
    faults = [fault for review in reviews for fault in _faults(review)]
    return ReviewFile(path.name, () if faults else reviews, faults)


def _told(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    return f"{where}: {error['msg']}."


def _faults(review: Review) -> Iterator[str]:
    """What the sheet demands beyond its form: every criterion once, a sum that is right, weak points that exist."""
    missing = [code for code in CRITERIA if code not in review.scores]
    unknown = [code for code in (*review.scores, *review.weakest) if code not in CRITERIA]
    if missing:
        yield f"The review by {review.reviewer} has no score for {', '.join(missing)}."
    if unknown:
        yield f"The review by {review.reviewer} names {', '.join(unknown)}, which is no criterion."
    if review.total is not None and review.total != review.sum:
        yield f"The review by {review.reviewer} says {review.total} in all; its scores sum to {review.sum}."
