"""Framework files for these tests: small and sound, to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def words(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in ("nb", "nn", "en")}


def competence(code: str, group: str = "core", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "group": group,
        "added": False,
        "titles": words(f"Title of {code}"),
        "descriptions": words(f"About {code}"),
        "levels": [words(f"{code} at level {level}") for level in (1, 2, 3, 4)],
        **changes,
    }


def framework(code: str, names: tuple[str, ...] = ("1", "2"), **changes: Any) -> dict[str, Any]:
    return {
        "framework": code,
        "version": 1,
        "status": "current",
        "languages": ["nb", "nn", "en"],
        "titles": words(f"Framework {code}"),
        "descriptions": words(f"What {code} is"),
        "groups": [{"id": "core", "titles": words("Core")}],
        "competences": [competence(f"{code}.{name}") for name in names],
        **changes,
    }


def write(folder: Path, *contents: dict[str, Any]) -> Path:
    """Write the frameworks into ``folder``, each in its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for content in contents:
        path = folder / f"{content['framework'].lower()}.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return folder
