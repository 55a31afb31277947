"""What the pages about levels share."""

from __future__ import annotations

from typing import Any

from flask import render_template

from learning.catalogue.frameworks import LEVELS
from learning.catalogue.wording import course_title
from learning.competences import evidence_wording, published
from learning.competences.levels import ANOTHERS, NEEDED, SEVERAL_KINDS_FROM, WEIGHTS, EvidenceKind
from learning.competences.wording import mastery_name, relation_name
from learning.interface import interface_language


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    rendered = render_template(
        f"competences/{template}",
        language=interface_language(),
        words_in=published.text_in,
        language_of=published.language_of,
        level_in_words=evidence_wording.level_in_words,
        mastery_name=mastery_name,
        relation_name=relation_name,
        kind_name=evidence_wording.kind_name,
        reason_of=evidence_wording.reason_of,
        state_name=evidence_wording.state_name,
        state_colours=evidence_wording.STATE_COLOURS,
        request_status_name=evidence_wording.request_status_name,
        course_title=course_title,
        Kind=EvidenceKind,
        weights=WEIGHTS,
        needed=NEEDED,
        levels=LEVELS,
        anothers=ANOTHERS,
        several_from=SEVERAL_KINDS_FROM,
        **values,
    )
    return rendered, status
