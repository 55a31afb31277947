"""What is translated, what is missing and what is stale: the check, the command and the lock between them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from learning.catalogue.compiling import compile_course
from learning.catalogue.translations import LOCK, Pair, State, Translated, follow, is_stale
from tests.catalogue.courses import change, copy_of_sound, warnings_of
from tests.catalogue.test_commands import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sound course with a lock of its translations."""
    made = copy_of_sound(tmp_path)
    run("lock", made)
    return made


def state_of(folder: Path, key: str) -> Translated:
    return next(each for each in compile_course(folder).translations if each.key == key)


def stale(folder: Path) -> list[str]:
    return [each.key for each in compile_course(folder).translations if each.state is State.STALE]


def edit(folder: Path, name: str, words: str, new: str) -> None:
    """Change the first line of a file that begins with these words, or a list item's or a quote's."""
    path = folder / name
    lines = path.read_text("utf-8").splitlines()
    place = next(place for place, line in enumerate(lines) if words in line)
    lines[place] += f" {new}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_what_was_never_locked_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    edit(folder, "en/index.md", "Only you", "and nobody else")
    assert {each.state for each in compile_course(folder).translations} == {State.CURRENT}


def test_a_change_of_the_source_makes_its_own_piece_stale_and_no_other(folder: Path) -> None:
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    assert stale(folder) == ["activity/r-before"]
    assert warnings_of(folder) == [
        "nb/l1-first.md:20: The source of the block r-before changed after this translation was written "
        "(sound-101/en/l1-first.md:20)."
    ]


@pytest.mark.parametrize(
    ("name", "words", "key"),
    [
        ("index.md", "title: ", "index/title"),
        ("index.md", "summary: ", "index/summary"),
        ("index.md", "o1: ", "index/outcomes/o1"),
        ("index.md", "Only you", "index/beginning"),
        ("l1-first.md", "title: ", "lesson/l1/title"),
        ("l1-first.md", "The cast", "lesson/l1/beginning"),
        ("l1-first.md", "It does not touch", "activity/q-risk"),
        ("l1-first.md", "The cycle.", "activity/fig-cycle"),
        ("assessment.md", "title: ", "assessment/title"),
        ("glossary.md", "Something that", "glossary/risk"),
    ],
)
def test_every_kind_of_text_is_followed(folder: Path, name: str, words: str, key: str) -> None:
    edit(folder, f"en/{name}", words, "anew")
    assert stale(folder) == [key]
    run("lock", folder)
    assert stale(folder) == [key], "a lock alone does not make it current"
    twin = state_of(folder, key)
    lines = (folder.parent / twin.path).read_text("utf-8").splitlines()
    changed = "\n".join([*lines, ""]).replace(lines[twin.line - 1], lines[twin.line - 1] + " ", 1)
    (folder.parent / twin.path).write_text(changed, "utf-8")
    assert stale(folder) == [key], "a space is no translation"


def test_the_note_to_the_manager_and_prose_between_blocks_are_followed(tmp_path: Path) -> None:
    run("new", "new-101", "--languages", "nb,nn,en", "--folder", tmp_path)
    folder = tmp_path / "new-101"
    run("lock", folder)
    edit(folder, "nb/manager.md", "Høyst omkring", "Ikke mer.")
    edit(folder, "nb/l1-first-lesson.md", "BYTT UT: Bruk skjønn", "alltid")
    told = [(each.language, each.key) for each in compile_course(folder).translations if each.state is State.STALE]
    assert told == [
        (language, key) for language in ("nn", "en") for key in ("lesson/l1/after/kc-example", "manager/before")
    ]


def test_a_translation_that_follows_is_current_again(folder: Path) -> None:
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    edit(folder, "nb/l1-first.md", "What would you do?", "I dag?")
    assert stale(folder) == []
    run("lock", folder)
    assert stale(folder) == []
    edit(folder, "en/l1-first.md", "What would you do?", "Or tomorrow?")
    assert stale(folder) == ["activity/r-before"]


def test_a_source_that_is_as_it_was_makes_nothing_stale(folder: Path) -> None:
    before = (folder / "en" / "l1-first.md").read_text("utf-8")
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    run("lock", folder)
    (folder / "en" / "l1-first.md").write_text(before, "utf-8")
    assert stale(folder) == []


def test_broken_lines_and_structure_make_nothing_stale(folder: Path) -> None:
    change(folder, "en/l1-first.md", "Three in ten do this, which", "Three in ten do this,\nwhich")
    change(folder, "en/l1-first.md", "{outcome=o1}", "{outcome=o1 points=2}")
    change(folder, "en/l1-first.md", "\n::: figure", "\n\n::: figure")
    assert stale(folder) == []
    change(folder, "en/l1-first.md", "{outcome=o1 points=2}", "{outcome=o1 points=2 rev=2}")
    assert stale(folder) == ["activity/q-risk"]


def test_a_new_block_leaves_the_prose_around_it_alone(folder: Path) -> None:
    for language in ("en", "nb"):
        change(
            folder,
            f"{language}/l1-first.md",
            "::: reflect r-before",
            "::: reflect r-new\n\nNew?\n\n:::\n\n::: reflect r-before",
        )
    assert stale(folder) == []


