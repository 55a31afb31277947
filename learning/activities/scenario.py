"""A story with choices: every choice leads to a scene, and a scene without choices is an ending.

It gives no points. The form carries the road taken so far, so nothing is kept between requests.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from learning.activities.answer_forms import FaultyAnswer, Form, text_list, value, values
from learning.activities.meters import read_meters, readings
from learning.activities.option_lists import BULLETS, read_list
from learning.activities.prose_pieces import (
    KEY,
    KEY_RULE,
    count_words,
    in_code,
    plain_words,
    render_block,
    trimmed,
    without_closing_quote,
)
from learning.activities.registry import (
    ActivityType,
    Answer,
    Data,
    Line,
    RawBlock,
    Renderer,
    Reporter,
    Unreported,
    register,
)
from learning.activities.yaml_fences import split_fence

LONGEST_ROAD = 200  # choices; scenes may lead back, so a road could go on for ever
_HEADING = re.compile(r"####(?!#)\s*(.*?)\s*#*\s*\Z")
_LINK = re.compile(r"\[(.+)\]\(#([^()\s]*)\)\Z")
_NO_REPORT = Unreported()
_NO_SCENE: Data = {"id": "", "html": "", "choices": [], "comment": ""}
_CHOICE_MEND = "Write it as - `key` [What I say or do](#scene)."


@dataclass(frozen=True)
class _Scene:
    id: str
    line: int
    body: list[Line]


@register
class Scenario(ActivityType):
    """Answer: ``{"road": ["scene.choice", ...]}``, and after a new start ``"earlier"``: the last road to an ending.

    Comments are kept for the debrief at an ending; see ``shown_answer``.
    """

    name = "scenario"
    title = _l("Scenario")
    summary = "A story where every choice has consequences; meters may show them. For judgement, not for facts."
    example = """::: scenario sc-pilot {start=p1 outcome=o2}

```yaml
meters:
  trust: {label: Trust, start: 5, max: 10}
  weeks: {label: Weeks left, start: 6, max: 6}
effects:
  p1.ask: {trust: 1, weeks: -1}
  p1.yes: {trust: -2}
```

#### p1

Two nurses stand in your door: "Can we start on Friday?"

