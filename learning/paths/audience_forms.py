"""Reading the form of an audience."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from learning.access.models import Role
from learning.access.roles import GRANTABLE
from learning.organisation.models import Level
from learning.paths.audience_rules import MOST_DAYS, AudienceSpec, UnitChoice
from learning.paths.forms import Fault, Fields, whole_number
from learning.paths.saved_audiences import LONGEST_NAME

LONGEST_TAG = 60


def read_audience(
    fields: Fields, units: Collection[int], courses: Collection[int]
) -> tuple[str, AudienceSpec, list[Fault]]:
    """Name and rule as the form has them, and the faults. ``units`` and ``courses`` are the ids offered."""
    faults = []
    name = " ".join(fields.get("name", "").split())
    if not name:
        faults.append(Fault("name", gettext("Give the audience a name.")))
    elif len(name) > LONGEST_NAME:
        faults.append(Fault("name", gettext("The name can have at most %(most)d characters.", most=LONGEST_NAME)))
    least, most = _days(fields, "at_least_days", faults), _days(fields, "at_most_days", faults)
    if least is not None and most is not None and least > most:
        faults.append(Fault("at_most_days", gettext("Nobody can be at least that long and at most this long in it.")))
    completed, not_completed = _ids(fields, "completed", courses), _ids(fields, "not_completed", courses)
    if completed & not_completed:
        message = gettext("Nobody has both completed and not completed the same course.")
        faults.append(Fault("not_completed", message))
    with_below = fields.get("with_below") == "yes"
    spec = AudienceSpec(
        units=frozenset(UnitChoice(unit_id, with_below) for unit_id in _ids(fields, "unit", units)),
        levels=frozenset(Level(text) for text in fields.getlist("level") if text in set(Level)),
        roles=frozenset(Role(text) for text in fields.getlist("role") if text in set(GRANTABLE)),
        tags=_tags(fields, "tags", faults),
        without_tags=_tags(fields, "without_tags", faults),
        at_least_days=least,
        at_most_days=most,
        completed=completed,
        not_completed=not_completed,
    )
    return name, spec, faults


def _ids(fields: Fields, name: str, offered: Collection[int]) -> frozenset[int]:
    found = {whole_number(text) for text in fields.getlist(name)}
    return frozenset(each for each in found if each is not None and each in offered)


def _days(fields: Fields, name: str, faults: list[Fault]) -> int | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    days = 0 if text == "0" else whole_number(text, MOST_DAYS)
    if days is None:
        message = gettext("Write a whole number of days, at most %(most)d, or nothing.", most=MOST_DAYS)
        faults.append(Fault(name, message))
    return days


def _tags(fields: Fields, name: str, faults: list[Fault]) -> frozenset[str]:
    tags = {" ".join(part.split()).lower() for part in fields.get(name, "").split(",")} - {""}
    if any(len(tag) > LONGEST_TAG for tag in tags):
        faults.append(Fault(name, gettext("A tag can have at most %(most)d characters.", most=LONGEST_TAG)))
        return frozenset()
    return frozenset(tags)


def audience_fields(name: str, spec: AudienceSpec) -> Fields:
    """The fields that ``read_audience`` would read as this audience.

    Units that are chosen with and without those below come back as with: the form has one tick for all.
    """
    fields: Fields = MultiDict({"name": name})
    for choice in sorted(spec.units, key=lambda choice: choice.unit_id):
        fields.add("unit", str(choice.unit_id))
    if not spec.units or any(choice.with_descendants for choice in spec.units):
        fields["with_below"] = "yes"
    for level in spec.levels:
        fields.add("level", level.value)
    for role in spec.roles:
        fields.add("role", role.value)
    fields["tags"], fields["without_tags"] = ", ".join(sorted(spec.tags)), ", ".join(sorted(spec.without_tags))
    if spec.at_least_days is not None:
        fields["at_least_days"] = str(spec.at_least_days)
    if spec.at_most_days is not None:
        fields["at_most_days"] = str(spec.at_most_days)
    for course in sorted(spec.completed):
        fields.add("completed", str(course))
    for course in sorted(spec.not_completed):
        fields.add("not_completed", str(course))
    return fields