def test_what_is_missing_is_told(folder: Path) -> None:
    change(folder, "nb/glossary.md", "## `risk`", "## `peril`")
    missing = state_of(folder, "glossary/risk")
    assert (missing.state, missing.path, missing.line) == (State.MISSING, "sound-101/nb/glossary.md", 1)
    assert missing.source_line == 5
    (folder / "nb" / "index.md").unlink()
    states = {each.key: each.state for each in compile_course(folder).translations}
    assert states["index/title"] is State.MISSING
    assert states["lesson/l1/title"] is State.CURRENT


def test_the_command_tells_counts_files_and_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    pieces = len(compile_course(folder).translations)
    assert run("translations", "sound-101").output == f"sound-101 nb: {pieces} pieces, 0 stale, 0 missing\n"
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    assert run("translations", "sound-101").output == (
        f"sound-101 nb: {pieces} pieces, 1 stale, 0 missing\n"
        "  sound-101/nb/l1-first.md:20: stale: the block r-before, see sound-101/en/l1-first.md:20\n"
    )
    told = json.loads(run("translations", "sound-101", "--json").output)
    assert len(told) == pieces
    (found,) = [each for each in told if each["state"] != "current"]
    assert found == {
        "course": "sound-101", "language": "nb", "key": "activity/r-before", "name": "the block r-before",
        "state": "stale", "path": "sound-101/nb/l1-first.md", "line": 20,
        "source_path": "sound-101/en/l1-first.md", "source_line": 20,
    }  # fmt: skip


def test_a_translation_that_needs_no_change_is_accepted(folder: Path) -> None:
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    assert "0 stale" in run("translations", folder, "--accept").output
    assert warnings_of(folder) == []
    assert run("lock", folder).output.endswith("i18n.lock.json is up to date\n")


def test_nothing_is_accepted_of_a_course_with_errors(folder: Path) -> None:
    before = (folder / LOCK).read_text("utf-8")
    edit(folder, "en/l1-first.md", "What would you do?", "Today?\t")
    result = run("translations", folder, "--accept")
    assert result.exit_code == 1
    assert "has errors. Run: learning courses check" in result.output
    assert (folder / LOCK).read_text("utf-8") == before
    assert "1 stale" in run("translations", folder).output


def test_a_course_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    result = run("translations", tmp_path)
    assert result.exit_code == 1
    assert "has errors" in result.output


def test_another_source_language_makes_a_new_beginning(folder: Path) -> None:
    edit(folder, "en/l1-first.md", "What would you do?", "Today?")
    change(folder, "course.yaml", "source_language: en", "source_language: nb")
    assert stale(folder) == []


def test_a_course_in_one_language_has_no_such_lock(tmp_path: Path) -> None:
    run("new", "new-101", "--folder", tmp_path)
    assert run("lock", tmp_path / "new-101").output == "new-101: ids.lock.json written\n"
    assert not (tmp_path / "new-101" / LOCK).exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"source_language": "en"}',
        '{"source_language": "en", "translations": {"nb": {"x": 1}}}',
        '{"source_language": "en", "translations": {"nb": {"x": "one"}}}',
        "[" * 100_000,
    ],
)
def test_a_lock_that_cannot_be_read_is_an_error_and_is_left_alone(folder: Path, content: str) -> None:
    (folder / LOCK).write_text(content, "utf-8")
    (fault,) = compile_course(folder).faults.errors
    assert (fault.path, fault.message) == ("sound-101/i18n.lock.json", "The lock file cannot be read.")
    assert run("lock", folder).exit_code == 1
    assert (folder / LOCK).read_text("utf-8") == content


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "courses").glob("*/course.yaml")))
def test_the_courses_of_this_repository_have_every_piece_in_every_language(name: str) -> None:
    pieces = compile_course(ROOT / "courses" / name).translations
    assert [each.key for each in pieces if each.state is State.MISSING] == []


def test_the_lock_follows_by_rule() -> None:
    kept: Pair = ("s1", "t1")
    assert follow(None, "s1", "t1") == kept
    assert follow(kept, "s2", "t1") == kept
    assert follow(kept, "s2", "t2") == ("s2", "t2")
    assert follow(kept, "s2", "t1", accept=True) == ("s2", "t1")
    assert [is_stale(None, "s", "t"), is_stale(kept, "s1", "t1"), is_stale(kept, "s1", "t2")] == [False] * 3
    assert is_stale(kept, "s2", "t1")


@given(
    st.lists(st.tuples(st.sampled_from(["source", "translation", "lock", "accept"]), st.integers(0, 3)), max_size=30)
)
def test_stale_means_that_the_source_changed_and_the_translation_did_not(steps: list[tuple[str, int]]) -> None:
    """Told by what was done since the lock last followed, however often the lock was written in between."""
    source, translation = "s0", "t0"
    kept = follow(None, source, translation)
    at_pair = (source, translation)
    for step, number in steps:
        if step == "source":
            source = f"s{number}"
        elif step == "translation":
            translation = f"t{number}"
        else:
            if step == "accept" or translation != at_pair[1]:
                at_pair = (source, translation)
            kept = follow(kept, source, translation, accept=step == "accept")
            assert not (step == "accept" and is_stale(kept, source, translation))
            assert follow(kept, source, translation) == kept
        assert is_stale(kept, source, translation) == (source != at_pair[0] and translation == at_pair[1])
