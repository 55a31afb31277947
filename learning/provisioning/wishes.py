"""What a request wishes a person to be, worked out from what it says and what was before. Pure rules.

They raise the exceptions of scim2_models, naming the attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from scim2_models import InvalidValueException, MutabilityException

from learning.organisation.models import Level
from learning.organisation.people import PersonFacts
from learning.provisioning.requests import language_wanted
from learning.provisioning.resources import Email, EnterpriseUser, WorkingLife

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class UnitWish:
    """A unit by its code, or by ``department``: code or name. Neither is the topmost unit."""

    code: str | None
    department: str | None


@dataclass(frozen=True)
class Wish:
    """``unit`` and ``starts_on`` are None where the request leaves them as they are."""

    user_name: str
    email: str
    given_name: str
    family_name: str
    language: str
    external_id: str | None
    employee_number: str | None
    active: bool
    title: str | None
    level: Level
    starts_on: date | None
    unit: UnitWish | None
    manager: str | None

    @property
    def facts(self) -> PersonFacts:
        return PersonFacts(self.given_name, self.family_name, self.email, self.language)


def wish_of(wanted: Any, *, language: str, before: Any = None, patch: bool = False) -> Wish:
    """The wish in ``wanted``, a UserChanges; ``before`` is the person as they are, None for a new one.

    A PATCH says everything, changed or not, so there only the differences count as said.
    """
    enterprise, working = wanted[EnterpriseUser] or EnterpriseUser.model_validate({}), wanted[WorkingLife]
    if working is None:
        raise MutabilityException(detail=f"{WorkingLife.__schema__} cannot be removed; change its attributes.")
    earlier_start = before[WorkingLife].position_start if before and before[WorkingLife] else None
    start = _day(working.position_start) if working.position_start != earlier_start else None
    user_name = _short_text(wanted.user_name, "userName", 254).lower()
    return Wish(
        user_name=user_name,
        email=_address(wanted, user_name, before if patch else None),
        given_name=_short_text(wanted.name.given_name, "name.givenName", 100),
        family_name=_short_text(wanted.name.family_name, "name.familyName", 100),
        language=language_wanted(wanted.preferred_language, before.preferred_language if before else language),
        external_id=_text_or_none(wanted.external_id, "externalId", 200),
        employee_number=_text_or_none(enterprise.employee_number, "employeeNumber", 40),
        active=wanted.active,
        title=_text_or_none(wanted.title, "title", 200),
        level=_level(working.level),
        starts_on=start,
        unit=_unit(enterprise, working, before if patch else None),
        manager=enterprise.manager.value if enterprise.manager else None,
    )


def _tidy(value: str | None) -> str:
    return " ".join((value or "").split())


def _text_or_none(value: str | None, name: str, longest: int) -> str | None:
    tidy = _tidy(value)
    if len(tidy) > longest:
        raise InvalidValueException(detail=f"{name} has more than {longest} characters.")
    return tidy or None


def _short_text(value: str | None, name: str, longest: int) -> str:
    tidy = _text_or_none(value, name, longest)
    if tidy is None:
        raise InvalidValueException(detail=f"{name} must have a value.")
    return tidy


def _level(value: str | None) -> Level:
    try:
        return Level((value or "").strip().lower())
    except ValueError as fault:
        known = ", ".join(level.value for level in Level)
        raise InvalidValueException(detail=f"level {value} is none of {known}.") from fault


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value[:10])  # some send midnight along
    except ValueError as fault:
        raise InvalidValueException(detail=f"positionStart {value} is not a date as yyyy-mm-dd.") from fault
    if not EARLIEST <= day <= LATEST:
        raise InvalidValueException(detail="positionStart must be between 1950 and 2100.")
    return day


def _address(wanted: Any, user_name: str, before: Any) -> str:
    """The work address, else the primary, else the first. In a PATCH of userName alone it follows userName
    where the two have been alike.
    """
    emails: list[Email] = wanted.emails or []
    chosen = next(
        (each.value for each in emails if each.type == "work"),
        next((each.value for each in emails if each.primary), emails[0].value if emails else None),
    )
    if before and before.emails:
        address = before.emails[0].value
        if chosen == address and address == before.user_name and user_name != before.user_name:
            chosen = user_name
    try:
        found = validate_email((chosen or user_name).strip(), check_deliverability=False)
    except EmailNotValidError as fault:
        raise InvalidValueException(
            detail=f"{chosen or user_name} is not an e-mail address. Send one in emails, or as userName."
        ) from fault
    if len(found.normalized) > 254:
        raise InvalidValueException(detail="The e-mail address has more than 254 characters.")
    return found.normalized.lower()


def _unit(enterprise: Any, working: Any, before: Any) -> UnitWish | None:
    code, department = _tidy(working.unit_code) or None, _tidy(enterprise.department) or None
    if before is None:
        return UnitWish(code, None if code else department)
    earlier_code = before[WorkingLife].unit_code if before[WorkingLife] else None
    earlier_department = before[EnterpriseUser].department if before[EnterpriseUser] else None
    if (code, department) == (earlier_code, earlier_department):
        return None
    if code is not None and code != earlier_code:
        return UnitWish(code, None)
    if department is not None and department != earlier_department:
        return UnitWish(None, department)
    return UnitWish(None, None)
