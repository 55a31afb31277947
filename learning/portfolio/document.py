"""The record as one JSON document in the words of the European Learning Model; docs/portfolio.md has the subset."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from learning.portfolio import badges
from learning.portfolio.models import BadgeKind
from learning.portfolio.record import Achieved

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "http://data.europa.eu/snb/model/context/edc-ap"]
BADGES = "openBadges"  # the one member that is not of the model


@dataclass(frozen=True)
class Holder:
    given_name: str
    family_name: str
    email: str
    language: str


def canonical(value: Any) -> str:
    """JSON that is the same text for the same value: names in order, no spaces, letters as they are.

    Raises ValueError for numbers that JSON has no word for.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def document(
    holder: Holder, record: Sequence[Achieved], tokens: Sequence[str], made_at: datetime, base_url: str
) -> dict[str, Any]:
    """Not signed as a whole: each badge in it is."""
    return {
        "@context": CONTEXTS,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "issuer": {
            "id": badges.issuer_address(base_url),
            "type": "Organisation",
            "legalName": {"en": ["Handlingsrom"]},
            "homepage": base_url,
        },
        "validFrom": badges.instant(made_at),
        "credentialSubject": {
            "type": "Person",
            "givenName": {holder.language: [holder.given_name]},
            "familyName": {holder.language: [holder.family_name]},
            "contactPoint": [{"type": "ContactPoint", "emailAddress": [f"mailto:{holder.email}"]}],
            "hasClaim": [_claim(each) for each in record],
        },
        BADGES: list(tokens),
    }


def _claim(each: Achieved) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "type": "LearningAchievement",
        "title": {each.language: [each.title]},
        "awardedBy": {
            "type": "AwardingProcess",
            "awardingDate": badges.instant(each.at),
            "awardingBody": [{"type": "Organisation", "legalName": {each.language: [each.source or "Handlingsrom"]}}],
        },
        "specifiedBy": {
            "type": "LearningAchievementSpecification",
            "title": {each.language: [each.title]},
            "learningOutcome": [
                {
                    "type": "LearningOutcome",
                    "title": {each.language: [skill.title]},
                    "identifier": [{"type": "Identifier", "notation": skill.code, "schemeName": skill.framework}],
                }
                for skill in each.skills
            ],
        },
    }
    if each.credential is not None:
        claim["id"] = each.credential
    if each.serial is not None:
        claim["identifier"] = [{"type": "Identifier", "notation": each.serial}]
    if each.is_revoked:
        claim["additionalNote"] = [{"type": "Note", "noteLiteral": {"en": ["The certificate is revoked."]}}]
    if each.kind is BadgeKind.LEVEL:
        claim["provenBy"] = [
            {"type": "LearningAssessment", "grade": {"type": "Note", "noteLiteral": {"en": [f"Level {each.level}"]}}}
        ]
    if each.until is not None:
        claim["expiryDate"] = badges.instant(badges.end_of(each.until))
    return claim
