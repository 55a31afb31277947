"""Mails about learning paths: one when somebody is assigned, and one when the due date has moved.

Reminders are found by ``reminder_run`` day by day. Who has done the path is told nothing: there is nothing left to do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.catalogue.models import Course
from learning.database import batches
from learning.notifications.mail_texts import COURSES
from learning.notifications.messages import compose, mail_language
from learning.notifications.models import OutboxMessage
from learning.notifications.outbox import Letter, cancel_ids, queue, revive, waiting_for
from learning.organisation.models import Agency
from learning.paths import building
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep, Recognition
from learning.paths.standing import done_members, members_taking

AT_ONCE = 500
MARKED_AT_ONCE = 10_000
KINDS = ("assigned", "due-changed", "reminded", "renew")  # how the keys of these mails begin; the member's id follows


@dataclass(frozen=True)
class Told:
    """What every mail about an assignment says."""

    title: str
    agency: str
    path: str  # where its link leads
    steps: Sequence[PathStep]

    def courses(self, language: str) -> str:
        """The courses with their minutes, a line each: the mandatory, then each choice, then the voluntary."""
        words = COURSES[mail_language(language)]
        mandatory = [step for step in self.steps if step.mandatory]
        lines = [words.heading, *self._lines(mandatory, words.line, language)] if mandatory else []
        choices: dict[int, tuple[int, list[PathStep]]] = {}
        for step in self.steps:
            if step.choice is not None:
                choices.setdefault(step.choice.number, (step.choice.needed, []))[1].append(step)
        for _, (needed, offered) in sorted(choices.items()):
            lines.append(words.choose if needed == 1 else words.choose_some.format(needed=needed))
            lines += self._lines(offered, words.line, language)
        voluntary = [step for step in self.steps if not step.mandatory and step.choice is None]
        lines += self._lines(voluntary, words.elective, language)
        minutes = sum(step.course.current_version.minutes for step in mandatory if step.course.current_version)
        return "\n".join([*lines, words.total.format(minutes=minutes)] if mandatory else lines)

    @staticmethod
    def _lines(steps: Sequence[PathStep], line: str, language: str) -> list[str]:
        found = []
        for step in steps:
            version = step.course.current_version
            if version is not None:
                titles = version.titles
                title = titles.get(language) or titles.get("nb") or next(iter(titles.values()), "")
                found.append(line.format(title=title, minutes=version.minutes))
        return found


def start_page(path_id: int) -> str:
    """The address of a path on its learner's start page; whoever is not signed in comes there by signing in."""
    return "/sign-in?" + urlencode({"next": f"/#path-{path_id}"})


def about(session: Session, assignment: Assignment) -> Told:
    """What mails about the assignment say; a constant number of queries."""
    path = building.path_of(session, assignment.agency_id, assignment.path_id)
    agency = session.get_one(Agency, assignment.agency_id)
    return Told(assignment.path.title, agency.name, start_page(assignment.path_id), path.steps if path else [])


def _letter(member: AssignmentMember, told: Told, kind: str, key: str) -> Letter:
    language = member.person.language
    message = compose(
        kind, language, path=told.path, due_on=member.due_on, title=told.title, name=member.person.given_name,
        agency=told.agency, courses=told.courses(language),
    )  # fmt: skip
    return Letter(member.person, message, kind, key, member.agency_id)


def _assigned(member: AssignmentMember, told: Told) -> Letter:
    return _letter(member, told, "assigned", f"assigned:{member.id}:{member.joined_at.timestamp():.0f}")


def _renewal_key(member: AssignmentMember) -> str:
    return f"renew:{member.id}:{member.round}"


def _moved(member: AssignmentMember, told: Told) -> Letter:
    kind = "due-changed" if member.due_on else "due-removed"
    return _letter(member, told, kind, f"due-changed:{member.id}:{clock.now().timestamp():.0f}")


def _not_done(session: Session, member_ids: Sequence[int]) -> list[AssignmentMember]:
    members = session.scalars(
        select(AssignmentMember)
        .options(joinedload(AssignmentMember.person, innerjoin=True))
        .where(AssignmentMember.id.in_(member_ids))
    ).all()
    done = done_members(session, member_ids)
    return [member for member in members if member.id not in done]


def tell(session: Session, assignment: Assignment, member_ids: Sequence[int]) -> None:
    """Tell members of their assignment, once; not those who have done the path.

    A few are told now. Many are left to the worker (``tell_next``), so that whoever assigns need not wait while their
    mails are written.
    """
    if len(member_ids) <= AT_ONCE:
        _tell(session, assignment, member_ids)
        return
    for batch in batches(member_ids, MARKED_AT_ONCE):
        _mark(session, batch, to_be_told=True)


def tell_next(session: Session) -> int:
    """Tell some of those who are still to be told, of one assignment; how many. A constant number of queries."""
    waiting = (
        select(AssignmentMember.id, AssignmentMember.assignment_id)
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(
            AssignmentMember.to_be_told,
            AssignmentMember.left_at.is_(None),
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
        )
        .order_by(AssignmentMember.id)
        .limit(AT_ONCE)
        .with_for_update(of=AssignmentMember, skip_locked=True)  # another worker takes the next
    )
    found = session.execute(waiting).all()
    if not found:
        return 0
    assignment_id = found[0].assignment_id
    member_ids = [row.id for row in found if row.assignment_id == assignment_id]
    _tell(session, session.get_one(Assignment, assignment_id), member_ids)
    _mark(session, member_ids, to_be_told=False)
    return len(member_ids)


