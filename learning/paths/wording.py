"""The words of this room for statuses and due dates, in the language of the request."""

from __future__ import annotations

from flask_babel import format_date, gettext, ngettext

from learning.interface import interface_language
from learning.paths.due_dates import DueRule, Status
from learning.paths.models import Assignment, DueKind

# The tag colour of each status; the words carry the meaning.
STATUS_COLOURS = {
    Status.DONE: "success",
    Status.UNDER_WAY: "info",
    Status.NOT_BEGUN: "neutral",
    Status.OVERDUE: "danger",
}


def status_name(status: Status) -> str:
    names: dict[Status, str] = {
        Status.DONE: gettext("Done"),
        Status.UNDER_WAY: gettext("Under way"),
        Status.NOT_BEGUN: gettext("Not begun"),
        Status.OVERDUE: gettext("Overdue"),
    }
    return names[status]


def rule_of(assignment: Assignment) -> DueRule:
    """The due rule of an assignment."""
    return DueRule(assignment.due_kind, assignment.due_on, assignment.due_days)


def due_words(rule: DueRule) -> str:
    """When something is due, as a phrase that can stand alone."""
    if rule.kind is DueKind.FIXED and rule.on is not None:
        return str(gettext("Due on %(day)s", day=format_date(rule.on, _day_pattern())))
    if rule.kind is DueKind.AFTER_ASSIGNMENT and rule.days is not None:
        return str(
            ngettext(
                "Due %(num)d day after each person is assigned",
                "Due %(num)d days after each person is assigned",
                rule.days,
            )
        )
    if rule.kind is DueKind.AFTER_POSITION_START and rule.days is not None:
        return str(
            ngettext(
                "Due %(num)d day after each person began in the position",
                "Due %(num)d days after each person began in the position",
                rule.days,
            )
        )
    return str(gettext("No due date"))


def due_value(rule: DueRule) -> str:
    """When something is due, below or beside the word "Due"."""
    if rule.kind is DueKind.FIXED and rule.on is not None:
        return str(format_date(rule.on, _day_pattern()))
    if rule.kind is DueKind.AFTER_ASSIGNMENT and rule.days is not None:
        return str(ngettext("%(num)d day after assignment", "%(num)d days after assignment", rule.days))
    if rule.kind is DueKind.AFTER_POSITION_START and rule.days is not None:
        return str(ngettext("%(num)d day after the position began", "%(num)d days after the position began", rule.days))
    return str(gettext("No due date"))


def _day_pattern() -> str:
    return "d MMMM y" if interface_language() == "en" else "d. MMMM y"
