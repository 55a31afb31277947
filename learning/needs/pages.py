"""What the room's pages share: what an address asks for, and the words their templates call things by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import abort, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.interface import interface_language
from learning.needs import known, wording
from learning.needs.gaps import Standing
from learning.needs.known import Known
from learning.needs.models import Consequence, Horizon, NeedRole
from learning.needs.resolving import HORIZONS
from learning.organisation.wording import level_name
from learning.paths import unit_tree
from learning.paths.forms import whole_number
from learning.paths.unit_tree import UnitNode

Page = str | tuple[str, int] | AnyResponse
Choice = TypeVar("Choice", bound=StrEnum)
LEGEND = (Standing.MET, Standing.NEARLY, Standing.HALF, Standing.FAR)


@dataclass(frozen=True)
class Look:
    """What a page is asked to show. ``fields`` are its parts as an address has them."""

    unit: UnitNode
    roots: Sequence[UnitNode]
    known: Known
    horizon: Horizon = Horizon.NOW
    role: NeedRole = NeedRole.ALL
    framework: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "unit": self.unit.id, "horizon": self.horizon.value, "role": self.role.value,
            "framework": self.framework or None,
        }  # fmt: skip

    @property
    def competence_ids(self) -> list[int]:
        return [each.id for framework in self.known.chosen(self.framework) for each in framework.competences]


def one_of(kind: type[Choice], text: str | None, otherwise: Choice) -> Choice:
    """The value that an address names; 404 for one that there is not."""
    if not text:
        return otherwise
    if text not in set(kind):
        abort(404)
    return kind(text)


def read_look(values: Mapping[str, str], roots: Sequence[UnitNode], agency_id: int) -> Look:
    """What the fields ask for; 404 for a unit, a framework or a value that there is not."""
    competences = known.load(db.session, agency_id, interface_language())
    text = values.get("unit", "")
    unit = unit_tree.find(roots, whole_number(text)) if text else (roots[0] if roots else None)
    framework = values.get("framework", "")
    if unit is None or framework not in {"", *(each.code for each in competences.frameworks)}:
        abort(404)
    return Look(
        unit, roots, competences, one_of(Horizon, values.get("horizon"), Horizon.NOW),
        one_of(NeedRole, values.get("role"), NeedRole.ALL), framework,
    )  # fmt: skip


def look(values: Mapping[str, str] | None = None) -> Look:
    """As ``read_look``, for HR of the agency in the address."""
    return read_look(request.args if values is None else values, unit_tree.load(db.session, g.agency.id), g.agency.id)


def competence_of(competences: Known, code: str) -> known.KnownCompetence:
    return competences.by_code.get(code) or abort(404)


def flat(roots: Sequence[UnitNode]) -> list[tuple[int, UnitNode]]:
    """Every unit in the order of the tree, with its depth: for lists to choose from."""
    found = []
    waiting = [(0, root) for root in reversed(roots)]
    while waiting:
        depth, node = waiting.pop()
        found.append((depth, node))
        waiting += [(depth + 1, below) for below in reversed(node.below)]
    return found


def _framework_options(wanted: Look) -> list[tuple[str, str]]:
    return [("", gettext("All frameworks")), *((each.code, each.title) for each in wanted.known.frameworks)]


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """Render a template of the room."""
    agency = g.get("agency")
    actor = signed_in_actor()
    rendered = render_template(
        f"needs/{template}",
        agency=agency,
        may_see_people=agency is not None and may(actor, Permission.SEE_PEOPLE, agency.id),
        may_assign=agency is not None and may(actor, Permission.MANAGE_PATHS, agency.id),
        roles=list(NeedRole),
        horizons=HORIZONS,
        consequences=list(Consequence),
        legend=LEGEND,
        flat=flat,
        level_name=level_name,
        words=wording,
        horizon_options=lambda: [(each.value, wording.horizon_words(each)) for each in HORIZONS],
        role_options=lambda: [(each.value, wording.role_words(each)) for each in NeedRole],
        level_options=lambda: [(level, wording.level_words(level)) for level in range(5)],
        framework_options=_framework_options,
        **values,
    )
    return rendered, status
