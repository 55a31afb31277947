"""Line managers: who is meant, and that nobody reports to themselves in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from learning.people_files.checking import Wish
from learning.people_files.circles import circles, way_round
from learning.people_files.columns import Column
from learning.people_files.faults import Fault, Kind
from learning.people_files.identity import Somebody
from learning.people_files.known import Known, KnownPerson
from learning.people_files.steps import Ref


class Managers:
    """Finds managers among the people of the file and of the agency."""

    def __init__(self, people: Sequence[Somebody], known: Known, today: date, *, others_end: bool) -> None:
        self._known, self._today, self._others_end = known, today, others_end
        self._by_number = {each.number: each for each in people if each.number}
        self._by_email = {each.facts.email: each for each in people}
        self._by_id = {each.known.id: each for each in people if each.known}

    def resolve(self, wish: Wish, somebody: Somebody, faults: list[Fault]) -> Ref | None:
        """The manager that a row names; None, with a fault, when it names nobody who can be."""
        text = wish.manager or ""
        ref, kind = self._find(text)
        if ref is None:
            ref = self._as_before(text, somebody.known)
        if ref is not None and ref == somebody.ref:
            ref, kind = None, Kind.OWN_MANAGER
        if ref is None:
            wish.broken.add(Column.MANAGER)
            faults.append(Fault(wish.row, Column.MANAGER, kind, {"written": text[:100], "name": somebody.name}))
        return ref

    def _find(self, text: str) -> tuple[Ref | None, Kind]:
        email = text.lower()
        person = self._known.by_number.get(text) or self._known.by_email.get(email)
        somebody = (
            self._by_number.get(text) or self._by_email.get(email) or (self._by_id.get(person.id) if person else None)
        )
        if somebody is not None:
            return (somebody.ref, Kind.UNKNOWN_MANAGER) if self._stays(somebody) else (None, Kind.MANAGER_NOT_HERE)
        if person is None:
            return None, Kind.UNKNOWN_MANAGER
        if person.works_here(self._today) and not self._others_end:
            return person.id, Kind.UNKNOWN_MANAGER
        return None, Kind.MANAGER_NOT_HERE

    def _stays(self, somebody: Somebody) -> bool:
        """Whether the person has a current or coming position after the file."""
        if any(wish.ends_on is None or wish.ends_on >= self._today for wish in somebody.wishes):
            return True
        positions = somebody.known.positions if somebody.known else []
        return sum(not each.is_over(self._today) for each in positions) > len(somebody.wishes)

    def _as_before(self, text: str, person: KnownPerson | None) -> Ref | None:
        """The manager whom the person has already, though they are not here: that is not this file's doing."""
        for position in person.positions if person else []:
            if position.reports_to_id is not None and not position.is_over(self._today):
                manager = self._known.people.get(position.reports_to_id)
                manager = manager or self._known.managers[position.reports_to_id]
                names = {manager.email, manager.number}
                if text in names or text.lower() in names:
                    return position.reports_to_id
        return None

    def name(self, ref: Ref | None) -> str:
        """A manager as people see them; the address of those who are here tells namesakes apart."""
        if ref is None:
            return ""
        person = (self._known.people.get(ref) or self._known.managers.get(ref)) if isinstance(ref, int) else None
        if person is None:
            return f"{self._by_email[str(ref)].name} ({ref})"
        return f"{person.name} ({person.email})" if person.works_here(self._today) else person.name

    def has_left(self, person_id: int) -> bool:
        """Whether a manager has no current or coming position in the agency."""
        manager = self._known.people.get(person_id)
        return manager is None or not manager.works_here(self._today)


def find_circles(
    before: Mapping[Ref, set[Ref]],
    after: Mapping[Ref, set[Ref]],
    rows: Mapping[tuple[Ref, Ref], int],
    names: Mapping[Ref, str],
) -> list[Fault]:
    """A fault for every row that makes somebody report to themselves in the end.

    The mappings are from a person to their managers; ``rows`` tells of the pairs that the file names.
    """
    circle_of = {member: circle for circle in circles(after) for member in circle}
    faults = []
    for (person, manager), row in rows.items():
        circle = circle_of.get(person, set())
        if manager in circle and manager not in before.get(person, set()):
            way = " → ".join(names[each] for each in way_round(person, manager, after, circle))
            faults.append(Fault(row, Column.MANAGER, Kind.MANAGER_CIRCLE, {"way": way}))
    return faults
