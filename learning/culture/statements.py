"""The statements of the compass, as the framework of innovation culture on disk has them now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from learning.catalogue.frameworks import frameworks_for

FRAMEWORK = "IC"
PRACTICES = "practices"


class NoStatements(LookupError):
    """The framework of innovation culture is not there, or has no statements."""


def folder() -> Path:
    """A folder of courses; frameworks are looked for beside them. Needs an application context."""
    return Path(current_app.config["SETTINGS"].courses_path) / FRAMEWORK.lower()


def scales() -> list[dict[str, Any]]:
    """The scales in order, each with code, group, titles and statements (id and texts), in every language.

    Plain values: a campaign keeps its copy. Raises NoStatements.
    """
    plan = frameworks_for(folder()).plans.get(FRAMEWORK)
    found: list[dict[str, Any]] = [
        {
            "code": each.code,
            "group": each.group,
            "titles": {**each.titles},
            "statements": [{"id": statement.id, "texts": {**statement.texts}} for statement in each.statements],
        }
        for each in (plan.competences if plan else [])
        if each.statements
    ]
    if not found:
        raise NoStatements
    return found
