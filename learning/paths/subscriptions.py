"""Which signals from below this room listens to."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.organisation.signals import people_merged, people_merging, positions_changed
from learning.paths import merging
from learning.paths.membership import refresh
from learning.paths.models import Recognition
from learning.paths.renewals import settle
from learning.paths.signals import recognition_decided
from learning.progress.models import Completion
from learning.progress.signals import course_completed


def _follow_positions(session: Session, *, agency_id: int, **_: Any) -> None:
    refresh(session, agency_id)


def _settle_renewals(session: Session, *, completion: Completion, **_: Any) -> None:
    settle(session, person_id=completion.person_id)


def _settle_recognised(session: Session, *, recognition: Recognition, **_: Any) -> None:
    settle(session, person_id=recognition.person_id)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    positions_changed.connect(_follow_positions)
    course_completed.connect(_settle_renewals)
    recognition_decided.connect(_settle_recognised)
    people_merging.connect(merging.move)
    people_merged.connect(merging.follow)
