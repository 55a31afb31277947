"""Which signals from below this room listens to."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning.certificates import merging
from learning.certificates.issuing import issue
from learning.organisation.signals import people_merging
from learning.progress.models import Completion
from learning.progress.signals import course_completed


def _issue_certificate(session: Session, *, completion: Completion, **_: Any) -> None:
    issue(session, completion)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    course_completed.connect(_issue_certificate)
    people_merging.connect(merging.move)
