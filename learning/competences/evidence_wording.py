"""The words of evidence and levels in the language of the request."""

from __future__ import annotations

from flask_babel import gettext

from learning.competences.evidence_models import RequestStatus
from learning.competences.levels import EvidenceKind
from learning.competences.wording import mastery_name


def level_in_words(level: int) -> str:
    """What a level is called; 0 is none."""
    return mastery_name(level) if level else str(gettext("No level yet"))


def kind_name(kind: EvidenceKind) -> str:
    names: dict[EvidenceKind, str] = {
        EvidenceKind.COMPLETION: gettext("Completed course"),
        EvidenceKind.ASSESSMENT: gettext("Passed assessment"),
        EvidenceKind.COMMITMENT: gettext("Kept promise"),
        EvidenceKind.PRIOR_LEARNING: gettext("Prior learning"),
        EvidenceKind.COLLEAGUE: gettext("A colleague has seen it"),
        EvidenceKind.MANAGER: gettext("A manager has seen it"),
        EvidenceKind.MOBILITY: gettext("Work in another job"),
    }
    return names[kind]


def reason_of(kind: EvidenceKind) -> str:
    """Why the kind weighs what it does."""
    reasons: dict[EvidenceKind, str] = {
        EvidenceKind.COMPLETION: gettext(
            "A course gives words and practice in a safe place. It says nothing of what you do at work, "
            "so it speaks of level 1."
        ),
        EvidenceKind.ASSESSMENT: gettext(
            "Right answers to cases show judgement, but still on paper. So two are needed for level 2."
        ),
        EvidenceKind.COMMITMENT: gettext(
            "You did it at work, but only you have told of it. So it counts as much as an assessment."
        ),
        EvidenceKind.PRIOR_LEARNING: gettext(
            "HR has read what it rests on and found that the course would teach you nothing new."
        ),
        EvidenceKind.COLLEAGUE: gettext(
            "A colleague has seen it, but sees a part. Each colleague counts once, with what they said last."
        ),
        EvidenceKind.MANAGER: gettext(
            "A manager sees the work over time and answers for it. One manager counts, with what they said last."
        ),
        EvidenceKind.MOBILITY: gettext(
            "Months in another job are the hardest to come by and what is learnt there the last to be forgotten."
        ),
    }
    return reasons[kind]


def state_name(state: str) -> str:
    names: dict[str, str] = {
        "counts": gettext("Counts"),
        "replaced": gettext("Replaced by something newer"),
        "expired": gettext("Has run out"),
        "withdrawn": gettext("Withdrawn"),
    }
    return names.get(state, "")


STATE_COLOURS = {"counts": "success", "replaced": "neutral", "expired": "warning", "withdrawn": "neutral"}


def request_status_name(status: RequestStatus) -> str:
    names: dict[RequestStatus, str] = {
        RequestStatus.WAITING: gettext("Waits for an answer"),
        RequestStatus.CONFIRMED: gettext("Confirmed"),
        RequestStatus.DECLINED: gettext("Declined"),
        RequestStatus.WITHDRAWN: gettext("Withdrawn"),
    }
    return names[status]
