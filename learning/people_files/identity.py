"""Who the rows of one address are: by employee number first, then by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from learning.people_files.checking import Wish
from learning.people_files.columns import Column
from learning.people_files.faults import Fault, Kind
from learning.people_files.known import Known, KnownPerson
from learning.people_files.steps import Facts, Ref, Rights


@dataclass
class Somebody:
    """A person of the file and their rows. ``known`` is None for somebody new; ``facts`` are those to be."""

    wishes: Sequence[Wish]
    ref: Ref
    known: KnownPerson | None
    number: str | None
    facts: Facts

    @property
    def name(self) -> str:
        return f"{self.facts.given_name} {self.facts.family_name}".strip()


def identify(
    people: Mapping[str, Sequence[Wish]], known: Known, rights: Rights, today: date, faults: list[Fault]
) -> list[Somebody]:
    """Everybody in the file who can be told; adds to ``faults`` why others cannot, or may not be changed so."""
    found: list[Somebody] = []
    rows: dict[int, int] = {}
    for email, wishes in people.items():
        somebody = _identify(email, wishes, known, rights, faults)
        if somebody is None:
            continue
        if somebody.known is not None:
            other = rows.setdefault(somebody.known.id, wishes[0].row)
            if other != wishes[0].row:
                values = {"row": str(other), "name": somebody.known.name}
                faults.append(Fault(wishes[0].row, Column.EMAIL, Kind.TWO_ADDRESSES, values))
                continue
            _check_change(somebody, somebody.known, rights, today, faults)
        found.append(somebody)
    return found


def _first(wishes: Sequence[Wish], name: str, column: Column) -> tuple[str | None, int]:
    """The first value that one of the rows holds, and its row."""
    for wish in wishes:
        value = getattr(wish, name)
        if value is not None and column not in wish.broken:
            return value, wish.row
    return None, wishes[0].row


def _identify(email: str, wishes: Sequence[Wish], known: Known, rights: Rights, faults: list[Fault]) -> Somebody | None:
    number, number_row = _first(wishes, "number", Column.EMPLOYEE_NUMBER)
    by_number = known.by_number.get(number) if number else None
    by_email, outside = known.by_email.get(email), known.outside.get(email)
    if by_number and by_email and by_number is not by_email:
        values = {"number": number or "", "one": by_number.name, "email": email, "other": by_email.name}
        faults.append(Fault(number_row, Column.EMPLOYEE_NUMBER, Kind.NUMBER_AND_EMAIL, values))
        return None
    if outside and (by_number or not rights.may_join):
        faults.append(Fault(wishes[0].row, Column.EMAIL, Kind.OUTSIDE_AGENCY, {"email": email}))
        return None
    person = by_number or by_email or outside
    given, _ = _first(wishes, "given_name", Column.GIVEN_NAME)
    family, _ = _first(wishes, "family_name", Column.FAMILY_NAME)
    language, _ = _first(wishes, "language", Column.LANGUAGE)
    if person is None:
        first = wishes[0]
        for column, value in ((Column.GIVEN_NAME, given), (Column.FAMILY_NAME, family)):
            if value is None and not any(column in wish.broken for wish in wishes):
                faults.append(Fault(first.row, column, Kind.MISSING_NAME, {"email": email}))
        facts = Facts(given or "", family or "", email, language or known.language)
        return Somebody(wishes, email, None, number, facts)
    facts = Facts(given or person.given_name, family or person.family_name, email, language or person.language)
    return Somebody(wishes, person.id, person, number, facts)


def _check_change(somebody: Somebody, person: KnownPerson, rights: Rights, today: date, faults: list[Fault]) -> None:
    """Name and address of some are not an adviser's to change; their language stays what they chose themselves."""
    kind = _why_not(person, rights, today)
    if kind is None:
        return
    facts = somebody.facts
    for column, before, after in (
        (Column.GIVEN_NAME, person.given_name, facts.given_name),
        (Column.FAMILY_NAME, person.family_name, facts.family_name),
        (Column.EMAIL, person.email, facts.email),
    ):
        if before != after:
            # The address of somebody who has left may tell where they work now: it is not shown.
            faults.append(Fault(somebody.wishes[0].row, column, kind, {"name": person.name}))
    somebody.facts = Facts(facts.given_name, facts.family_name, facts.email, person.language)


def _why_not(person: KnownPerson, rights: Rights, today: date) -> Kind | None:
    """New passwords are mailed to the address: whoever may change it could take over what the person may do."""
    if rights.may_join:
        return None
    if not person.works_here(today) or person.belongs_elsewhere or person.has_role_outside:
        return Kind.NOT_OURS_TO_CHANGE
    if person.has_role_here and person.id != rights.actor_id and not rights.may_grant_roles:
        return Kind.HAS_A_ROLE
    return None
