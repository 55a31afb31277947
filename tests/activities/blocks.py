"""Blocks of a course for the tests: one good example of every type, and stand-ins for the catalogue's parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import learning.activities  # noqa: F401  (registers the types)
from learning.activities.registry import Data, Line, RawBlock, activity_type
from learning.catalogue.splitter import split

FIRST_LINE = 11  # of a body; the header is on the line before


@dataclass
class Report:
    """Keeps what a parser reports, as (line, message, mend)."""

    errors: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[tuple[int, str, str]] = field(default_factory=list)

    def error(self, line: int, message: str, mend: str) -> None:
        self.errors.append((line, message, mend))

    def warning(self, line: int, message: str, mend: str) -> None:
        self.warnings.append((line, message, mend))


class EscapingRenderer:
    """Renders nothing but escapes: enough to see what ends up where."""

    def block(self, lines: Sequence[Line]) -> str:
        return "<p>" + escape("\n".join(line.text for line in lines)) + "</p>"

    def inline(self, text: str, line: int) -> str:
        return escape(text)


def block(type_name: str, text: str, source: RawBlock | None = None, **options: str) -> RawBlock:
    lines = [Line(number, line) for number, line in enumerate(text.splitlines(), start=FIRST_LINE)]
    return RawBlock(type_name, "b1", options, lines, FIRST_LINE - 1, source)


def parse(raw: RawBlock) -> tuple[Data, Report]:
    report = Report()
    return activity_type(raw.type).parse(raw, EscapingRenderer(), report), report


def good(type_name: str, **more: str) -> Data:
    """The parsed example of a type; it must be without faults."""
    text, options = EXAMPLES[type_name]
    data, report = parse(block(type_name, text, **{**options, **more}))
    assert report.errors == []
    return data


OPTIONS = """The stem.

- [ ] `accept` Accept the risk as it is
  > feedback-accept
- [x] `treat` Add a measure first
  > feedback-treat
- [{second}] `stop` Turn down the test
  > feedback-stop
  > over two lines

> explanation-of-all
"""

SCENARIO = """Introduction.

#### p1

The nurses ask.

- `ask` [Show me](#p2)
  > comment-ask
- `no` [Not now](#end-stalled)
  > comment-no

> comment-p1

#### p2

Five risks.

- `back` [Talk to the nurses again](#p1)
- `small` [Start small](#end-learning)

#### end-learning

You learn.

> comment-end

#### end-stalled

It stalls.
"""

SHEET = """What to do.

```yaml
columns:
  goal: {type: text, label: Goal}
  likelihood:
    type: choice
    label: Likelihood
    options: {no: No, yes: Yes}
  cost: {type: number, label: Cost}
  due: {type: date, label: Due}
```

| goal | likelihood | cost | due |
| --- | --- | --- | --- |
| *Safe nights* | *no* | 1.5 | *2027-03-01* |
"""

PLAN = """An introduction.

If {situation: this happens}, then I will {action: what
I do}. I start {date: when}.

- `30` How did it go?
- `60` What did others notice?
- `90` What has changed?
"""

EXAMPLES: dict[str, tuple[str, dict[str, str]]] = {
    "single": (OPTIONS.format(second=" "), {}),
    "multiple": (OPTIONS.format(second="x"), {}),
    "number": ("How many?\n\n> explanation-of-all", {"answer": "1.5", "tolerance": "0.25", "unit": "alarms"}),
    "order": ("Put in order.\n\n1. `goal` Goal\n2. `assess` Assess\n3. `decide` Decide\n\n> explanation-of-all", {}),
    "match": (
        "Match.\n\n| key | left | right |\n| --- | --- | --- |\n| own | Accept | Keep the risk |\n"
        "| pass | Share | Insure it |\n| hold | Endure | Keep the risk |\n| not | | Forget it |\n\n"
        "> explanation-of-all",
        {},
    ),
    "reflect": ("What do you think?", {"recall": "r-before"}),
    "scenario": (SCENARIO, {"start": "p1"}),
    "sheet": (SHEET, {"rows": "3", "min": "2"}),
    "plan": (PLAN, {}),
    "scale": ("- `explain` I can explain\n- `escalate` I know what to escalate", {"anchors": "Not at all|Completely"}),
    "guide": ("#### Step 1\n\nTalk.", {"minutes": "30"}),
    "figure": ("![Five steps,\nleft to right](../media/scale.svg)\n\nA caption.\n\n> A description.", {}),
}

SCORED = ("single", "multiple", "number", "order", "match")


def example_of(type_name: str) -> RawBlock:
    """The example that a type shows to its authors, as a block of a course file."""
    parts = split("---\ntitle: x\n---\n\n" + activity_type(type_name).example + "\n", Report())
    assert len(parts.parts) == 1
    raw = parts.parts[0]
    assert isinstance(raw, RawBlock)
    assert raw.type == type_name
    return raw


def form_of(**fields: Any) -> dict[str, list[str]]:
    """A submitted form; names have an underscore where the field has a hyphen."""
    return {
        name.replace("_", "-"): list(value) if isinstance(value, list) else [value] for name, value in fields.items()
    }


def right_form(type_name: str, data: Data) -> dict[str, list[str]]:
    """The form of somebody who has everything right."""
    if type_name == "single":
        return {"choice": [option["key"] for option in data["options"] if option["right"]]}
    if type_name == "multiple":
        return {"choices": [option["key"] for option in data["options"] if option["right"]]}
    if type_name == "number":
        return {"number": [data["answer"]]}
    if type_name == "order":
        return {f"step-{step['key']}": [str(place)] for place, step in enumerate(data["steps"], start=1)}
    return {f"row-{row['key']}": [row["right"]] for row in data["rows"]}


def wrong_form(type_name: str, data: Data) -> dict[str, list[str]]:
    """The form of somebody who has nothing right."""
    if type_name == "single":
        return {"choice": [next(option["key"] for option in data["options"] if not option["right"])]}
    if type_name == "multiple":
        return {"choices": [option["key"] for option in data["options"] if not option["right"]]}
    if type_name == "number":
        return {"number": ["99"]}
    if type_name == "order":
        count = len(data["steps"])
        return {f"step-{step['key']}": [str(count - place)] for place, step in enumerate(data["steps"])}
    return {
        f"row-{row['key']}": [next(right["token"] for right in data["rights"] if right["token"] != row["right"])]
        for row in data["rows"]
    }
