"""A sound folder becomes a document; a damaged one becomes faults, never a traceback."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.catalogue.compiling import compile_course, compile_if_changed
from learning.catalogue.document import CourseDocument
from tests.catalogue.courses import SOUND, change, copy_of_sound, told


def document(folder: Path = SOUND) -> CourseDocument:
    compiled = compile_course(folder)
    assert compiled.document is not None, [str(fault) for fault in compiled.faults.found]
    return compiled.document


def test_the_document_holds_what_the_files_say() -> None:
    course = document()
    assert (course.id, course.languages, course.minutes, course.show_score) == ("sound-101", ("en", "nb"), 8, True)
    text = course.text("nb")
    assert text.title == "Et eksempelkurs"
    assert [outcome.text for outcome in text.outcomes] == ["Finne en risiko", "Sette stegene i rekkefølge"]
    assert [lesson.title for lesson in text.lessons] == ["Den første leksjonen", "Den andre leksjonen"]
    assert [activity.id for activity in text.lessons[0].activities] == ["r-before", "q-risk", "fig-cycle"]
    assert text.assessment is not None
    assert [item.id for item in text.assessment.items] == ["a-one", "a-two", "a-three", "a-four"]
    assert text.assessment.attempts is None
    assert text.glossary[0].term == "Risk"
    assert "Den første leksjonen" in text.search_text


def test_a_translation_takes_options_from_the_source_language() -> None:
    course = document()
    for language in ("en", "nb"):
        lesson = course.texts[language].lessons[0]
        question, before = lesson.activity("q-risk"), lesson.activity("r-before")
        assert question is not None
        assert before is not None
        assert (question.outcome, question.points) == ("o1", Decimal(1))
        assert before.optional
        assert course.texts[language].lessons[1].activities[1].options == {"recall": "r-before"}


def test_the_document_survives_its_way_through_json() -> None:
    course = document()
    assert CourseDocument.model_validate(course.model_dump(mode="json")) == course


def test_words_may_be_edited_freely(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    change(folder, "nb/l1-first.md", "An alarm is not answered in time", "Ingen svarer på alarmen")
    assert document(folder)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    for path in [*folder.rglob("*.md"), folder / "course.yaml"]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert document(folder) == document()


def test_all_faults_of_a_course_are_told_at_once(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    change(folder, "en/l1-first.md", "[@paper]", "[@nobody]")
    change(folder, "nb/l2-second.md", "Now the order.", "# Now")
    change(folder, "en/assessment.md", "outcome=o2", "outcome=o9")
    assert [each.split(": ")[0] for each in told(compile_course(folder), "error")] == [
        "en/assessment.md:1",
        "en/assessment.md:31",
        "en/assessment.md:39",
        "en/l1-first.md:7",
        "nb/l2-second.md:7",
    ]


def test_a_page_sees_a_changed_file(tmp_path: Path) -> None:
    folder = copy_of_sound(tmp_path)
    assert compile_if_changed(folder) is compile_if_changed(folder)
    change(folder, "en/l1-first.md", "[@paper]", "[@nobody]")
    assert not compile_if_changed(folder).is_publishable


FILES = sorted(path.relative_to(SOUND).as_posix() for path in SOUND.rglob("*") if path.is_file())
SCRAPS = st.sampled_from(
    [b"", b"\n", b":::", b"::: single x {", b"---", b"```", b"\xff", b"\t", b"[", b"]", b"{", b"}", b": ", b"- ", b"|",
     b"`", b"- [x] `k` T\n", b"> ", b"#### p1\n", b"&a", b"*a", b"!!python/object", b"\x00", b"9" * 400, b"<b>", b"'"]
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(FILES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), SCRAPS), min_size=1, max_size=4),
)
def test_a_damaged_course_gives_faults_and_no_traceback(name: str, cuts: list[tuple[float, int, bytes]]) -> None:
    with TemporaryDirectory() as base:
        folder = copy_of_sound(Path(base))
        content = (folder / name).read_bytes()
        for share, length, scrap in cuts:
            place = int(share * len(content))
            content = content[:place] + scrap + content[place + length :]
        (folder / name).write_bytes(content)
        compiled = compile_course(folder)
        assert (compiled.document is None) == bool(compiled.faults.errors)
        for fault in compiled.faults.found:
            assert fault.line >= 1
            assert fault.message
            assert fault.mend
