"""A learner's own notes to the lessons of a course: sealed, theirs alone."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning import clock
from learning.database import insert_once
from learning.progress.models import Note
from learning.sealing import CannotOpen, open_text, seal_text

LONGEST = 20_000  # characters


class TooLong(ValueError):
    """The note has more than LONGEST characters."""


class ChangedSince(Exception):
    """The note has other words, kept after these were written."""


def notes_of(session: Session, enrolment_id: int) -> dict[str, str]:
    """The notes by lesson; one that cannot be opened is left out."""
    found = {}
    for note in session.scalars(select(Note).where(Note.enrolment_id == enrolment_id)):
        try:
            found[note.lesson_id] = open_text(note.text)
        except CannotOpen:
            continue
    return found


def keep(session: Session, enrolment_id: int, lesson_id: str, text: str, written: int | None = None) -> None:
    """Keep a note, or take it away when it is empty. Raises TooLong.

    ``written`` (seconds since 1970) is given for words that have waited for a network: newer ones are not
    overwritten by them. Raises ChangedSince.
    """
    if len(text) > LONGEST:
        raise TooLong
    if written is not None:
        kept = session.get(Note, (enrolment_id, lesson_id))
        newer = kept is not None and int(kept.changed_at.timestamp()) > written
        if newer and notes_of(session, enrolment_id).get(lesson_id) != text:
            raise ChangedSince
    if not text.strip():
        session.execute(delete(Note).where(Note.enrolment_id == enrolment_id, Note.lesson_id == lesson_id))
        return
    sealed, now = seal_text(text), clock.now()
    values = {"text": sealed, "changed_at": now}
    if not insert_once(session, Note, enrolment_id=enrolment_id, lesson_id=lesson_id, **values):
        note = session.get_one(Note, (enrolment_id, lesson_id))
        note.text, note.changed_at = sealed, now
        session.flush()
