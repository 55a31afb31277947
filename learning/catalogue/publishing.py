"""Publishing: a course folder becomes an immutable version, named by the hash of its source."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.access import audit
from learning.catalogue import check_results, searching
from learning.catalogue.compiling import Compiled, compile_course
from learning.catalogue.digests import source_digest
from learning.catalogue.document import CourseDocument
from learning.catalogue.media import MEDIA_TYPES, media_files
from learning.catalogue.models import Course, CourseVersion, CourseVersionMedia, MediaFile
from learning.database import insert_once


class NotPublishable(Exception):
    """The course has errors; ``compiled.faults`` lists them."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(f"{compiled.folder.name} has {len(compiled.faults.errors)} errors")
        self.compiled = compiled


def publish(session: Session, folder: Path, actor_id: int | None = None) -> tuple[CourseVersion, bool]:
    """Publish the course in ``folder``: the version, and whether it is new.

    Publishing the same source again changes nothing, or makes an earlier version current again.
    Raises NotPublishable.
    """
    folder = folder.resolve()
    check_digest = check_results.digest_of(folder)
    compiled = compile_course(folder)
    if compiled.document is None or not compiled.is_publishable:
        raise NotPublishable(compiled)
    document = compiled.document
    digest = source_digest(compiled.folder)
    insert_once(session, Course, slug=document.id)
    course = session.scalars(select(Course).where(Course.slug == document.id).with_for_update()).one()
    version = session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.digest == digest)
    )
    created = version is None
    if version is None:
        number = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id))
        version = CourseVersion(
            course_id=course.id,
            number=(number or 0) + 1,
            digest=digest,
            titles={language: text.title for language, text in document.texts.items()},
            minutes=document.minutes,
            document=document.model_dump(mode="json"),
        )
        session.add(version)
        session.flush()
        _store_media(session, version, compiled.folder)
    if course.current_version_id != version.id:
        course.current_version_id = version.id
        audit.record(
            session,
            "course.published",
            subject_type="course",
            subject_id=document.id,
            actor_id=actor_id,
            agency_id=None,
            version=version.number,
            digest=digest,
        )
    session.flush()
    if check_results.digest_of(folder) == check_digest:  # nobody has written in it meanwhile
        check_results.keep(session, check_digest, check_results.of_compiled(compiled))
    searching.index(session, version, document)
    return version, created


def _store_media(session: Session, version: CourseVersion, folder: Path) -> None:
    for name, path in media_files(folder).items():
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        insert_once(session, MediaFile, digest=digest, media_type=MEDIA_TYPES[path.suffix.lower()], content=content)
        session.add(CourseVersionMedia(version_id=version.id, path=name, digest=digest))
    session.flush()


def write_lock(folder: Path, document: CourseDocument) -> bool:
    """Add the document's ids to ids.lock.json, so that none vanishes later; whether the file changed."""
    path = folder / "ids.lock.json"
    ids: dict[str, str] = {}
    if path.exists():
        ids = json.loads(path.read_text("utf-8"))["ids"]
    text = document.texts[document.source_language]
    for lesson in text.lessons:
        ids.update({activity.id: activity.type for activity in lesson.activities})
    if text.assessment:
        ids.update({item.id: item.type for item in text.assessment.items})
    content = json.dumps({"ids": dict(sorted(ids.items()))}, indent=2) + "\n"
    if path.exists() and path.read_text("utf-8") == content:
        return False
    path.write_text(content, "utf-8")
    return True
