"""What every page of the room shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, g, render_template

from learning.access.guard import signed_in_actor
from learning.access.policy import Permission, may
from learning.catalogue.wording import course_title
from learning.database import db
from learning.organisation.wording import level_name
from learning.paths import audiences, due_dates, forms, list_choices, renewal, wording
from learning.paths.audience_rules import AudienceSpec
from learning.paths.due_dates import Status
from learning.paths.member_list import Wanted
from learning.paths.unit_tree import UnitNode


def wanted_or_404(values: Mapping[str, str]) -> Wanted:
    """The choices of an address or a form; 404 for what the agency does not have."""
    try:
        return list_choices.read_in(db.session, g.agency.id, values)
    except list_choices.UnknownChoice:
        abort(404)


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """Render a template of the room for the agency of the request; ``faults`` are those of its form."""
    values.setdefault("faults", [])
    rendered = render_template(
        f"paths/{template}",
        agency=g.agency,
        may_manage=may(signed_in_actor(), Permission.MANAGE_PATHS, g.agency.id),
        may_see_people=may(signed_in_actor(), Permission.SEE_PEOPLE, g.agency.id),
        fault_at=forms.by_field(values["faults"]),
        course_title=course_title,
        due_value=wording.due_value,
        due_words=wording.due_words,
        rule_of=due_dates.rule_of,
        renewal_of=renewal.rule_of,
        renew_words=wording.renew_words,
        days_fields=forms.DAYS_FIELDS,
        statuses=list(Status),
        level_name=level_name,
        status_name=wording.status_name,
        status_colours=wording.STATUS_COLOURS,
        **values,
    )
    return rendered, status


def audience_words(spec: AudienceSpec, roots: list[UnitNode]) -> list[tuple[str, str]]:
    """What a rule asks for, part by part, with the names of its units and courses."""
    return wording.audience_words(spec, roots, audiences.course_titles(db.session, spec))
