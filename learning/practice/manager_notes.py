"""A note from a learner to their own manager, before and after a course: theirs to write, and to send or not."""

from __future__ import annotations

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.catalogue.document import CourseText
from learning.database import insert_once
from learning.organisation.models import Person
from learning.practice.models import ManagerNote, NoteMoment
from learning.practice.signals import manager_note_sent
from learning.progress.completing import current_position
from learning.progress.models import Enrolment
from learning.sealing import seal_text

LONGEST = 4_000  # characters


class CannotSend(Exception):
    """The note was not sent; ``reason``: "no-manager", "empty" or "too-long"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def own_manager(session: Session, person_id: int) -> Person | None:
    """The line manager in the person's current position, if one is registered there."""
    position = current_position(session, person_id)
    if position is None or position.reports_to_id is None:
        return None
    manager = session.get(Person, position.reports_to_id)
    return manager if manager is not None and manager.deactivated_at is None else None


def draft(text: CourseText, moment: NoteMoment) -> str:
    """The course's note as plain text to edit: paragraphs and list items on lines of their own."""
    note = text.manager_note
    if note is None:
        return ""
    return plain_paragraphs(note.before_html if moment is NoteMoment.BEFORE else note.after_html)


def plain_paragraphs(html: str) -> str:
    """Plain text of simple HTML, with a blank line between paragraphs and a hyphen before list items."""
    marked = html.replace("\n", " ").replace("<li>", "<li>- ").replace("</li>", "</li>\n").replace("</p>", "</p>\n\n")
    marked = marked.replace("</ul>", "</ul>\n").replace("</ol>", "</ol>\n").replace("<br>", "\n")
    lines = [" ".join(Markup(line).striptags().split()) for line in marked.split("\n")]  # noqa: S704  (tags are taken)
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def sent(session: Session, enrolment_id: int) -> dict[NoteMoment, ManagerNote]:
    """The notes that were sent, by moment."""
    found = session.scalars(select(ManagerNote).where(ManagerNote.enrolment_id == enrolment_id))
    return {note.moment: note for note in found}


def send(session: Session, enrolment: Enrolment, moment: NoteMoment, words: str) -> bool:
    """Send the note to the learner's own manager; whether it was new. Sent once for each moment.

    Raises CannotSend.
    """
    manager = own_manager(session, enrolment.person_id)
    if manager is None:
        raise CannotSend("no-manager")
    if not words.strip():
        raise CannotSend("empty")
    if len(words) > LONGEST:
        raise CannotSend("too-long")
    new = insert_once(
        session,
        ManagerNote,
        enrolment_id=enrolment.id,
        manager_id=manager.id,
        moment=moment,
        words=seal_text(words),
        sent_at=clock.now(),
    )
    if new:
        note = session.scalars(
            select(ManagerNote).where(ManagerNote.enrolment_id == enrolment.id, ManagerNote.moment == moment)
        ).one()
        manager_note_sent.send(session, note=note, words=words)
    return new