- `ask` ["Show me which nights, and what can go wrong."](#end-small)
  > You set a frame and showed interest at the same time.
- `yes` ["Go ahead, I trust you."](#end-late)
  > The trust was real. But nobody knew when to stop.

#### end-small

The test starts with two users, and you can see what it teaches.

#### end-late

An alarm goes unanswered for eleven minutes. You begin again, with a limit.

> A limit that all can see would have been enough.

:::"""
    known_options = frozenset({"start"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        intro, found, fence = _split_scenes(block, report)
        if not found:
            report.error(
                block.line, f"The block {block.id} has no scenes.", "Begin each scene with a line such as #### p1."
            )
        lines: dict[str, int] = {}
        scenes: list[Data] = []
        for scene in found:
            if not KEY.match(scene.id):
                report.error(scene.line, f"{scene.id!r} cannot be the id of a scene.", KEY_RULE)
            if scene.id in lines:
                report.error(
                    scene.line,
                    f"The scene {scene.id!r} is on line {lines[scene.id]} already.",
                    "Give each scene its own id, and keep it for ever: answers point at it.",
                )
                continue
            lines[scene.id] = scene.line
            scenes.append(_parse_scene(scene, render, report))
        start = block.option("start")
        if start is None:
            report.error(
                block.line, f"The block {block.id} does not say where it starts.", "Write start= and the id of a scene."
            )
        elif found and start not in lines:
            report.error(
                block.line,
                f"The block {block.id} starts in {start!r}, which is no scene.",
                "Name a scene: " + ", ".join(lines) + ".",
            )
        elif found:
            self._check_roads(block, scenes, start, lines, report)
        for scene_data in scenes:
            for choice in scene_data["choices"]:
                line = choice.pop("line")
                if choice["to"] not in lines:
                    report.error(
                        line,
                        f"The choice leads to {choice['to']!r}, which is no scene.",
                        "Name a scene: " + ", ".join(lines) + ".",
                    )
        moved = self._meters(block, fence, scenes, report)
        return {"intro": render_block(intro, render), "start": start or "", "scenes": scenes, **moved}

    @staticmethod
    def _meters(block: RawBlock, fence: list[Line] | None, scenes: Sequence[Data], report: Reporter) -> Data:
        """The meters and effects of the fence; a translation that has none shows the source's labels."""
        theirs = split_fence(block.source.body, _NO_REPORT)[1] if block.source is not None else None
        if fence is None and theirs is None:
            return {"meters": [], "effects": {}}
        if fence is None:
            report.error(
                block.line, f"The meters of {block.id} have no labels here.", "Add a ```yaml fence with meters: first."
            )
            fence = theirs or []
        elif block.source is not None and theirs is None:
            report.error(
                block.line, f"{block.id} has meters only in this language.", "Add them to the source language."
            )
            return {"meters": [], "effects": {}}
        moved, lines = read_meters(fence, theirs, report)
        steps = {f"{scene['id']}.{choice['key']}" for scene in scenes for choice in scene["choices"]}
        for step in moved["effects"] if scenes else ():
            if step not in steps and step in lines:
                report.error(lines[step], f"There is no choice {step!r}.", "Write the scene, a point and the choice.")
        return moved

    @staticmethod
    def _check_roads(
        block: RawBlock, scenes: Sequence[Data], start: str, lines: dict[str, int], report: Reporter
    ) -> None:
        onwards = {scene["id"]: [choice["to"] for choice in scene["choices"]] for scene in scenes}
        endings = [scene for scene, targets in onwards.items() if not targets]
        if not endings:
            report.error(block.line, f"The block {block.id} has no ending.", "Add a scene without choices.")
        reached = _reached([start], onwards)
        backwards: dict[str, list[str]] = {scene: [] for scene in onwards}
        for scene, targets in onwards.items():
            for target in targets:
                backwards.get(target, []).append(scene)
        can_end = _reached(endings, backwards)
        for scene in onwards:
            if scene not in reached:
                report.error(
                    lines[scene], f"The scene {scene!r} cannot be reached.", "Let a choice lead to it, or take it away."
                )
            elif endings and scene not in can_end:
                report.error(
                    lines[scene],
                    f"No ending can be reached from {scene!r}.",
                    "Add a choice that leads towards an ending.",
                )

    def shape(self, data: Data) -> Any:
        return {
            "start": data["start"],
            "scenes": [
                [scene["id"], [[choice["key"], choice["to"]] for choice in scene["choices"]]]
                for scene in data["scenes"]
            ],
            "meters": [[meter["key"], meter["start"], meter["max"]] for meter in data.get("meters", [])],
            "effects": data.get("effects", {}),
        }

    def public(self, data: Data, rng: Random) -> Data:
        """The page before the first choice; ``shown_answer`` gives the same fields further along."""
        return {"intro": data["intro"], **self.shown_answer(data, {"road": []})}

    def shown_answer(self, data: Data, answer: Answer) -> Answer:
        """What stands on the page at the end of a road.

        ``scene`` (``html``, ``choices`` with ``value`` and ``html``), ``past`` (``html``, ``choice``, ``comment``,
        ``others``: the choices not taken, each ``html`` and ``comment``),
        ``is_ended``, ``comment`` and ``endings`` (``html``, ``is_mine``), ``meters`` (see ``meters.readings``), and
        the ``road`` and ``earlier`` that the form carries on. Comments, others and endings are
        empty until the road has reached an ending. A road that a later version of the course has cut is shown as far
        as it still leads.
        """
        scenes = {scene["id"]: scene for scene in data["scenes"]}
        here = scenes.get(data["start"], _NO_SCENE)
        road: list[str] = []
        past: list[Data] = []
        for step in text_list(answer, "road"):
            choice = next((each for each in here["choices"] if f"{here['id']}.{each['key']}" == step), None)
            if choice is None or choice["to"] not in scenes:
                break
            comments = here["comment"] + choice["comment"]
            others = [
                {"html": each["html"], "comment": each["comment"]} for each in here["choices"] if each is not choice
            ]
            past.append({"html": here["html"], "choice": choice["html"], "comment": comments, "others": others})
            road.append(step)
            here = scenes[choice["to"]]
        is_ended = bool(road) and not here["choices"]
        endings = [scene for scene in data["scenes"] if not scene["choices"]]
        return {
            "road": road,
            "earlier": [step for step in text_list(answer, "earlier") if isinstance(step, str)],
            "past": past if is_ended else [{**step, "comment": "", "others": []} for step in past],
            "scene": {
                "html": here["html"],
                "choices": [{"value": f"{here['id']}.{each['key']}", "html": each["html"]} for each in here["choices"]],
            },
            "meters": readings(data, road),
            "is_ended": is_ended,
            "comment": here["comment"] if is_ended else "",
            "endings": [{"html": each["html"], "is_mine": each is here} for each in endings] if is_ended else [],
        }

    def read(self, data: Data, form: Form) -> Answer:
        road, earlier = values(form, "road"), values(form, "earlier")
        if _ending(data, road):
            earlier = road
        elif not _ending(data, earlier):
            earlier = []
        if "restart" in form:
            return {"road": [], "earlier": earlier} if earlier else {"road": []}
        choice = value(form, "choice")
        if not choice:
            raise FaultyAnswer(gettext("Choose what you do."))
        road = [*road, choice]
        if len(road) > LONGEST_ROAD or _walk(data, road) is None:
            raise FaultyAnswer(gettext("You cannot choose that from here. Load the page again, or start over."))
        return {"road": road, "earlier": earlier} if earlier else {"road": road}

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and any(_ending(data, text_list(answer, name)) for name in ("road", "earlier"))

    def words(self, data: Data) -> int:
        """The words on the shortest road to an ending, all choices along it included."""
        scenes = {scene["id"]: scene for scene in data["scenes"]}

        def seen_in(scene: Data) -> int:
            return count_words(scene["html"], *(choice["html"] for choice in scene["choices"]))

        shortest: list[int] = []
        best = {data["start"]: seen_in(scenes[data["start"]])} if data["start"] in scenes else {}
        queue = deque(best)
        while queue:
            here = queue.popleft()
            if not scenes[here]["choices"]:
                shortest.append(best[here])
            for choice in scenes[here]["choices"]:
                if choice["to"] in scenes and choice["to"] not in best:
                    best[choice["to"]] = best[here] + seen_in(scenes[choice["to"]])
                    queue.append(choice["to"])
        return count_words(data["intro"]) + min(shortest, default=0)

    def doing_minutes(self, data: Data) -> float:
        return 2.0

    def in_words(self, data: Data, answer: Answer) -> str:
        road = text_list(answer, "road")
        shown = self.shown_answer(data, {"road": road or text_list(answer, "earlier")})
        steps = [plain_words(step["choice"]) for step in shown["past"]]
        return " → ".join([*steps, plain_words(shown["scene"]["html"])] if steps else [])


def _split_scenes(block: RawBlock, report: Reporter) -> tuple[list[Line], list[_Scene], list[Line] | None]:
    """What stands before the scenes, the scenes, and the lines of the yaml fence."""
    intro: list[Line] = []
    scenes: list[_Scene] = []
    body, fence = split_fence(block.body, report)
    for line, code in zip(body, in_code(body), strict=True):
        heading = None if code else _HEADING.match(line.text)
        if heading:
            scenes.append(_Scene(heading[1].strip("`"), line.number, []))
        else:
            (scenes[-1].body if scenes else intro).append(line)
    return intro, scenes, fence


def _parse_scene(scene: _Scene, render: Renderer, report: Reporter) -> Data:
    parts = read_list(scene.body, BULLETS, report)
    before, comment = parts.before, parts.explanation
    if not parts.items:
        before, comment = without_closing_quote(scene.body)
    if not trimmed(before):
        report.error(scene.line, f"The scene {scene.id!r} is empty.", "Write what happens.")
    choices = []
    for item in parts.items:
        link = _LINK.match(item.text)
        if link is None:
            report.error(item.line, f"The choice {item.key!r} leads nowhere.", _CHOICE_MEND)
            continue
        choices.append(
            {
                "key": item.key,
                "html": render.inline(link[1], item.line),
                "to": link[2],
                "comment": render_block(item.feedback, render),
                "line": item.line,
            }
        )
    return {
        "id": scene.id,
        "html": render_block(before, render),
        "choices": choices,
        "comment": render_block(comment, render),
    }


def _reached(starts: Sequence[str], onwards: dict[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    queue = deque(starts)
    while queue:
        scene = queue.popleft()
        if scene in onwards and scene not in reached:
            reached.add(scene)
            queue.extend(onwards[scene])
    return reached


def _walk(data: Data, road: Sequence[Any]) -> str | None:
    """The scene at the end of a road of ``scene.choice`` steps, or None when it cannot be walked."""
    leads = {
        f"{scene['id']}.{choice['key']}": (scene["id"], choice["to"])
        for scene in data["scenes"]
        for choice in scene["choices"]
    }
    here: str = data["start"]
    for step in road:
        origin, target = leads.get(step, (None, "")) if isinstance(step, str) else (None, "")
        if origin != here:
            return None
        here = target
    return here


def _ending(data: Data, road: Sequence[Any]) -> str | None:
    """The ending a road leads to; None when it does not lead to one. Nobody ends where nothing was chosen."""
    here = _walk(data, road) if road else None
    if here is None or any(scene["id"] == here and scene["choices"] for scene in data["scenes"]):
        return None
    return here
