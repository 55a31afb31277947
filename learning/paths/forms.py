"""Reading the room's forms: from submitted fields to plain values, with every fault named by its field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from learning.database import LARGEST_ID
from learning.organisation.models import Level
from learning.paths import due_dates, renewal
from learning.paths.audience_rules import AudienceSpec, UnitChoice
from learning.paths.building import LONGEST_TITLE, PathDraft, StepDraft
from learning.paths.due_dates import DueRule, Status
from learning.paths.models import DueKind, RenewBasis
from learning.paths.renewal import RenewRule
from learning.tidying import paragraphs

Fields = MultiDict[str, str]
LONGEST_DESCRIPTION = 4000
MOST_PLACES = 999
CHOICES = (1, 2, 3)  # of electives that a path can have
DAYS_FIELDS = {
    DueKind.AFTER_ASSIGNMENT: "days_after_assignment",
    DueKind.AFTER_POSITION_START: "days_after_position",
}
_REQUEST_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Fault:
    """What is wrong, in words, and the id of the field to mend."""

    field: str
    message: str


def whole_number(text: str, largest: int = LARGEST_ID) -> int | None:
    """The number in ``text`` from 1 to ``largest``; None for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        return None
    return int(text) if 1 <= int(text) <= largest else None


def status_or_none(text: str) -> Status | None:
    return Status(text) if text in set(Status) else None


def new_request_key() -> str:
    return secrets.token_urlsafe(24)


def request_key(fields: Fields) -> str | None:
    """The form's key, or None when it is missing or does not look like one of ours."""
    key = fields.get("request_key", "")
    return key if _REQUEST_KEY.fullmatch(key) else None


def read_path(fields: Fields, courses: Collection[int], before: Collection[int] = ()) -> tuple[PathDraft, list[Fault]]:
    """The path as the form has it, and its faults. ``courses`` are the ids offered, and ``before`` those of the paths
    that it can come after.

    Chosen courses are ordered by their place number; two with the same one keep the order of the form.
    """
    faults = []
    title = " ".join(fields.get("title", "").split())
    description = paragraphs(fields.get("description"))
    if not title:
        faults.append(Fault("title", gettext("Give the path a title.")))
    elif len(title) > LONGEST_TITLE:
        faults.append(Fault("title", gettext("The title can have at most %(most)d characters.", most=LONGEST_TITLE)))
    if len(description) > LONGEST_DESCRIPTION:
        faults.append(
            Fault("description", gettext("The text can have at most %(most)d characters.", most=LONGEST_DESCRIPTION))
        )
    chosen: list[tuple[int, StepDraft]] = []
    wanted = {whole_number(text) for text in fields.getlist("course")}
    for course_id in courses:
        if course_id not in wanted:
            continue
        written = fields.get(f"place-{course_id}", "").strip()
        place = whole_number(written, MOST_PLACES) if written else MOST_PLACES + 1
        if place is None:
            faults.append(
                Fault(
                    f"place-{course_id}",
                    gettext("The place must be a whole number from 1 to %(most)d.", most=MOST_PLACES),
                )
            )
            place = MOST_PLACES + 1
        chosen.append((place, _step(course_id, fields.get(f"kind-{course_id}", ""))))
    if not chosen:
        faults.append(Fault("courses", gettext("Choose at least one course.")))
    steps = tuple(step for _, step in sorted(chosen, key=lambda each: each[0]))
    needed = {}
    for number in sorted({step.choice for step in steps if step.choice is not None}):
        offered = sum(step.choice == number for step in steps)
        wish = whole_number(fields.get(f"needed-{number}", "1"), offered)
        if wish is None:
            message = gettext(
                "Choice %(number)d has %(num)d courses: ask for 1 to %(num)d of them.", number=number, num=offered
            )
            faults.append(Fault(f"needed-{number}", message))
        needed[number] = wish or 1
    requires_id = whole_number(fields.get("requires", ""))
    if requires_id is not None and requires_id not in before:
        faults.append(Fault("requires", gettext("Choose a path that is in use.")))
    draft = PathDraft(title, description, steps, needed, fields.get("in_order") == "yes", requires_id)
    return draft, faults


def _step(course_id: int, kind: str) -> StepDraft:
    """``kind`` is "choice-2" and the like, "voluntary", or anything else for mandatory."""
    for number in CHOICES:
        if kind == f"choice-{number}":
            return StepDraft(course_id, False, number)
    return StepDraft(course_id, kind != "voluntary")


def read_due(fields: Fields, today: date, before: DueRule | None = None) -> tuple[DueRule, list[Fault]]:
    """The due rule as the form has it, and its faults; without a due date when it cannot be read.

    A date or days under a choice that is not made contradict the one that is, and are a fault: they may be what was
    meant. ``before`` is the rule that the form was filled in with; what it put there is nobody's wish.
    """
    none = DueRule(DueKind.NONE)
    written = fields.get("due_kind", "")
    if written not in set(DueKind):
        return none, [Fault("due-none", gettext("Choose whether there is a due date."))]
    kind = DueKind(written)
    faults = _contradictions(fields, kind, due_fields(before) if before else MultiDict())
    if faults:
        return none, faults
    if kind is DueKind.NONE:
        return none, []
    if kind is DueKind.FIXED:
        try:
            on = date.fromisoformat(fields.get("due_on", "").strip())
        except ValueError:
            return none, [Fault("due_on", gettext("Write the due date as a date, such as 2027-03-01."))]
        if on < today:
            return none, [Fault("due_on", gettext("The due date is in the past. Choose today or later."))]
        return DueRule(kind, on=on), []
    field = DAYS_FIELDS[kind]
    days = whole_number(fields.get(field, ""), due_dates.MOST_DAYS)
    if days is None:
        most = due_dates.MOST_DAYS
        return none, [Fault(field, gettext("The number of days must be from 1 to %(most)d.", most=most))]
    return DueRule(kind, days=days), []


