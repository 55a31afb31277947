"""Saved views in the reader's words."""

from __future__ import annotations

from flask_babel import gettext

from learning.paths.saved_view_models import Every, ViewPage, ViewSchedule


def page_name(page: ViewPage) -> str:
    names: dict[ViewPage, str] = {
        ViewPage.BOARD: gettext("Overview"),
        ViewPage.MEMBERS: gettext("People and assignments"),
        ViewPage.AHEAD: gettext("What lies ahead"),
    }
    return names[page]


def every_name(every: Every) -> str:
    names: dict[Every, str] = {
        Every.WORKING_DAY: gettext("Every working day"),
        Every.MONDAY: gettext("Every Monday"),
        Every.MONTH: gettext("The first working day of the month"),
    }
    return names[every]


def when(schedule: ViewSchedule) -> str:
    return str(gettext("%(every)s at %(hour)02d:00", every=every_name(schedule.every), hour=schedule.hour))
