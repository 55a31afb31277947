"""Framework files: what is right is read, and each mistake is told where it stands and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from learning.activities.registry import Unreported
from learning.catalogue.frameworks import DELIVERED, read_framework, read_frameworks
from tests.catalogue.frameworks import competence, framework, words, write

pytestmark = pytest.mark.one_database


def told(folder: Path) -> list[str]:
    return [f"{fault.path}: {fault.message} {fault.mend}" for fault in read_frameworks(folder).faults.found]


def link(start: str, end: str, relation: str = "same") -> dict[str, Any]:
    return {"from": start, "to": end, "relation": relation}


def test_sound_frameworks_are_read(tmp_path: Path) -> None:
    statements = [{"id": f"s{number}", **words("We ask the users")} for number in (1, 2, 3)]
    first = framework("AB", crosswalk=[link("AB.1", "CD.2", "close")])
    first["competences"][0]["statements"] = statements
    old = framework("EF", status="archived", replaced_by={"framework": "AB", "version": 1})
    found = read_frameworks(write(tmp_path / "frameworks", first, framework("CD"), old))
    assert [str(fault) for fault in found.faults.found] == []
    assert [plan.framework for plan in found.current] == ["AB", "CD"]
    assert found.of_competence("CD.2") is found.plans["CD"]
    assert found.of_competence("CD.9") is None
    assert found.of_competence("XY.1") is None
    asked = found.plans["AB"].competences[0].statements[0]
    assert asked.texts == words("We ask the users")


def test_the_delivered_frameworks_are_sound() -> None:
    assert [str(fault) for fault in read_frameworks(DELIVERED).faults.found] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "old"}, "status is not right"),
        ({"colour": "red"}, "colour is not known."),
        ({"framework": "ab"}, "framework is not right"),
        ({"version": 0}, "version is not right"),
        ({"titles": {"nb": "Navn", "nn": "Namn"}}, "titles has no text in en."),
        ({"titles": {"nb": "Navn", "nn": " ", "en": "Name"}}, "titles.nn is not right"),
        ({"languages": ["nb", "nn"]}, "The language en is missing."),
        ({"groups": []}, "groups is not right"),
        ({"competences": [competence("CD.1")]}, "The code CD.1 is another framework's."),
        ({"competences": [competence("AB.1"), competence("AB.1")]}, "AB.1 stands twice in competences."),
        ({"competences": [competence("AB.1", group="x"), competence("AB.2")]}, "There is no group x."),
        ({"competences": [competence("AB.1", levels=[words("a")] * 3)]}, "AB.1 has 3 levels."),
        ({"competences": [competence("AB.1", statements=[{"id": "s", **words("a")}])]}, "AB.1 has 1 statements."),
        (
            {"competences": [competence("AB.1", statements=[{"id": "s", **words("a")}] * 3)]},
            "The statement s stands twice.",
        ),
        ({"replaced_by": {"framework": "CD", "version": 1}}, "A framework that is current is not replaced."),
        (
            {"status": "archived", "replaced_by": {"framework": "CD", "version": 2}},
            "CD has no version 2.",
        ),
        (
            {"status": "archived", "replaced_by": {"framework": "XY", "version": 1}},
            "There is no framework XY to replace it.",
        ),
        ({"crosswalk": [link("AB.1", "CD.9")]}, "There is no competence CD.9."),
        ({"crosswalk": [link("AB.1", "AB.2")]}, "AB.1 and AB.2 are of the same framework."),
        ({"crosswalk": [link("CD.1", "AB.2")]}, "The link begins at CD.1, of another framework."),
        ({"crosswalk": [link("AB.1", "CD.1"), link("AB.1", "CD.1", "part")]}, "AB.1 and CD.1 are linked already."),
        ({"crosswalk": [link("AB.1", "CD.1", "nearly")]}, "crosswalk.0.relation is not right"),
    ],
)
def test_a_mistake_is_told(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    content = {**framework("AB"), **changes}
    folder = write(tmp_path / "frameworks", framework("CD"), {**content, "framework": "AB"})
    if content["framework"] != "AB":
        path = folder / "ab.yaml"
        path.write_text(path.read_text("utf-8").replace("framework: AB", "framework: ab"), "utf-8")
    faults = read_frameworks(folder).faults.errors
    assert any(message in fault.message for fault in faults), [str(fault) for fault in faults]
    assert all(fault.path == "frameworks/ab.yaml" and fault.mend for fault in faults)


def test_the_same_pair_in_two_files_is_told_once(tmp_path: Path) -> None:
    first = framework("AB", crosswalk=[link("AB.1", "CD.1")])
    second = framework("CD", crosswalk=[link("CD.1", "AB.1")])
    assert told(write(tmp_path / "frameworks", first, second)) == [
        "frameworks/cd.yaml: CD.1 and AB.1 are linked already. Keep one link for the two, whichever way it goes."
    ]


def test_a_fault_names_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"))
    path = folder / "ab.yaml"
    lines = path.read_text("utf-8").replace("group: core", "group: other", 1).splitlines()
    path.write_text("\n".join(lines), "utf-8")
    fault = read_frameworks(folder).faults.errors[0]
    assert lines[fault.line - 1].strip() == "group: other"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ab.yml", "framework: AB", "The file is not read."),
        ("ab.yaml", "", "The file is empty."),
        ("ab.yaml", "- one", "The file does not hold names and values."),
        ("ab.yaml", "framework: [", "The YAML cannot be read"),
        ("ab.yaml", b"\xff\xfe", "The file is not UTF-8."),
    ],
)
def test_files_that_cannot_be_read(name: str, content: str | bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "frameworks").mkdir()
    path = tmp_path / "frameworks" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (fault,) = read_frameworks(tmp_path / "frameworks").faults.errors
    assert message in fault.message
    assert fault.mend


def test_the_file_is_named_after_the_framework(tmp_path: Path) -> None:
    folder = write(tmp_path / "frameworks", framework("AB"))
    (folder / "ab.yaml").rename(folder / "other.yaml")
    assert told(folder) == ["frameworks/other.yaml: The framework AB is not the file's name. Name the file ab.yaml."]


def test_no_folder_has_no_frameworks(tmp_path: Path) -> None:
    found = read_frameworks(tmp_path / "frameworks")
    assert (found.plans, found.faults.found) == ({}, [])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*framework("AB")]), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from([*framework("AB")]))
def test_nothing_that_may_be_written_breaks_the_reader(content: Any, key: str) -> None:
    read_framework(yaml.safe_dump(content, allow_unicode=True), Unreported())
    read_framework(yaml.safe_dump({**framework("AB"), key: content}, allow_unicode=True), Unreported())
