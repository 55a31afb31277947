"""Which signals from below this room listens to; the mails are queued in the sender's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from learning.catalogue.models import Course
from learning.certificates.models import Certificate
from learning.certificates.signals import certificate_issued
from learning.notifications import (
    account_mails,
    afterwards,
    competence_mails,
    culture_mails,
    development_mails,
    merging,
    path_mails,
    programme_mails,
)
from learning.notifications.messages import compose
from learning.notifications.outbox import Letter, cancel, queue
from learning.organisation.signals import people_merged, people_merging
from learning.paths.models import Assignment, Recognition
from learning.paths.signals import (
    due_changed,
    exempted_together,
    exemptions_undone,
    members_joined,
    members_left,
    members_reminded,
    recognition_decided,
    rounds_opened,
    steps_changed,
)
from learning.paths.standing import done_members, members_taking
from learning.progress.models import Completion
from learning.progress.signals import course_completed


def _tell_members(session: Session, *, assignment: Assignment, member_ids: Sequence[int], **_: Any) -> None:
    path_mails.tell(session, assignment, member_ids)


def _let_members_go(session: Session, *, member_ids: Sequence[int], **_: Any) -> None:
    path_mails.let_go(session, member_ids)


def _tell_of_new_due_dates(session: Session, *, assignment: Assignment, member_ids: Collection[int], **_: Any) -> None:
    path_mails.follow_new_due_dates(session, assignment, member_ids)


def _follow_steps(session: Session, *, assignment: Assignment, **_: Any) -> None:
    path_mails.follow_new_steps(session, assignment)


def _tell_of_renewal(session: Session, *, assignment: Assignment, member_ids: Sequence[int], **_: Any) -> None:
    path_mails.tell_of_renewal(session, assignment, member_ids)


def _remind(session: Session, *, assignment: Assignment, member_ids: Sequence[int], **_: Any) -> None:
    path_mails.remind(session, assignment, member_ids)


def _let_the_done_go(session: Session, *, completion: Completion, **_: Any) -> None:
    """A course that was the last of a path ends the mails about the path."""
    taking = members_taking(session, [completion.person_id], completion.course_id)
    path_mails.let_go(session, sorted(done_members(session, taking)))


def _tell_the_exempted(session: Session, *, course: Course, recognition_ids: Sequence[int], **_: Any) -> None:
    path_mails.tell_the_exempted(session, course, recognition_ids)


def _take_back_exemptions(session: Session, *, recognition_ids: Sequence[int], **_: Any) -> None:
    """An answer that has not gone out yet does not hold any longer."""
    cancel(session, [path_mails.exempted_key(each) for each in recognition_ids])


def _tell_of_recognition(session: Session, *, recognition: Recognition, **_: Any) -> None:
    """The answer goes to the person, and a path that is done by it is not reminded of any longer."""
    taking = members_taking(session, [recognition.person_id], recognition.course_id)
    path_mails.let_go(session, sorted(done_members(session, taking)))
    if recognition.ended_at is not None:
        return
    person = recognition.person
    kind = "recognition-granted" if recognition.granted else "recognition-refused"
    title = path_mails.title_of(recognition.course, person.language)
    message = compose(kind, person.language, path="/recognition", title=title, name=person.given_name)
    key = f"recognition:{recognition.id}:{kind}"
    queue(session, [Letter(person, message, kind, key, recognition.agency_id)])


def _tell_of_certificate(session: Session, *, certificate: Certificate, **_: Any) -> None:
    person = certificate.person
    message = compose(
        "certificate", person.language, path=f"/certificates/{certificate.code}", title=certificate.content["course"],
        name=person.given_name,
    )  # fmt: skip
    key = f"certificate:{certificate.id}"
    queue(session, [Letter(person, message, "certificate", key, certificate.completion.agency_id)])


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    members_joined.connect(_tell_members)
    members_left.connect(_let_members_go)
    due_changed.connect(_tell_of_new_due_dates)
    steps_changed.connect(_follow_steps)
    rounds_opened.connect(_tell_of_renewal)
    recognition_decided.connect(_tell_of_recognition)
    exempted_together.connect(_tell_the_exempted)
    exemptions_undone.connect(_take_back_exemptions)
    members_reminded.connect(_remind)
    course_completed.connect(_let_the_done_go)
    certificate_issued.connect(_tell_of_certificate)
    people_merging.connect(merging.move)
    people_merged.connect(merging.follow)
    account_mails.connect()
    afterwards.connect()
    competence_mails.connect()
    programme_mails.connect()
    culture_mails.connect()
    development_mails.connect()
