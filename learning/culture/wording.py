"""What this room's values are called, in the reader's language."""

from __future__ import annotations

from flask_babel import format_decimal, gettext

from learning.culture.anonymity import Bound
from learning.culture.campaigns import State
from learning.culture.figures import CHANGES, Figure
from learning.culture.models import Became

STATE_COLOURS = {State.PLANNED: "neutral", State.OPEN: "info", State.CLOSED: "success"}
BECAME_COLOURS = {Became.OPEN: "info", Became.DONE: "success", Became.DROPPED: "neutral"}


def state_name(state: State) -> str:
    names: dict[State, str] = {
        State.PLANNED: gettext("Planned"),
        State.OPEN: gettext("Open for answers"),
        State.CLOSED: gettext("Closed"),
    }
    return names[state]


def became_name(became: Became) -> str:
    names: dict[Became, str] = {
        Became.OPEN: gettext("Under way"),
        Became.DONE: gettext("Carried out"),
        Became.DROPPED: gettext("Given up"),
    }
    return names[became]


def answer_names() -> dict[int, str]:
    """The five answers to a statement."""
    return {
        1: gettext("Strongly disagree"),
        2: gettext("Disagree"),
        3: gettext("Neither agree nor disagree"),
        4: gettext("Agree"),
        5: gettext("Strongly agree"),
    }


def level_name(level: int) -> str:
    names: dict[int, str] = {
        1: gettext("Innovation happens by chance"),
        2: gettext("Some try, mostly alone"),
        3: gettext("It is common in parts of the organisation"),
        4: gettext("It is how we usually work"),
        5: gettext("We renew how we work, and others learn from us"),
    }
    return names[level]


def number(tenths: int) -> str:
    """A score with one decimal."""
    return str(format_decimal(tenths / 10, format="0.0"))


def score_in_words(figure: Figure) -> str:
    if figure.bound is Bound.OR_HIGHER:
        return str(gettext("%(number)s or higher", number=number(figure.tenths)))
    if figure.bound is Bound.OR_LOWER:
        return str(gettext("%(number)s or lower", number=number(figure.tenths)))
    return number(figure.tenths)


def spread_in_words(figure: Figure) -> str:
    """How far opinions are apart: coarse, so that nobody's answer can be told."""
    told = figure.apart + figure.together
    if not told:
        return str(gettext("Not shown"))
    if figure.pieces == 1:
        return str(gettext("A third or more disagree") if figure.apart else gettext("Fewer than a third disagree"))
    return str(gettext("In %(apart)d of %(told)d groups a third or more disagree", apart=figure.apart, told=told))


def change_in_words(tenths: int | None) -> str:
    if tenths is None:
        return str(gettext("Cannot be said"))
    if abs(tenths) < CHANGES:
        return str(gettext("About the same"))
    return f"+{number(tenths)}" if tenths > 0 else f"−{number(-tenths)}"
