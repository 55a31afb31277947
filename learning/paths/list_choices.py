"""The choices that narrow the list of members: read from an address or a form, and written into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.paths import board, forms, unit_tree
from learning.paths.member_list import Wanted
from learning.paths.models import Assignment
from learning.paths.unit_tree import UnitNode

LEFT = "left"  # everybody who is not done


class UnknownChoice(LookupError):
    """An assignment or a unit that is not the agency's, or a number that cannot be read."""


def number(values: Mapping[str, str], name: str) -> int | None:
    """A number that was asked with, None without one. Raises UnknownChoice for one that cannot be read."""
    text = values.get(name, "")
    if not text:
        return None
    found = forms.whole_number(text)
    if found is None:
        raise UnknownChoice(name)
    return found


def _day(values: Mapping[str, str], name: str) -> date | None:
    """A day that was asked with, None without one. Raises UnknownChoice for one that cannot be read."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnknownChoice(name) from None


def read(values: Mapping[str, str], assignments: Sequence[Assignment], roots: Sequence[UnitNode]) -> Wanted:
    """The choices among the agency's ``assignments`` and units. Raises UnknownChoice."""
    assignment_id, unit_id = number(values, "assignment"), number(values, "unit")
    if assignment_id is not None and assignment_id not in {each.id for each in assignments}:
        raise UnknownChoice("assignment")
    if unit_id is not None and unit_tree.find(roots, unit_id) is None:
        raise UnknownChoice("unit")
    return Wanted(
        assignment_id=assignment_id,
        status=forms.status_or_none(values.get("status", "")),
        unit_id=unit_id,
        alone=unit_id is not None and values.get("alone") == "yes",
        search=values.get("q", "").strip()[:100],
        is_left=values.get("status") == LEFT,
        due_from=_day(values, "due_from"),
        due_to=_day(values, "due_to"),
    )


def read_in(session: Session, agency_id: int, values: Mapping[str, str]) -> Wanted:
    """The choices among what the agency has now. Raises UnknownChoice. Two queries."""
    return read(values, board.live_assignments(session, agency_id), unit_tree.load(session, agency_id))


def kept(choices: Mapping[str, Any]) -> MultiDict[str, str]:
    """The choices of a saved view, as an address has them."""
    return MultiDict({name: str(value) for name, value in choices.items()})


def fields(wanted: Wanted) -> dict[str, Any]:
    """The choices as they stand in an address; those not made are None and left out."""
    return {
        "assignment": wanted.assignment_id,
        "status": LEFT if wanted.is_left else wanted.status and wanted.status.value,
        "unit": wanted.unit_id,
        "alone": "yes" if wanted.alone else None,
        "q": wanted.search or None,
        "due_from": wanted.due_from.isoformat() if wanted.due_from else None,
        "due_to": wanted.due_to.isoformat() if wanted.due_to else None,
    }
