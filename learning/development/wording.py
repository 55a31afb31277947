"""Names of what this room holds, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from learning.competences.wording import mastery_name
from learning.development.goals import Way
from learning.development.models import GoalState


def level_name(level: int | None) -> str:
    """A level from 1 to 4, 0 for "not yet", None for one that was skipped."""
    if level is None:
        return str(gettext("Skipped"))
    return mastery_name(level) if level else str(gettext("Not yet"))


def evidence_name(level: int) -> str:
    """A level by evidence; 0 when the evidence does not amount to one."""
    return mastery_name(level) if level else str(gettext("No level yet"))


def state_name(state: GoalState) -> str:
    names: dict[GoalState, str] = {
        GoalState.OPEN: gettext("Under way"),
        GoalState.REACHED: gettext("Goal reached"),
        GoalState.DROPPED: gettext("Goal dropped"),
    }
    return names[state]


def way_name(way: Way) -> str:
    names: dict[Way, str] = {
        Way.PRACTICE: gettext("Practise it at work"),
        Way.PAIR: gettext("Learn together with a colleague"),
        Way.MOBILITY: gettext("A stay in another job or at another workplace"),
    }
    return names[way]
