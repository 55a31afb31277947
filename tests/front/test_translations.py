"""No text of the interface is left untranslated, and translations keep their placeholders."""

from __future__ import annotations

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config import ROOT

KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)")


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_text_of_the_interface_is_there_in_norwegian(language: str) -> None:
    catalogue = ROOT / "learning" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with catalogue.open("rb") as file:
        translated = {
            (message.id[0] if isinstance(message.id, tuple) else message.id): message.string
            for message in read_po(file)
        }
    missing, broken = [], []
    for folder in ("learning", "templates"):
        found = extract_from_dir(ROOT / folder, [("**.py", "python"), ("**.html", "jinja2")], keywords=KEYWORDS)
        for file_name, line, text, _, _ in found:
            key = text[0] if isinstance(text, tuple) else text
            words = translated.get(key)
            if not words or (isinstance(words, tuple) and not all(words)):
                missing.append(f"{file_name}:{line}: {key}")
                continue
            for form in words if isinstance(words, tuple) else (words,):
                if set(PLACEHOLDER.findall(form)) - set(PLACEHOLDER.findall(key)):
                    broken.append(f"{key} -> {form}")
    assert not missing, "\n".join(missing)
    assert not broken, "\n".join(broken)
