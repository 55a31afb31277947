"""The room's fixed values in the reader's language."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_decimal, gettext

from learning import clock
from learning.interface import day_in_words
from learning.needs.gaps import Standing
from learning.needs.models import Consequence, Horizon, MeasureKind, MeasureState, NeedRole
from learning.organisation.wording import level_name

STATE_COLOURS = {
    MeasureState.PLANNED: "neutral",
    MeasureState.UNDER_WAY: "info",
    MeasureState.DONE: "success",
    MeasureState.DROPPED: "warning",
}
CONSEQUENCE_COLOURS = {Consequence.LOW: "neutral", Consequence.MEDIUM: "warning", Consequence.HIGH: "danger"}


def role_words(role: NeedRole) -> str:
    return str(gettext("All managers")) if role is NeedRole.ALL else level_name(role.value)


def horizon_words(horizon: Horizon) -> str:
    names: dict[Horizon, str] = {
        Horizon.NOW: gettext("Now"),
        Horizon.ONE_YEAR: gettext("In one year"),
        Horizon.THREE_YEARS: gettext("In three years"),
    }
    return names[horizon]


def consequence_words(consequence: Consequence) -> str:
    names: dict[Consequence, str] = {
        Consequence.LOW: gettext("Low"),
        Consequence.MEDIUM: gettext("Medium"),
        Consequence.HIGH: gettext("High"),
    }
    return names[consequence]


def consequence_help(consequence: Consequence) -> str:
    """What a consequence means, so that two people choose alike."""
    names: dict[Consequence, str] = {
        Consequence.LOW: gettext("Work takes longer or gets less good, and is put right by colleagues."),
        Consequence.MEDIUM: gettext("Goals are missed or delayed, and people outside the unit notice."),
        Consequence.HIGH: gettext("Duties by law, safety or trust are at stake."),
    }
    return names[consequence]


def standing_words(standing: Standing) -> str:
    names: dict[Standing, str] = {
        Standing.NOT_NEEDED: gettext("Not needed"),
        Standing.NOBODY: gettext("Nobody works here"),
        Standing.MET: gettext("Met"),
        Standing.NEARLY: gettext("Nearly met"),
        Standing.HALF: gettext("Half met"),
        Standing.FAR: gettext("Far from met"),
    }
    return names[standing]


def kind_words(kind: MeasureKind) -> str:
    names: dict[MeasureKind, str] = {
        MeasureKind.LEARN: gettext("Learn"),
        MeasureKind.TRANSFER: gettext("Transfer"),
        MeasureKind.MOVE: gettext("Move"),
        MeasureKind.RESKILL: gettext("Reskill"),
        MeasureKind.RECRUIT: gettext("Recruit"),
    }
    return names[kind]


def kind_help(kind: MeasureKind) -> str:
    names: dict[MeasureKind, str] = {
        MeasureKind.LEARN: gettext("Courses, practice and follow-up for those who have the job"),
        MeasureKind.TRANSFER: gettext("Those who can, teach those who cannot: pairs, shadowing, handing over"),
        MeasureKind.MOVE: gettext("Let somebody who can do it take the task or the post"),
        MeasureKind.RESKILL: gettext("Give people from other work what this work takes"),
        MeasureKind.RECRUIT: gettext("Employ somebody who can, or hire for a while"),
    }
    return names[kind]


def state_words(state: MeasureState) -> str:
    names: dict[MeasureState, str] = {
        MeasureState.PLANNED: gettext("Planned"),
        MeasureState.UNDER_WAY: gettext("Under way"),
        MeasureState.DONE: gettext("Done"),
        MeasureState.DROPPED: gettext("Dropped"),
    }
    return names[state]


def level_words(level: int) -> str:
    return str(gettext("Not needed here") if level == 0 else gettext("Level %(level)d", level=level))


def who_words(share: int | None, number: int | None) -> str:
    """How many people a need is for."""
    if number is not None:
        return str(gettext("%(number)d people", number=number))
    return str(gettext("Everybody") if share == 100 else gettext("%(share)d %% of the people", share=share or 0))


def money(kroner: int | None) -> str:
    return str(gettext("%(number)s kroner", number=format_decimal(kroner))) if kroner is not None else ""


def day_of(moment: datetime) -> str:
    """The day in Norway of a moment."""
    return day_in_words(moment.astimezone(clock.OSLO).date())
