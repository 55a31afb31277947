"""Which signals from below this room listens to; evidence is made in the sender's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.competences import merging, sources
from learning.organisation.signals import people_merging
from learning.paths.models import Recognition
from learning.paths.signals import recognition_decided
from learning.practice.models import FollowUp
from learning.practice.signals import follow_up_told
from learning.progress.models import Completion
from learning.progress.signals import course_completed


def _from_completion(session: Session, *, completion: Completion, **_: Any) -> None:
    sources.from_completion(session, completion)


def _from_follow_up(session: Session, *, follow_up: FollowUp, **_: Any) -> None:
    sources.from_follow_up(session, follow_up)


def _from_recognition(session: Session, *, recognition: Recognition, **_: Any) -> None:
    sources.from_recognition(session, recognition)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    course_completed.connect(_from_completion)
    follow_up_told.connect(_from_follow_up)
    recognition_decided.connect(_from_recognition)
    people_merging.connect(merging.move)
