"""``learning courses preview``: every page of every course, faults and all, on the author's own machine."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from config import ROOT
from learning.catalogue import commands, previewing
from learning.catalogue.compiling import compile_course
from tests.catalogue.courses import BROKEN, SOUND, broken, change, copy_of_sound
from tests.catalogue.test_commands import run

LESSON = "/courses/sound-101/en/lessons/l1"


def preview_of(*paths: Path, language: str = "en") -> FlaskClient:
    app = previewing.make_preview(paths, language)
    return app.test_client()


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def links_from(client: FlaskClient, start: str = "/") -> dict[str, str]:
    """Every page that can be reached by links, by address."""
    pages: dict[str, str] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in pages:
            continue
        pages[address] = text_of(client, address)
        found = re.findall(r'href="(/[^"#]*)', pages[address])
        waiting += [unescape(each) for each in found if not each.startswith("/static/")]
    return pages


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_sound(tmp_path)


def test_every_page_of_a_course_can_be_reached_from_the_list() -> None:
    pages = links_from(preview_of(SOUND))
    assert set(pages) >= {
        "/", "/courses/sound-101", "/courses/sound-101/en", "/courses/sound-101/nb", LESSON, f"{LESSON}?answers=1",
        "/courses/sound-101/nb/lessons/l2", "/courses/sound-101/en/assessment", "/courses/sound-101/en/glossary",
    }  # fmt: skip
    assert not any("course:" in page for page in pages.values())
    picture = preview_of(SOUND).get("/courses/sound-101/media/cycle.en.svg")
    assert picture.get_data() == (SOUND / "media" / "cycle.en.svg").read_bytes()
    assert picture.mimetype == "image/svg+xml"


def test_pages_show_what_learners_meet(folder: Path) -> None:
    client = preview_of(folder)
    assert "A sample course" in text_of(client, "/")
    lesson = text_of(client, LESSON)
    assert 'name="choice"' in lesson
    assert "Your thoughts" in lesson
    pool = text_of(client, "/courses/sound-101/en/assessment")
    document = compile_course(folder).document
    assert document is not None
    assessment = document.texts["en"].assessment
    assert assessment is not None
    assert all(f'id="{item.id}"' in pool for item in assessment.items)
    assert 'id="term-risk"' in text_of(client, "/courses/sound-101/en/glossary")


def test_right_answers_and_feedback_stand_there_only_when_asked_for(folder: Path) -> None:
    client = preview_of(folder)
    activity = compile_course(folder).document.texts["en"].lessons[0].activity("q-risk")  # type: ignore[union-attr]
    assert activity is not None
    feedback = [option["feedback"] for option in activity.data["options"]]
    hidden, shown = text_of(client, LESSON), text_of(client, f"{LESSON}?answers=1")
    assert all(each not in hidden and each in shown for each in feedback)
    assert "Your answer: right" in shown
    assert "<form" not in shown


def test_an_answer_can_be_tried_and_is_marked(folder: Path) -> None:
    client = preview_of(folder)
    page = text_of(client, f"{LESSON}?_activity=q-risk&choice=alarm")
    assert "Your answer: right" in page
    page = text_of(client, f"{LESSON}?_activity=q-risk")
    assert "Choose one of the options." in page


def test_a_scenario_can_be_walked_and_is_told_whole_with_the_answers(tmp_path: Path) -> None:
    run("new", "new-101", "--languages", "en", "--folder", tmp_path)
    client = preview_of(tmp_path)
    lesson = "/courses/new-101/en/lessons/l1"
    assert "They have seen the same fault" not in text_of(client, lesson)
    page = text_of(client, f"{lesson}?_activity=sc-example&choice=p1.listen")
    assert "They have seen the same fault" in page
    assert "6 of 10" in page  # trust has grown
    told = text_of(client, f"{lesson}?answers=1")
    assert "Say why many choose this" in told
    assert "A bad ending also teaches something" in told
    assert "trust +1" in told


@pytest.fixture(scope="module")
def one_preview() -> FlaskClient:
    """One application for many courses: its templates are compiled once."""
    return preview_of()


@pytest.mark.parametrize("name", sorted(path.name for path in BROKEN.iterdir()))
def test_a_faulty_course_is_shown_as_far_as_it_goes_with_every_fault(
    name: str, one_preview: FlaskClient, tmp_path: Path
) -> None:
    one_preview.application.config["PREVIEW_PATHS"] = (broken(name, tmp_path),)
    pages = links_from(one_preview, "/courses/sound-101")
    start = unescape(pages["/courses/sound-101"])
    for line in (BROKEN / name / "expected.txt").read_text("utf-8").splitlines():
        place, message = line.split(": ", 1)
        assert f"<code>sound-101/{place}</code>" in start
        assert message in start


def test_a_fault_stands_first_on_the_page_where_it_is(tmp_path: Path) -> None:
    client = preview_of(broken("tab", tmp_path))
    here = text_of(client, LESSON)
    assert "On this page" in here
    assert "sound-101/en/l1-first.md:7" in here
    assert "There is a tab in this line. Use spaces." in here
    assert "The first lesson" in here
    elsewhere = text_of(client, "/courses/sound-101/en/lessons/l2")
    assert "Elsewhere in the course" in elsewhere
    assert "sound-101/en/l1-first.md:7" in elsewhere


def test_a_block_that_cannot_be_shown_leaves_the_rest_standing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("options")

    monkeypatch.setattr(previewing, "rendered", fail)
    page = text_of(preview_of(folder), LESSON)
    assert "This block cannot be shown until its faults are mended." in page
    assert "The first lesson" in page


def test_a_fault_of_the_program_is_shown_on_a_page_that_tries_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        raise ZeroDivisionError("a new activity type's parser")

    monkeypatch.setattr(previewing, "compile_if_changed", fail)
    page = text_of(preview_of(folder), "/courses/sound-101", 500)
    assert "ZeroDivisionError" in page
    assert "preview.js" in page


def test_what_is_not_there_is_told_on_a_page_that_tries_again(folder: Path) -> None:
    client = preview_of(folder)
    for address in ("/courses/x", f"{LESSON}9", "/courses/sound-101/nn", "/courses/sound-101/media/x.svg", "/x"):
        assert "preview.js" in text_of(client, address, 404)
    for address in ("/courses/sound-101/media/../course.yaml", "/courses/sound-101/media/%2e%2e/course.yaml"):
        assert client.get(address).status_code == 404


def test_the_state_changes_with_every_file(folder: Path) -> None:
    client = preview_of(folder.parent)
    states = [text_of(client, "/state")]
    assert text_of(client, "/state") == states[0]
    assert f'data-state="{states[0]}"' in text_of(client, LESSON)
    path = folder / "en" / "index.md"
    os.utime(path, ns=(1, 1))
    states.append(text_of(client, "/state"))
    (folder / "media" / "new.svg").write_text("<svg/>")
    states.append(text_of(client, "/state"))
    (folder / "media" / "new.svg").unlink()
    (folder.parent / "other-101" / "nb").mkdir(parents=True)
    (folder.parent / "other-101" / "course.yaml").write_text("")
    states.append(text_of(client, "/state"))
    assert len(set(states)) == 4


def test_two_folders_of_one_name_are_both_there(tmp_path: Path) -> None:
    copy_of_sound(tmp_path / "a")
    copy_of_sound(tmp_path / "b")
    client = preview_of(tmp_path)
    assert "/courses/sound-101-2" in text_of(client, "/")
    assert "A sample course" in text_of(client, "/courses/sound-101-2")


def test_the_policy_is_the_real_ones_and_no_page_breaks_it(folder: Path) -> None:
    client = preview_of(folder)
    for address in ("/", "/courses/sound-101", LESSON, "/courses/sound-101/en/assessment?answers=1", "/x"):
        answer = client.get(address)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        page = answer.get_data(as_text=True)
        assert re.findall(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", page) == []


def test_only_this_machine_is_answered(folder: Path) -> None:
    client = preview_of(folder)
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"Host": "localhost:8100"}).status_code == 200
    server = previewing.server_of(previewing.make_preview((folder,), "nb"), 0)
    assert server.socket.getsockname()[0] == "127.0.0.1"
    server.server_close()


def test_the_preview_speaks_the_language_that_is_asked_for() -> None:
    page = text_of(preview_of(SOUND, language="nb"), "/courses/sound-101")
    assert '<html lang="nb"' in page
    assert "Et eksempelkurs" in page
    assert "A sample course" in text_of(preview_of(SOUND, language="en"), "/courses/sound-101")


def test_the_courses_of_this_repository_are_shown_when_no_other_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(commands.find_courses(())) == len(list((ROOT / "courses").glob("*/course.yaml")))
    copy_of_sound(tmp_path / "courses")  # compiling the real ones takes a while
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    assert "/courses/sound-101" in text_of(preview_of(), "/")


@pytest.mark.one_database
def test_the_real_application_has_none_of_it(app: Flask) -> None:
    assert not any(rule.endpoint.startswith("preview.") for rule in app.url_map.iter_rules())
    views = {getattr(view, "__module__", "") for view in app.view_functions.values()}
    assert previewing.__name__ not in views


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("preview", folder, "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    server = previewing.server_of(previewing.make_preview((folder,), "en"), 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_open_page_loads_itself_again_when_a_file_changes(
    folder: Path,
    address: str,
    chromium: Browser,
) -> None:
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}{LESSON}")
    change(folder, "en/l1-first.md", "title: The first lesson", "title: Another title")
    page.get_by_role("heading", name="Another title").wait_for(timeout=3000)
    change(folder, "course.yaml", "id: sound-101", "id: [")
    page.get_by_text("The page tries again by itself when a file changes.").wait_for(timeout=3000)
    change(folder, "course.yaml", "id: [", "id: sound-101")
    page.get_by_role("heading", name="Another title").wait_for(timeout=3000)
    assert [each for each in refused if "404" not in each] == []
    page.close()
