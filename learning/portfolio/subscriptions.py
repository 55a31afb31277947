"""Which signals from below this room listens to."""

from __future__ import annotations

from learning.organisation.signals import people_merging
from learning.portfolio import merging


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    people_merging.connect(merging.move)
