"""A branching scenario: scenes, choices and consequences, a debrief at the ending.

The road taken so far travels in the form, so every scene works without JavaScript and reloads where it was.
Going through to an ending finishes it; it gives no points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from flask_babel import gettext

from learning.activities import bodies
from learning.activities.registry import (
    ActivityType,
    Answer,
    Data,
    InvalidAnswer,
    Line,
    RawBlock,
    Renderer,
    Reporter,
    register,
)

_CHOICE = re.compile(r"- `(?P<key>[^`]*)` \[(?P<text>.+)\]\(#(?P<target>[^)\s]*)\)\s*$")
LONGEST_ROAD = 60


@register
class Scenario(ActivityType):
    name = "scenario"
    known_options = frozenset({"start"})

    def parse(self, block: RawBlock, render: Renderer, report: Reporter) -> Data:
        intro: list[Line] = []
        parts: list[tuple[str, int, list[Line]]] = []
        for line in _joined(block.body):
            if line.text.startswith("#### "):
                parts.append((line.text[5:].strip().strip("`"), line.number, []))
            elif parts:
                parts[-1][2].append(line)
            else:
                intro.append(line)
        bodies.check_unique(((key, number) for key, number, _ in parts), report)
        scenes = {key: self._scene(key, number, lines, render, report) for key, number, lines in parts}
        start = block.option("start") or (parts[0][0] if parts else "")
        self._check_roads(block, {key: number for key, number, _ in parts}, scenes, start, report)
        return {
            "intro": render.block(intro),
            "scenes": scenes,
            "start": start,
            "words": bodies.count_words(intro) + sum(bodies.count_words(lines) for *_, lines in parts) // 2,
        }

    @staticmethod
    def _scene(key: str, number: int, lines: list[Line], render: Renderer, report: Reporter) -> Data:
        if not bodies.KEY.match(key):
            report.error(number, f"The scene's name {key!r} is not allowed.", "Use small letters, digits and hyphens.")
        text: list[Line] = []
        choices: list[dict[str, Any]] = []
        comments: list[list[Line]] = []
        closing: list[Line] = []
        for line in lines:
            found = _CHOICE.match(line.text)
            if found:
                choices.append({"key": found["key"], "text": found["text"], "to": found["target"], "line": line.number})
                comments.append([])
            elif line.text.startswith("- `"):
                report.error(line.number, "This choice leads nowhere.", "Write - `key` [what I do](#scene).")
            elif choices and line.text.startswith(" ") and line.text.strip().startswith(">"):
                comments[-1] += bodies.unquote([line])
            elif line.text.startswith(">") and (choices or closing or _only_quotes_follow(lines, line)):
                closing += bodies.unquote([line])
            elif choices and line.text.strip():
                report.error(line.number, "Text after the choices belongs to none.", "Move it above the choices.")
            elif not choices:
                text.append(line)
        bodies.require_text(text, number, f"The text of the scene {key}", report)
        bodies.check_unique(((each["key"], each["line"]) for each in choices), report)
        return {
            "html": render.block(text),
            "comment": render.block(closing),
            "choices": [
                {
                    "key": choice["key"],
                    "html": render.inline(choice["text"], choice["line"]),
                    "to": choice["to"],
                    "comment": render.block(comment),
                }
                for choice, comment in zip(choices, comments, strict=True)
            ],
        }

    @staticmethod
    def _check_roads(
        block: RawBlock, lines: Mapping[str, int], scenes: Mapping[str, Data], start: str, report: Reporter
    ) -> None:
        if start not in scenes:
            report.error(block.line, f"The first scene {start!r} is not there.", "Set start= to one of the scenes.")
            return
        for key, scene in scenes.items():
            for choice in scene["choices"]:
                if choice["to"] not in scenes:
                    report.error(
                        lines[key], f"The choice `{choice['key']}` leads to {choice['to']!r}, which is not there.",
                        "Point it at a scene.",
                    )  # fmt: skip
        reached, queue = {start}, [start]
        while queue:
            for choice in scenes[queue.pop()]["choices"]:
                if choice["to"] in scenes and choice["to"] not in reached:
                    reached.add(choice["to"])
                    queue.append(choice["to"])
        for key in scenes:
            if key not in reached:
                report.error(lines[key], f"No road leads to the scene {key}.", "Add a choice that leads there.")
        ends = {key for key, scene in scenes.items() if not scene["choices"]}
        if not ends:
            report.error(block.line, "The scenario has no ending.", "Write a scene without choices.")
            return
        safe = set(ends)
        while True:
            more = {k for k, scene in scenes.items() if any(c["to"] in safe for c in scene["choices"])} - safe
            if not more:
                break
            safe |= more
        for key in reached - safe:
            report.error(lines[key], f"From the scene {key} no ending can be reached.", "Add a way out.")

    def shape(self, data: Data) -> Any:
        return [
            data["start"],
            {key: [(each["key"], each["to"]) for each in scene["choices"]] for key, scene in data["scenes"].items()},
        ]

    def public(self, data: Data, rng: Random) -> Data:
        scene = data["scenes"][data["start"]]
        return {"intro": data["intro"], "scene": _shown(data["start"], scene), "road": [], "ended": False}

    def shown_answer(self, data: Data, answer: Answer) -> Answer:
        """What stands on the page on this road: past scenes, the present one, and the debrief at an ending."""
        past = []
        scene_key = data["start"]
        for step in answer.get("road", ()):
            scene = data["scenes"][scene_key]
            choice = next(each for each in scene["choices"] if f"{scene_key}.{each['key']}" == step)
            past.append({"html": scene["html"], "choice": choice["html"], "comment": choice["comment"]})
            scene_key = choice["to"]
        scene = data["scenes"][scene_key]
        ended = not scene["choices"]
        endings = [
            {"html": each["html"], "mine": key == scene_key}
            for key, each in data["scenes"].items()
            if not each["choices"]
        ]
        if not ended:
            for step_shown in past:
                step_shown["comment"] = ""  # comments are for the debrief
        return {
            "road": list(answer.get("road", ())),
            "past": past,
            "scene": _shown(scene_key, scene),
            "ended": ended,
            "comment": scene["comment"] if ended else "",
            "endings": endings if ended else [],
        }

    def read(self, data: Data, form: Mapping[str, Sequence[str]]) -> Answer:
        if "restart" in form:
            return {"road": []}
        choice = bodies.first(form, "choice")
        if not choice:
            raise InvalidAnswer(gettext("Choose what to do."))
        road = [*form.get("road", ()), choice]
        scene_key = data["start"]
        if len(road) > LONGEST_ROAD:
            raise InvalidAnswer(gettext("You have been round many times. Start again from the beginning."))
        for step in road:
            found = next(
                (each for each in data["scenes"][scene_key]["choices"] if f"{scene_key}.{each['key']}" == step), None
            )
            if found is None:
                raise InvalidAnswer(gettext("That choice is not part of this scene. Start again from the beginning."))
            scene_key = found["to"]
        return {"road": road}

    def is_finished(self, data: Data, answer: Answer | None) -> bool:
        return answer is not None and bool(self.shown_answer(data, answer)["ended"])

    def words(self, data: Data) -> int:
        return int(data["words"])


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Choices that run over two lines, as one."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and last.text.startswith("- `") and not last.text.rstrip().endswith(")") and line.text.startswith("  "):
            joined[-1] = Line(last.number, f"{last.text.rstrip()} {line.text.strip()}")
        else:
            joined.append(line)
    return joined


def _only_quotes_follow(lines: Sequence[Line], line: Line) -> bool:
    return all(not each.text.strip() or each.text.startswith(">") for each in lines if each.number >= line.number)


def _shown(key: str, scene: Data) -> Data:
    return {
        "key": key,
        "html": scene["html"],
        "choices": [{"value": f"{key}.{choice['key']}", "html": choice["html"]} for choice in scene["choices"]],
    }
