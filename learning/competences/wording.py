"""The words of this room in the language of the request."""

from __future__ import annotations

from flask_babel import gettext

from learning.competences.models import Relation


def mastery_name(level: int) -> str:
    """What a level of a competence is called, from 1 to 4."""
    names: dict[int, str] = {
        1: gettext("Beginning"),
        2: gettext("Does it with support"),
        3: gettext("Does it unaided"),
        4: gettext("Leads others in it"),
    }
    return names[level]


def relation_name(relation: Relation) -> str:
    """How a competence is related to the one named after it; the same at both ends of a link."""
    names: dict[Relation, str] = {
        Relation.SAME: gettext("Says the same as"),
        Relation.CLOSE: gettext("Is close to"),
        Relation.PART: gettext("Has something in common with"),
    }
    return names[relation]