def _contradictions(fields: Fields, kind: DueKind, filled: Fields) -> list[Fault]:
    """What is written under choices other than ``kind`` and was not ``filled`` in by the form itself."""
    faults = []
    for other, field in {DueKind.FIXED: "due_on", **DAYS_FIELDS}.items():
        written = fields.get(field, "").strip()
        if other is kind or not written or written == filled.get(field):
            continue
        if other is DueKind.FIXED:
            message = gettext("You wrote a due date without choosing “On a date”. Choose it, or empty the date.")
        else:
            message = gettext(
                "You wrote a number of days without choosing what they count from. Choose it, or empty it."
            )
        faults.append(Fault(field, message))
    return faults


@dataclass(frozen=True)
class AssignmentDraft:
    """What HR asks for; ``path_id`` is 0 when none was chosen."""

    path_id: int
    audience: AudienceSpec
    due: DueRule
    renew: RenewRule | None = None
    audience_id: int | None = None


def read_renewal(fields: Fields) -> tuple[RenewRule | None, list[Fault]]:
    """The renewal rule as the form has it, None when once is enough, and its faults."""
    if fields.get("renew") != "yes":
        return None, []
    faults = []
    months = whole_number(fields.get("valid_months", ""), renewal.MOST_MONTHS)
    if months is None:
        message = gettext("The number of months must be from 1 to %(most)d.", most=renewal.MOST_MONTHS)
        faults.append(Fault("valid_months", message))
    most = (months or 1) * renewal.SHORTEST_MONTH
    days = whole_number(fields.get("renew_days", ""), most)
    if days is None:
        faults.append(Fault("renew_days", gettext("The number of days must be from 1 to %(most)d.", most=most)))
    basis = fields.get("renew_basis", "")
    if basis not in set(RenewBasis):
        faults.append(Fault("renew_basis", gettext("Choose what the months are counted from.")))
    if months is None or days is None or faults:
        return None, faults
    return RenewRule(months, days, RenewBasis(basis)), []


def renewal_fields(rule: RenewRule | None) -> Fields:
    """The fields that ``read_renewal`` would read as this rule; a usual one to begin with when there is none."""
    usual = rule or RenewRule(24, 60)
    fields: Fields = MultiDict(
        {"valid_months": str(usual.months), "renew_days": str(usual.days), "renew_basis": usual.basis.value}
    )
    if rule is not None:
        fields["renew"] = "yes"
    return fields


def read_assignment(
    fields: Fields,
    paths: Collection[int],
    units: Collection[int],
    today: date,
    saved: Mapping[int, AudienceSpec] | None = None,
) -> tuple[AssignmentDraft, list[Fault]]:
    """The assignment as the form has it, and its faults. ``paths`` and ``units`` are the ids offered, ``saved`` the
    audiences that can be chosen instead of units and levels.
    """
    faults = []
    path_id = whole_number(fields.get("path", ""))
    if path_id not in paths:
        faults.append(Fault("path", gettext("Choose a learning path.")))
        path_id = None
    due, due_faults = read_due(fields, today)
    renew, renew_faults = read_renewal(fields)
    audience_id = whole_number(fields.get("audience", ""))
    if audience_id is not None and saved and audience_id in saved:
        spec = saved[audience_id]
    else:
        audience_id = None
        chosen = {unit_id for text in fields.getlist("unit") if (unit_id := whole_number(text)) in units}
        if not chosen:
            faults.append(Fault("units", gettext("Choose at least one unit, or a saved audience.")))
        with_below = fields.get("with_below") == "yes"
        levels = frozenset(Level(text) for text in fields.getlist("level") if text in set(Level))
        spec = AudienceSpec(frozenset(UnitChoice(unit_id, with_below) for unit_id in chosen if unit_id), levels)
    return AssignmentDraft(path_id or 0, spec, due, renew, audience_id), faults + due_faults + renew_faults


def due_fields(rule: DueRule) -> Fields:
    """The fields that ``read_due`` would read as this rule."""
    fields: Fields = MultiDict({"due_kind": rule.kind.value})
    if rule.on is not None:
        fields["due_on"] = rule.on.isoformat()
    if rule.days is not None:
        fields[DAYS_FIELDS[rule.kind]] = str(rule.days)
    return fields


def path_fields(draft: PathDraft) -> Fields:
    """The fields that ``read_path`` would read as this path."""
    fields: Fields = MultiDict({"title": draft.title, "description": draft.description})
    for place, step in enumerate(draft.steps, start=1):
        fields.add("course", str(step.course_id))
        fields.add(f"place-{step.course_id}", str(place))
        kind = f"choice-{step.choice}" if step.choice is not None else "voluntary"
        fields.add(f"kind-{step.course_id}", "mandatory" if step.mandatory else kind)
    for number, needed in draft.choices.items():
        fields.add(f"needed-{number}", str(needed))
    if draft.in_order:
        fields.add("in_order", "yes")
    if draft.requires_id is not None:
        fields.add("requires", str(draft.requires_id))
    return fields


def by_field(faults: list[Fault]) -> Mapping[str, str]:
    """The first message for each field."""
    return {fault.field: fault.message for fault in reversed(faults)}
