"""The words of this room for statuses and due dates, in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_date, gettext, ngettext

from learning import clock
from learning.catalogue.wording import course_title
from learning.interface import interface_language
from learning.organisation.models import Level
from learning.organisation.wording import level_name, role_name
from learning.paths import unit_tree
from learning.paths.audience_rules import AudienceSpec
from learning.paths.audiences import Part, Reason
from learning.paths.due_dates import DueRule, Status
from learning.paths.models import DueKind, Recognition, RecognitionKind, RenewBasis
from learning.paths.overlap import Resolved
from learning.paths.renewal import RenewRule
from learning.paths.unit_tree import UnitNode

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


def audience_words(
    spec: AudienceSpec, roots: list[UnitNode], titles: Mapping[int, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """What a rule asks for, part by part: the name of the part and its content. ``titles`` are of its courses."""
    units = []
    for choice in sorted(spec.units, key=lambda choice: choice.unit_id):
        node = unit_tree.find(roots, choice.unit_id)
        if node is not None:
            is_tree = choice.with_descendants and node.below
            units.append(gettext("%(unit)s with units below", unit=node.name) if is_tree else node.name)
    levels = [level_name(level) for level in Level if level in spec.levels]
    parts = [
        (gettext("Units"), ", ".join(units) or gettext("All")),
        (gettext("Levels"), ", ".join(levels) or gettext("All")),
    ]
    if spec.at_least_days is not None:
        words = ngettext("At least %(num)d day", "At least %(num)d days", spec.at_least_days)
        parts.append((gettext("In the position"), words))
    if spec.at_most_days is not None:
        words = ngettext("At most %(num)d day", "At most %(num)d days", spec.at_most_days)
        parts.append((gettext("In the position"), words))
    if spec.roles:
        parts.append((gettext("Roles"), ", ".join(sorted(role_name(role) for role in spec.roles))))
    if spec.tags:
        parts.append((gettext("With one of the tags"), ", ".join(sorted(spec.tags))))
    if spec.without_tags:
        parts.append((gettext("Without the tags"), ", ".join(sorted(spec.without_tags))))
    for name, courses in (
        (gettext("Has completed"), spec.completed),
        (gettext("Has not completed"), spec.not_completed),
    ):
        if courses:
            parts.append((name, ", ".join(sorted(course_title(titles.get(each, {}), str(each)) for each in courses))))
    return [(str(name), str(words)) for name, words in parts]


def reason_words(reason: Reason, titles: Mapping[int, Mapping[str, Any]]) -> str:
    """A part of a rule, as what somebody does or does not fulfil."""
    title = course_title(titles.get(reason.course_id or 0, {}), str(reason.course_id or ""))
    words: dict[Part, tuple[str, str]] = {
        Part.POSITION: (gettext("Holds a position today"), gettext("Holds no position today")),
        Part.ACTIVE: (gettext("The account is in use"), gettext("The account is closed")),
        Part.UNIT: (gettext("Is in one of the units"), gettext("Is not in one of the units")),
        Part.LEVEL: (gettext("Is at one of the levels"), gettext("Is not at one of the levels")),
        Part.AT_LEAST: (
            gettext("Has been in the position long enough"),
            gettext("Has not been in the position long enough"),
        ),
        Part.AT_MOST: (gettext("Is new enough in the position"), gettext("Has been in the position too long")),
        Part.ROLE: (gettext("Has one of the roles"), gettext("Has none of the roles")),
        Part.TAG: (gettext("Has one of the tags"), gettext("Has none of the tags")),
        Part.WITHOUT_TAG: (
            gettext("Has none of the tags that leave people out"),
            gettext("Has a tag that leaves people out"),
        ),
        Part.COMPLETED: (
            gettext("Has completed “%(course)s”", course=title),
            gettext("Has not completed “%(course)s”", course=title),
        ),
        Part.NOT_COMPLETED: (
            gettext("Has not completed “%(course)s”", course=title),
            gettext("Has completed “%(course)s” already", course=title),
        ),
    }
    return str(words[reason.part][0 if reason.holds else 1])


def renew_words(rule: RenewRule | None) -> str:
    """How often a path is to be renewed, below or beside the word "Renewal"."""
    if rule is None:
        return str(gettext("Never: once is enough"))
    valid = ngettext("Valid for %(num)d month", "Valid for %(num)d months", rule.months)
    window = ngettext(
        "can be renewed from %(num)d day before it runs out",
        "can be renewed from %(num)d days before it runs out",
        rule.days,
    )
    basis = (
        gettext("counted from the day it was completed")
        if rule.basis is RenewBasis.COMPLETION
        else gettext("with the same date each time")
    )
    return f"{valid}, {basis}; {window}"


def claim_words(claims: Resolved) -> str:
    """In a sentence: which of several assignments holds for a course, and what the others say."""
    holds = claims.holds
    others = ", ".join(
        dict.fromkeys(other.path_title for other in claims.others if other.path_title != holds.path_title)
    )
    if not others:
        others = ", ".join(dict.fromkeys(other.path_title for other in claims.others))
    if holds.due_on is None:
        return str(gettext("Also asked for by %(others)s.", others=others))
    return str(
        gettext(
            "Also asked for by %(others)s; the date of “%(path)s” holds: %(day)s.",
            others=others,
            path=holds.path_title,
            day=format_date(holds.due_on, _day_pattern()),
        )
    )


def recognition_kind_name(kind: RecognitionKind) -> str:
    names: dict[RecognitionKind, str] = {
        RecognitionKind.EXEMPTION: gettext("Exemption: the course does not concern them"),
        RecognitionKind.PRIOR_LEARNING: gettext("Prior learning: they know it already"),
    }
    return names[kind]


def recognition_state(found: Recognition) -> tuple[str, str]:
    """Where a request stands: the words, and the colour of their tag."""
    if found.granted is None:
        return str(gettext("Waits for an answer")), "info"
    if not found.granted:
        return str(gettext("No")), "neutral"
    if found.ended_at is not None:
        return str(gettext("Ended")), "neutral"
    if found.valid_until is not None and found.valid_until < clock.today():
        return str(gettext("Run out")), "neutral"
    return str(gettext("Yes")), "success"


def _day_pattern() -> str:
    return "d MMMM y" if interface_language() == "en" else "d. MMMM y"
