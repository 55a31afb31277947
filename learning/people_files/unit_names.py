"""Finding a unit by what people write: its code, its name, or the way to it ("A / B / C")."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_COMPARED = 50
_SLASH = re.compile(r"\s*/\s*")


def _key(text: str) -> str:
    return _SLASH.sub("/", " ".join(text.split()).casefold())


@dataclass(frozen=True)
class UnitFacts:
    """A unit as it is looked up; the root has no parent."""

    id: int
    parent_id: int | None
    name: str
    code: str | None


class UnitNames:
    """The units of one agency by code, by whole way, and by any end of the way; names are the shortest ends."""

    def __init__(self, units: Iterable[UnitFacts]) -> None:
        self._units = {unit.id: unit for unit in units}
        self._by_name = {_key(unit.name): unit.name for unit in self._units.values()}
        self._nearest: dict[str, str] = {}
        self._codes: dict[str, set[int]] = {}
        self._ways: dict[str, set[int]] = {}
        self._ends: dict[str, set[int]] = {}
        for unit in self._units.values():
            way = self._way(unit)
            if unit.code:
                self._codes.setdefault(_key(unit.code), set()).add(unit.id)
            self._ways.setdefault(_key("/".join(way)), set()).add(unit.id)
            for start in range(len(way)):
                self._ends.setdefault(_key("/".join(way[start:])), set()).add(unit.id)

    def _way(self, unit: UnitFacts) -> list[str]:
        way = [unit.name]
        while unit.parent_id is not None and len(way) <= len(self._units):
            unit = self._units[unit.parent_id]
            way.append(unit.name)
        return way[::-1]

    def find(self, text: str) -> list[int]:
        """The ids of the units that the text may mean: one when it is clear."""
        key = _key(text)
        for among in (self._codes, self._ways, self._ends):
            if found := among.get(key):
                return sorted(found)
        return []

    def name(self, unit_id: int) -> str:
        return self._units[unit_id].name

    def way(self, unit_id: int) -> str:
        """The whole way to a unit, as people write it."""
        return " / ".join(self._way(self._units[unit_id]))

    def written(self, unit_id: int) -> str:
        """A text by which ``find`` finds this unit alone, as far as there is one: the way to it, or its code."""
        way, code = self.way(unit_id), self._units[unit_id].code
        return code if code and self.find(way) != [unit_id] else way

    def nearest(self, text: str) -> str:
        """A unit whose name is much like the text, or an empty text. Comparing is slow, so it stops after some."""
        key = _key(text).rsplit("/", 1)[-1]
        if key not in self._nearest:
            if len(self._nearest) == MOST_COMPARED:
                return ""
            found = difflib.get_close_matches(key, self._by_name, n=1, cutoff=0.75)
            self._nearest[key] = self._by_name[found[0]] if found else ""
        return self._nearest[key]
