"""Names of what this room holds, in the reader's language, and times as people say them."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from flask_babel import gettext

from learning.programmes.cohorts import State
from learning.programmes.models import Attended, Reply
from learning.programmes.times import local

STATE_COLOURS = {
    State.COMING: "neutral",
    State.UNDER_WAY: "info",
    State.OVER: "success",
    State.CANCELLED: "warning",
}
ATTENDED_COLOURS = {
    Attended.PRESENT: "success",
    Attended.ABSENT: "danger",
    Attended.EXCUSED: "warning",
    Attended.UNKNOWN: "neutral",
}


def state_name(state: State) -> str:
    names: dict[State, str] = {
        State.COMING: gettext("Not begun"),
        State.UNDER_WAY: gettext("Under way"),
        State.OVER: gettext("Over"),
        State.CANCELLED: gettext("Cancelled"),
    }
    return names[state]


def reply_name(reply: Reply) -> str:
    """What a participant has said, as others read it."""
    names: dict[Reply, str] = {
        Reply.YES: gettext("Comes"),
        Reply.NO: gettext("Cannot come"),
        Reply.NONE: gettext("No reply"),
    }
    return names[reply]


def attended_name(attended: Attended) -> str:
    names: dict[Attended, str] = {
        Attended.PRESENT: gettext("Present"),
        Attended.ABSENT: gettext("Absent"),
        Attended.EXCUSED: gettext("Excused"),
        Attended.UNKNOWN: gettext("Not noted"),
    }
    return names[attended]


def when_in_words(starts_at: datetime, ends_at: datetime, language: str) -> str:
    """The day and the hours of a gathering, in Norway's time and in the given language."""
    start, end = local(starts_at), local(ends_at)
    if language == "en":
        return f"{format_date(start, 'EEEE d MMMM y', locale='en')}, {start:%H:%M}–{end:%H:%M}"
    return f"{format_date(start, 'EEEE d. MMMM y', locale=language)} kl. {start:%H:%M}–{end:%H:%M}"
