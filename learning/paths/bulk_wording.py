"""What is done for many people at once, in the reader's words."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from learning.catalogue.wording import course_title
from learning.interface import day_in_words
from learning.paths.bulk_models import BulkAct, BulkAction, Outcome
from learning.paths.bulk_reach import Group


def act_name(act: BulkAct) -> str:
    names: dict[BulkAct, str] = {
        BulkAct.MORE_TIME: gettext("More time"),
        BulkAct.EXEMPTION: gettext("Exemption"),
        BulkAct.REMINDER: gettext("Remind now"),
    }
    return names[act]


def reached_heading(act: BulkAct, number: int) -> str:
    """What those who are reached get, before it is done."""
    if act is BulkAct.MORE_TIME:
        return str(ngettext("%(num)d person gets more time", "%(num)d people get more time", number))
    if act is BulkAct.EXEMPTION:
        return str(ngettext("%(num)d person is exempted", "%(num)d people are exempted", number))
    return str(ngettext("%(num)d person gets a mail", "%(num)d people get a mail", number))


def left_out(outcome: Outcome) -> str:
    """Why somebody is left out."""
    names: dict[Outcome, str] = {
        Outcome.DONE: gettext("Done with the learning path already"),
        Outcome.CLOSED: gettext("The account is closed"),
        Outcome.LEFT: gettext("No longer has the assignment"),
        Outcome.UNDATED: gettext("Has no due date"),
        Outcome.LATER: gettext("Is due that day or later already"),
        Outcome.REMINDED: gettext("Was reminded earlier today"),
        Outcome.UNREACHED: gettext("Mail does not reach them"),
        Outcome.OWN: gettext("Yourself: somebody else must decide that"),
        Outcome.TAKEN: gettext("Has taken the course"),
        Outcome.EXEMPT: gettext("Need not take the course already"),
        Outcome.ASKED: gettext("Has asked already, and waits for an answer to that"),
        Outcome.NOT_ASKED: gettext("The learning path does not ask for the course"),
    }
    return names[outcome]


def group_heading(act: BulkAct, group: Group) -> str:
    """The heading of a group of an action that was carried out."""
    if group.outcome is not Outcome.REACHED:
        return left_out(group.outcome)
    if group.put_back:
        return str(gettext("Undone"))
    if group.put_back is False:
        return str(gettext("Left as they are: something has changed since"))
    names: dict[BulkAct, str] = {
        BulkAct.MORE_TIME: gettext("Got more time"),
        BulkAct.EXEMPTION: gettext("Exempted"),
        BulkAct.REMINDER: gettext("Reminded"),
    }
    return names[act]


def summary(action: BulkAction) -> str:
    """What was done, in a few words."""
    if action.due_on is not None:
        return str(gettext("More time, until %(day)s", day=day_in_words(action.due_on)))
    if action.course is not None:
        version = action.course.current_version
        title = course_title(version.titles if version else {}, action.course.slug)
        return str(gettext("Exemption from “%(course)s”", course=title))
    return str(gettext("Reminder"))


def state(action: BulkAction) -> str:
    """What became of it."""
    if action.put_back is None:
        return str(ngettext("Done for %(num)d person", "Done for %(num)d people", action.people))
    if action.put_back == action.reached:
        return str(gettext("Undone"))
    return str(gettext("Undone for %(num)d of %(all)d", num=action.put_back, all=action.reached))
