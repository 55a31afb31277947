"""Which signals from below this room listens to; it works in the sender's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.catalogue.document import Activity
from learning.organisation.signals import people_merging
from learning.practice import follow_ups, merging
from learning.progress.models import Completion, Enrolment
from learning.progress.signals import course_completed, response_recorded


def _follow_promise(session: Session, *, enrolment: Enrolment, activity: Activity, **_: Any) -> None:
    follow_ups.follow_promise(session, enrolment, activity)


def _follow_plans(session: Session, *, completion: Completion, **_: Any) -> None:
    follow_ups.follow_plans(session, completion)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    response_recorded.connect(_follow_promise)
    course_completed.connect(_follow_plans)
    people_merging.connect(merging.move)
