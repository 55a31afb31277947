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


def notes_of(session: Session, enrolment_id: int) -> dict[str, str]:
    """The notes by lesson; one that cannot be opened is left out."""
    found = {}
    for note in session.scalars(select(Note).where(Note.enrolment_id == enrolment_id)):
        try:
            found[note.lesson_id] = open_text(note.text)
        except CannotOpen:
            continue
    return found


def keep(session: Session, enrolment_id: int, lesson_id: str, text: str) -> None:
    """Keep a note, or take it away when it is empty. Raises TooLong."""
    if len(text) > LONGEST:
        raise TooLong
    if not text.strip():
        session.execute(delete(Note).where(Note.enrolment_id == enrolment_id, Note.lesson_id == lesson_id))
        return
    sealed, now = seal_text(text), clock.now()
    values = {"text": sealed, "changed_at": now}
    if not insert_once(session, Note, enrolment_id=enrolment_id, lesson_id=lesson_id, **values):
        note = session.get_one(Note, (enrolment_id, lesson_id))
        note.text, note.changed_at = sealed, now
        session.flush()
