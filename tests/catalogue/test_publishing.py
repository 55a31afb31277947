"""A version is named by the hash of its source, made once, and never changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent
from learning.catalogue import store
from learning.catalogue.compiling import compile_course
from learning.catalogue.digests import source_digest
from learning.catalogue.models import Course, CourseVersion, CourseVersionMedia, MediaFile
from learning.catalogue.publishing import NotPublishable, publish, write_lock
from tests.catalogue.courses import SOUND, change, copy_of_sound
from tests.factories import make_person


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_sound(tmp_path)


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_publishing_twice_makes_one_version(session: Session, folder: Path) -> None:
    first, created = publish(session, folder)
    assert created
    assert (first.number, first.minutes, first.titles["nb"]) == (1, 8, "Et eksempelkurs")
    session.commit()
    again, created = publish(session, folder)
    assert (again.id, created) == (first.id, False)
    assert [count(session, model) for model in (Course, CourseVersion, AuditEvent)] == [1, 1, 1]


def test_a_change_makes_a_new_current_version_and_the_old_stays(session: Session, folder: Path) -> None:
    first, _ = publish(session, folder)
    change(folder, "nb/index.md", "Et eksempelkurs", "Et bedre eksempelkurs")
    second, created = publish(session, folder)
    assert created
    assert (second.number, second.course_id) == (2, first.course_id)
    assert [version.id for version in store.current_versions(session)] == [second.id]
    assert store.load_document(session, first.id).text("nb").title == "Et eksempelkurs"
    assert store.load_document(session, second.id).text("nb").title == "Et bedre eksempelkurs"


def test_the_earlier_source_makes_its_version_current_again(session: Session, folder: Path) -> None:
    first, _ = publish(session, folder)
    change(folder, "nb/index.md", "Et eksempelkurs", "Et bedre eksempelkurs")
    publish(session, folder)
    change(folder, "nb/index.md", "Et bedre eksempelkurs", "Et eksempelkurs")
    assert publish(session, folder) == (first, False)
    assert [version.number for version in store.current_versions(session)] == [1]


def test_a_course_with_errors_is_refused_and_nothing_is_written(session: Session, folder: Path) -> None:
    change(folder, "en/l1-first.md", "[@paper]", "[@nobody]")
    with pytest.raises(NotPublishable) as refusal:
        publish(session, folder)
    assert refusal.value.compiled.faults.errors[0].line == 7
    assert count(session, Course) == 0


def test_who_published_what_is_in_the_audit_trail(session: Session, folder: Path) -> None:
    author = make_person(session)
    version, _ = publish(session, folder, actor_id=author.id)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject_id, event.actor_id) == ("course.published", "sound-101", author.id)
    assert event.detail == {"version": 1, "digest": version.digest}


def test_equal_media_are_stored_once(session: Session, folder: Path) -> None:
    publish(session, folder)
    change(folder, "nb/index.md", "Et eksempelkurs", "Et bedre eksempelkurs")
    publish(session, folder)
    assert (count(session, MediaFile), count(session, CourseVersionMedia)) == (1, 2)


def test_a_version_cannot_be_changed(session: Session, folder: Path) -> None:
    version, _ = publish(session, folder)
    session.commit()
    version.minutes = 99
    with pytest.raises(DBAPIError):
        session.commit()


@pytest.mark.one_database
def test_the_digest_is_of_what_is_said(folder: Path) -> None:
    digest = source_digest(folder)
    (folder / "ids.lock.json").write_text("{}")
    (folder / "i18n.lock.json").write_text("{}")
    (folder / "review-2026-11.yml").write_text("score: 5")
    (folder / ".hidden").write_text("x")
    (folder / "nb" / ".#index.md").write_text("x")
    path = folder / "en" / "index.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert source_digest(folder) == digest
    path.write_bytes(path.read_bytes() + b" ")
    assert source_digest(folder) != digest


def test_the_digest_tells_files_apart(folder: Path) -> None:
    """A file's name and where it ends are part of what is hashed."""
    digest = source_digest(folder)
    (folder / "media" / "cycle.en.svg").rename(folder / "media" / "cycle.svg")
    renamed = source_digest(folder)
    first, second = folder / "en" / "l1-first.md", folder / "en" / "l2-second.md"
    content = first.read_bytes()
    first.write_bytes(content[:-5])
    second.write_bytes(content[-5:] + second.read_bytes())
    assert len({digest, renamed, source_digest(folder)}) == 3


def test_the_lock_file_remembers_ids_that_are_retired(folder: Path) -> None:
    (folder / "ids.lock.json").write_text(json.dumps({"ids": {"q-old": "single"}}), "utf-8")
    change(folder, "course.yaml", "certificate:", "retired: [q-old]\ncertificate:")
    document = compile_course(folder).document
    assert document is not None
    assert write_lock(folder, document)
    assert not write_lock(folder, document)
    ids = json.loads((folder / "ids.lock.json").read_text("utf-8"))["ids"]
    assert ids["q-old"] == "single"
    assert ids["a-four"] == "match"
    assert compile_course(folder).is_publishable


def test_a_version_that_does_not_exist(session: Session) -> None:
    with pytest.raises(LookupError):
        store.load_document(session, 404)


def test_documents_are_kept_in_bounds(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    version, _ = publish(session, SOUND)
    store._documents.clear()
    monkeypatch.setattr(store, "MOST_KEPT", 1)
    first = store.load_document(session, version.id)
    assert store.load_document(session, version.id) is first
    assert len(store._documents) == 1
