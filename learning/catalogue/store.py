"""Published courses: the SQL of this room, and documents kept in memory since they never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning.catalogue.document import CourseDocument
from learning.catalogue.models import Course, CourseVersion, CourseVersionMedia, MediaFile

MOST_KEPT = 256
_documents: OrderedDict[str, CourseDocument] = OrderedDict()  # by digest; the longest unused first
_lock = Lock()


def load_document(session: Session, version_id: int) -> CourseDocument:
    """The compiled course of a version. Raises LookupError when there is no such version."""
    digest = session.scalar(select(CourseVersion.digest).where(CourseVersion.id == version_id))
    if digest is None:
        raise LookupError(f"no course version {version_id}")
    with _lock:
        if digest in _documents:
            _documents.move_to_end(digest)
            return _documents[digest]
    content = session.scalar(select(CourseVersion.document).where(CourseVersion.id == version_id))
    document = CourseDocument.model_validate(content)
    with _lock:
        _documents[digest] = document
        while len(_documents) > MOST_KEPT:
            _documents.popitem(last=False)
    return document


def course_by_slug(session: Session, slug: str) -> Course | None:
    return session.scalar(select(Course).where(Course.slug == slug))


def version_of(session: Session, course_id: int, number: int) -> CourseVersion | None:
    return session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.number == number)
    )


def current_versions(session: Session) -> list[CourseVersion]:
    """The current version of every course that takes learners, by slug."""
    return list(
        session.scalars(
            select(CourseVersion)
            .join(Course, Course.current_version_id == CourseVersion.id)
            .options(joinedload(CourseVersion.course, innerjoin=True))
            .where(Course.withdrawn_at.is_(None))
            .order_by(Course.slug)
        )
    )


def titles_by_slug(session: Session) -> dict[str, dict[str, str]]:
    """The titles of every course's current version by language, also of courses that take no more learners."""
    found = session.execute(
        select(Course.slug, CourseVersion.titles).join(CourseVersion, CourseVersion.id == Course.current_version_id)
    )
    return {slug: dict(titles) for slug, titles in found}


def all_versions(session: Session) -> Sequence[CourseVersion]:
    """Every version of every course, newest first within a course."""
    return session.scalars(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(joinedload(CourseVersion.course, innerjoin=True))
        .order_by(Course.slug, CourseVersion.number.desc())
    ).all()


def media_file(session: Session, slug: str, version_number: int, path: str) -> MediaFile | None:
    return session.scalar(
        select(MediaFile)
        .join(CourseVersionMedia, CourseVersionMedia.digest == MediaFile.digest)
        .join(CourseVersion, CourseVersion.id == CourseVersionMedia.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.slug == slug, CourseVersion.number == version_number, CourseVersionMedia.path == path)
    )