def _tell(session: Session, assignment: Assignment, member_ids: Sequence[int]) -> None:
    """Mails of the same cause that were cancelled before their time wait again: people come back."""
    told = about(session, assignment)
    members = _not_done(session, member_ids)
    assigned = [_assigned(member, told) for member in members]
    queue(session, assigned)
    revive(session, [letter.dedupe_key for letter in assigned])
    revive(session, [_renewal_key(member) for member in members if member.round > 1])


def _mark(session: Session, member_ids: Sequence[int], *, to_be_told: bool) -> None:
    session.execute(
        update(AssignmentMember)
        .where(AssignmentMember.id.in_(member_ids))
        .values(to_be_told=to_be_told)
        .execution_options(synchronize_session=False)
    )


def tell_of_renewal(session: Session, assignment: Assignment, member_ids: Sequence[int]) -> None:
    """Tell members that a round of renewal has begun, once each round."""
    told = about(session, assignment)
    for batch in batches(member_ids, AT_ONCE):
        members = _not_done(session, batch)
        queue(session, (_letter(member, told, "renew", _renewal_key(member)) for member in members))


def let_go(session: Session, member_ids: Sequence[int], kinds: Collection[str] = KINDS) -> None:
    """Cancel the mails about paths that wait for these members."""
    for batch in batches(member_ids, AT_ONCE):
        people = select(AssignmentMember.person_id).where(AssignmentMember.id.in_(batch))
        _cancel(session, OutboxMessage.person_id.in_(people), batch, kinds)


def _cancel(session: Session, whose: ColumnElement[bool], member_ids: Sequence[int], kinds: Collection[str]) -> None:
    wanted = {str(member_id) for member_id in member_ids}
    cancel_ids(
        session,
        [
            message_id
            for message_id, key in waiting_for(session, whose)
            if key.count(":") >= 2 and key.split(":")[0] in kinds and key.split(":")[1] in wanted
        ],
    )


def follow_new_due_dates(session: Session, assignment: Assignment, moved: Collection[int]) -> None:
    """A mail to the ``moved`` members who are not done; one of an earlier move that still waits is taken back."""
    live = _live_members(session, assignment.id)
    let_go(session, live, ("due-changed",))
    told = about(session, assignment)
    for batch in batches(live, AT_ONCE):
        queue(session, (_moved(member, told) for member in _not_done(session, batch) if member.id in moved))


def remind(session: Session, assignment: Assignment, member_ids: Sequence[int]) -> None:
    """A reminder that HR asked for, at once; one a day."""
    told = about(session, assignment)
    today = clock.today().isoformat()
    for batch in batches(member_ids, AT_ONCE):
        members = _not_done(session, batch)
        queue(session, (_letter(member, told, "reminded", f"reminded:{member.id}:{today}") for member in members))


def title_of(course: Course, language: str) -> str:
    titles = course.current_version.titles if course.current_version else {}
    return str(titles.get(language) or titles.get("nb") or course.slug)


def exempted_key(recognition_id: int) -> str:
    return f"recognition:{recognition_id}:recognition-granted"


def tell_the_exempted(session: Session, course: Course, recognition_ids: Sequence[int]) -> None:
    """The answer to each who was exempted together with others; a path that is done by it is not reminded of."""
    kind = "recognition-granted"
    for batch in batches(recognition_ids, AT_ONCE):
        found = session.scalars(
            select(Recognition)
            .options(joinedload(Recognition.person, innerjoin=True))
            .where(Recognition.id.in_(batch))
            .order_by(Recognition.id)
        ).all()
        taking = members_taking(session, [each.person_id for each in found], course.id)
        let_go(session, sorted(done_members(session, taking)))
        letters = []
        for each in found:
            person = each.person
            title = title_of(course, person.language)
            message = compose(kind, person.language, path="/recognition", title=title, name=person.given_name)
            letters.append(Letter(person, message, kind, exempted_key(each.id), each.agency_id))
        queue(session, letters)


def follow_new_steps(session: Session, assignment: Assignment) -> None:
    """The path asks for other courses: whoever is done by that hears no more, whoever is not any longer is told."""
    live = _live_members(session, assignment.id)
    for batch in batches(live, AT_ONCE):
        let_go(session, sorted(done_members(session, batch)))
    tell(session, assignment, live)


def follow_merge(session: Session, kept_id: int, merged_id: int) -> None:
    """Two accounts have become one: no mail about what was assigned twice. The daily run reminds of what holds now."""
    theirs = OutboxMessage.person_id == kept_id  # by now of both
    doubles = session.scalars(select(AssignmentMember.id).where(AssignmentMember.person_id == merged_id)).all()
    _cancel(session, theirs, doubles, KINDS)


def _live_members(session: Session, assignment_id: int) -> Sequence[int]:
    return session.scalars(
        select(AssignmentMember.id)
        .where(AssignmentMember.assignment_id == assignment_id, AssignmentMember.left_at.is_(None))
        .order_by(AssignmentMember.id)
    ).all()
