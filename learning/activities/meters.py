"""The meters of a scenario: numbers such as trust and weeks left, moved by what is chosen. Pure but for the parsing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learning.activities.prose_pieces import KEY, KEY_RULE
from learning.activities.registry import Data, Line, Reporter, Unreported
from learning.activities.yaml_fences import FenceReader, Found

MOST_METERS = 4
_METER = "trust: {label: Trust, start: 5, max: 10}"
_EFFECT = "p1.ask: {trust: 1}"


def read_meters(fence: Sequence[Line], source: Sequence[Line] | None, report: Reporter) -> tuple[Data, dict[str, int]]:
    """``meters`` (each ``key``, ``label``, ``start``, ``max``) and ``effects`` (``scene.choice`` -> meter -> change),
    with the line of each effect.

    ``source`` is the source language's fence, from which a translation takes all but the labels.
    """
    own = _Reader(fence, "meters", _METER, report)
    if source is None:
        return own.whole_fence(), own.lines
    whole = _Reader(source, "meters", _METER, Unreported()).whole_fence()
    labels = own.labels()
    for meter in whole["meters"]:
        if meter["key"] in labels:
            meter["label"] = labels.pop(meter["key"])
        else:
            report.error(own.first, f"The meter {meter['key']!r} has no label here.", f"Write {_METER}.")
    for key in labels:
        report.error(own.first, f"The meter {key!r} is not in the source language.", "Take it away, or mend its key.")
    return whole, {}


class _Reader(FenceReader):
    """``lines`` says where each effect stands, for faults that only the scenes show."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lines: dict[str, int] = {}

    def _top(self, *known: str) -> dict[str, Found]:
        if self.root is None:
            return {}
        top = self.mapping(self.root, "fence", "meters:")
        for key, (line, _) in top.items():
            if key not in known:
                self.report.error(line, f"{key!r} is not known here.", f"The fence holds {' and '.join(known)}.")
        return top

    def _entries(self, top: dict[str, Found]) -> dict[str, Found]:
        if "meters" not in top:
            self.report.error(
                max(self.first - 1, 1), "The fence has no meters.", f"Write meters: and under it {_METER}."
            )
            return {}
        return self.mapping(top["meters"][1], "entry meters", _METER)

    def labels(self) -> dict[str, str]:
        """The labels of a translation's fence, by meter."""
        found = {}
        for key, (line, node) in self._entries(self._top("meters", "effects")).items():
            parts = self.mapping(node, f"meter {key!r}", _METER)
            label = self.word(parts, "label")
            if not label:
                self.report.error(line, f"The meter {key!r} has no label.", f"Write {_METER}.")
            found[key] = label or key
        return found

    def whole_fence(self) -> Data:
        top = self._top("meters", "effects")
        meters: list[Data] = []
        for key, (line, node) in self._entries(top).items():
            if not KEY.match(key):
                self.report.error(line, f"{key!r} cannot be the key of a meter.", KEY_RULE)
            parts = self.mapping(node, f"meter {key!r}", _METER)
            for name, (at, _) in parts.items():
                if name not in ("label", "start", "max"):
                    self.report.error(at, f"{name!r} is not known for a meter.", f"Write {_METER}.")
            label = self.word(parts, "label")
            if not label:
                self.report.error(line, f"The meter {key!r} has no label.", f"Write {_METER}.")
            most = self.whole(parts, "max", 10)
            start = self.whole(parts, "start", 5)
            if not 1 <= most <= 100 or not 0 <= start <= most:
                self.report.error(
                    line, f"The meter {key!r} starts at {start} of {most}.", "Start within 0 to max (1-100)."
                )
                most, start = max(1, min(most, 100)), 0
            meters.append({"key": key, "label": label or key, "start": start, "max": most})
        if len(meters) > MOST_METERS:
            self.report.error(
                self.first,
                f"There are {len(meters)} meters.",
                f"Keep {MOST_METERS} at most; they are read at a glance.",
            )
        effects: dict[str, dict[str, int]] = {}
        if "effects" in top:
            for step, (line, node) in self.mapping(top["effects"][1], "entry effects", _EFFECT).items():
                effects[step] = self._effect(step, line, node, {meter["key"] for meter in meters})
                self.lines[step] = line
        return {"meters": meters, "effects": effects}

    def _effect(self, step: str, line: int, node: Any, known: set[str]) -> dict[str, int]:
        parts = self.mapping(node, f"effect {step!r}", _EFFECT)
        for name, (at, _) in parts.items():
            if name not in known:
                self.report.error(
                    at, f"{name!r} is no meter.", f"Use {', '.join(sorted(known)) or 'one of your meters'}."
                )
        return {name: self.whole(parts, name, 0) for name in parts if name in known}


def readings(data: Data, road: Sequence[str]) -> list[Data]:
    """The meters after a road: each ``key``, ``label``, ``max``, ``value`` and ``change``, what the last step moved.

    Values are held within 0 and ``max`` at every step, as a learner sees them.
    """
    effects: Mapping[str, Mapping[str, int]] = data.get("effects") or {}
    found = []
    for meter in data.get("meters") or []:
        value, change = meter["start"], 0
        for step in road:
            moved = max(0, min(meter["max"], value + effects.get(step, {}).get(meter["key"], 0)))
            value, change = moved, moved - value
        found.append({**meter, "value": value, "change": change})
    return found
