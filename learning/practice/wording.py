"""Names of what this room holds, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from learning.practice.models import Outcome


def outcome_name(outcome: Outcome) -> str:
    """A one-click answer as it stands on a button."""
    names: dict[Outcome, str] = {
        Outcome.DONE: gettext("Yes, I did it"),
        Outcome.PARTLY: gettext("Partly"),
        Outcome.NOT_YET: gettext("Not yet"),
        Outcome.DROPPED: gettext("It is no longer relevant"),
    }
    return names[outcome]
