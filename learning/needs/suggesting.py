"""Needs to begin with. Pure. Only a start: HR looks at them, confirms, and changes them afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from learning.needs.known import KnownFramework
from learning.needs.models import Horizon, NeedRole
from learning.needs.setting import Key, Wish

# A manager of people does it with support; a manager of managers does it alone, also when it is hard; who leads the
# whole need not be better at it than those, but must know it well enough to ask and to set the frame.
USUAL = {NeedRole.FIRST_LINE: 2, NeedRole.MIDDLE: 3, NeedRole.TOP: 3}


def wishes(
    frameworks: Sequence[KnownFramework],
    unit_id: int,
    levels: Mapping[NeedRole, int],
    said: Collection[tuple[int, int]],
) -> dict[Key, Wish | None]:
    """A need now for each competence and level of managers.

    What the unit says already stays (``said``: unit, competence).
    """
    return {
        Key(unit_id, role, competence.id, Horizon.NOW): Wish(level)
        for framework in frameworks
        for competence in framework.competences
        if (unit_id, competence.id) not in said
        for role, level in levels.items()
    }
