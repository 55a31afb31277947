"""Open Badges 3.0: what a person has achieved as a signed credential (VC data model 2.0, as JWT). docs/portfolio.md."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from learning import clock
from learning.catalogue.frameworks import LEVELS
from learning.portfolio.models import BadgeKind
from learning.portfolio.record import Achieved

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
HASHED = "sha256$"
LEVEL_NAMES = tuple(map(str, LEVELS))


def instant(moment: datetime) -> str:
    """A time as credentials write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of(day: date) -> datetime:
    """The last second of the day in Norway."""
    return datetime.combine(day, time(), clock.OSLO) + timedelta(days=1) - timedelta(seconds=1)


def hashed_address(email: str, salt: str) -> str:
    """An e-mail address that can be compared, but not read (OB 3.0, IdentityObject)."""
    return HASHED + hashlib.sha256(f"{email.lower()}{salt}".encode()).hexdigest()


def issuer_address(base_url: str) -> str:
    return f"{base_url}/open-badges/issuer"


def issuer_profile(base_url: str) -> dict[str, Any]:
    return {"id": issuer_address(base_url), "type": ["Profile"], "name": "Handlingsrom", "url": base_url}


def credential(achieved: Achieved, email: str, base_url: str) -> dict[str, Any]:
    """The badge of something achieved. Raises ValueError for what has none."""
    if achieved.credential is None:
        raise ValueError("what is revoked has no badge")
    about = f"{base_url}/open-badges/achievements/{achieved.about}"
    achievement: dict[str, Any] = {
        "id": about,
        "type": ["Achievement"],
        "achievementType": "Course" if achieved.kind is BadgeKind.COMPLETION else "Competency",
        "name": achieved.title,
        "description": achieved.title,
        "inLanguage": achieved.language,
        "criteria": {"narrative": _criteria(achieved)},
    }
    if achieved.source:
        achievement["creator"] = {"id": f"{about}#creator", "type": ["Profile"], "name": achieved.source}
    if achieved.skills:
        achievement["alignment"] = [
            {
                "type": ["Alignment"],
                "targetType": "CFItem",
                "targetCode": each.code,
                "targetName": each.title,
                "targetFramework": each.framework,
                "targetUrl": f"{base_url}/frameworks",
            }
            for each in achieved.skills
        ]
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityType": "emailAddress",
                "hashed": True,
                "salt": achieved.credential,
                "identityHash": hashed_address(email, achieved.credential),
            }
        ],
        "achievement": achievement,
    }
    if achieved.level is not None:
        achievement["resultDescription"] = [
            {
                "id": f"{about}#level",
                "type": ["ResultDescription"],
                "name": "Level",
                "resultType": "Result",
                "allowedValue": list(LEVEL_NAMES),
            }
        ]
        subject["result"] = [{"type": ["Result"], "resultDescription": f"{about}#level", "value": str(achieved.level)}]
    made: dict[str, Any] = {
        "@context": CONTEXTS,
        "id": achieved.credential,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": issuer_profile(base_url),
        "name": achieved.title,
        "validFrom": instant(achieved.at),
        "awardedDate": instant(achieved.at),
        "credentialSubject": subject,
        "credentialStatus": {"id": f"{base_url}/open-badges/revoked", "type": "1EdTechRevocationList"},
    }
    if achieved.until is not None:
        made["validUntil"] = instant(end_of(achieved.until))
    return made


def _criteria(achieved: Achieved) -> str:
    if achieved.kind is BadgeKind.COMPLETION:
        return "Completed the course: read all of it, did what it asks for, and passed its assessment if it has one."
    return "Reached the level by evidence that adds up by the published rule."


def signed(made: dict[str, Any], key: RSAKey, key_address: str) -> str:
    """The credential as a JWT (VC-JWT): its members, and the claims that readers of JWTs look for."""
    claims = {
        **made,
        "iss": made["issuer"]["id"],
        "jti": made["id"],
        "nbf": _seconds(made["validFrom"]),
        "iat": _seconds(made["validFrom"]),
    }
    if "validUntil" in made:
        claims["exp"] = _seconds(made["validUntil"])
    return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": key_address}, claims, key)


def _seconds(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
