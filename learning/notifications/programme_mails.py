"""Mails about programmes: a place, invitations that calendars act on, changes, cancellations, reminders.

Invitations hold links that answer for somebody, so they are sealed in the outbox. Reminders are composed on their own
day, from what holds then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.notifications.gathering_events import invitation
from learning.notifications.mail_texts import COMING, MEETING, PLACE, REPLIES
from learning.notifications.messages import Link, Message, compose, day_in_words, mail_language
from learning.notifications.models import OutboxMessage
from learning.notifications.outbox import Letter, cancel_ids, morning, queue
from learning.organisation.models import Person
from learning.programmes import attendance, cohorts, gatherings, participants, reply_links
from learning.programmes.attendance import NO_MARK, Mark
from learning.programmes.models import Cohort, CohortMember, Gathering, Reply
from learning.programmes.signals import (
    cohort_cancelled,
    facilitators_added,
    gathering_announced,
    gathering_cancelled,
    participants_joined,
    participants_left,
)
from learning.programmes.times import local
from learning.programmes.wording import when_in_words

DAYS_BEFORE = 2
# How the keys of the mails about a gathering begin; its id and the person's follow.
INVITE, CANCEL, REMINDER, WHO_COMES = "gathering-invite", "gathering-cancel", "gathering-reminder", "gathering-replies"


def _page(cohort: Cohort) -> str:
    return f"/my/programmes/{cohort.id}"


def _words(
    kind: str, gathering: Gathering, person: Person, path: str, *, asks: bool = False, replies: str = ""
) -> Message:
    """A mail about a gathering; with ``asks`` its reader can answer in one click."""
    language = mail_language(person.language)
    when = when_in_words(gathering.starts_at, gathering.ends_at, language)
    details = [when[0].upper() + when[1:]]
    if gathering.place:
        details.append(PLACE[language].format(place=gathering.place))
    if gathering.link:
        details.append(MEETING[language].format(link=gathering.link))
    return compose(
        kind,
        language,
        path=path,
        due_on=local(gathering.starts_at).date(),
        answers=_answers(gathering, person, language) if asks else (),
        name=person.given_name,
        agency=gathering.cohort.agency.name,
        programme=gathering.cohort.name,
        title=gathering.title,
        when=when,
        details="\n".join(details),
        replies=replies,
    )


def _answers(gathering: Gathering, person: Person, language: str) -> list[Link]:
    token = reply_links.sign(gathering.id, person.id)
    return [Link(words, f"/gathering-reply/{token}?how={how}") for how, words in COMING[language].items()]


def _calendar(gathering: Gathering, person: Person, reply: Reply, method: str) -> str:
    settings = current_app.config["SETTINGS"]
    address = f"{settings.base_url}{_page(gathering.cohort)}"
    return invitation(gathering, person, reply, sender=settings.mail_from, address=address, method=method)


def _invite(gathering: Gathering, person: Person, kind: str, mark: Mark) -> Letter:
    message = _words(kind, gathering, person, _page(gathering.cohort), asks=True)
    return Letter(
        person, message, kind, f"{INVITE}:{gathering.id}:{person.id}:{gathering.sequence}",
        gathering.cohort.agency_id, is_private=True,
        calendar=_calendar(gathering, person, mark.reply, "REQUEST"), calendar_method="REQUEST",
    )  # fmt: skip


def _take_back(gathering: Gathering, person: Person, kind: str, path: str) -> Letter:
    message = _words(kind, gathering, person, path)
    return Letter(
        person, message, kind, f"{CANCEL}:{gathering.id}:{person.id}:{gathering.sequence}",
        gathering.cohort.agency_id,
        calendar=_calendar(gathering, person, Reply.NONE, "CANCEL"), calendar_method="CANCEL",
    )  # fmt: skip


def _stop(session: Session, prefixes: Sequence[str], person_ids: Collection[int]) -> set[int]:
    """Cancel the mails to these people that wait, of the reasons that begin so; who has been sent one already.

    A mail that is on its way out counts as sent: a calendar may have it.
    """
    found = session.execute(
        select(OutboxMessage.id, OutboxMessage.person_id, OutboxMessage.sent_at, OutboxMessage.tries).where(
            OutboxMessage.person_id.in_(person_ids),
            or_(*(OutboxMessage.dedupe_key.startswith(prefix, autoescape=True) for prefix in prefixes)),
        )
    ).all()
    cancel_ids(session, [message_id for message_id, _, sent_at, _ in found if sent_at is None])
    return {person_id for _, person_id, sent_at, tries in found if person_id and (sent_at is not None or tries)}


def _stop_invitations(session: Session, gathering: Gathering, people: Sequence[Person]) -> set[int]:
    """Let nothing wait that is no longer so; who has an invitation already."""
    ids = [person.id for person in people]
    leaders = [person.id for person in cohorts.facilitators(session, gathering.cohort_id)]
    _stop(session, [f"{REMINDER}:{gathering.id}:"], ids)
    _stop(session, [f"{WHO_COMES}:{gathering.id}:"], leaders)
    return _stop(session, [f"{INVITE}:{gathering.id}:"], ids)


def _announce(session: Session, *, gathering: Gathering, **_: Any) -> None:
    people = participants.to_tell(session, gathering.cohort)
    invited = _stop_invitations(session, gathering, people)
    if gathering.ends_at <= clock.now():
        return
    marks = attendance.of_gathering(session, gathering.id)
    queue(
        session,
        (
            _invite(
                gathering, person, "gathering-changed" if person.id in invited else "gathering-invited",
                marks.get(person.id, NO_MARK),
            )
            for person in people
        ),
    )  # fmt: skip


def _call_off(session: Session, *, gathering: Gathering, **_: Any) -> None:
    people = participants.to_tell(session, gathering.cohort)
    invited = _stop_invitations(session, gathering, people)
    if gathering.ends_at > clock.now():
        page = _page(gathering.cohort)
        queue(
            session,
            (_take_back(gathering, person, "gathering-cancelled", page) for person in people if person.id in invited),
        )


def _to_programme(cohort: Cohort, person: Person, kind: str, key: str, path: str) -> Letter:
    language = mail_language(person.language)
    message = compose(
        kind, language, path=path, name=person.given_name, agency=cohort.agency.name, programme=cohort.name,
        starts=day_in_words(cohort.starts_on, language),
    )  # fmt: skip
    return Letter(person, message, kind, key, cohort.agency_id)


def _welcome(session: Session, *, cohort: Cohort, person_ids: Collection[int], **_: Any) -> None:
    people = participants.to_tell(session, cohort, person_ids)
    joined = clock.now().timestamp()
    queue(
        session,
        (
            _to_programme(
                cohort, person, "programme-joined", f"programme-joined:{cohort.id}:{person.id}:{joined:.0f}",
                _page(cohort),
            )
            for person in people
        ),
    )  # fmt: skip
    for gathering in gatherings.ahead(session, cohort.id):
        queue(session, (_invite(gathering, person, "gathering-invited", NO_MARK) for person in people))


def _say_goodbye(session: Session, *, cohort: Cohort, person_ids: Collection[int], **_: Any) -> None:
    _stop(session, [f"programme-joined:{cohort.id}:"], person_ids)
    people = session.scalars(
        select(Person).where(Person.id.in_(participants.here(session, cohort.agency_id, person_ids)))
    ).all()
    for gathering in gatherings.ahead(session, cohort.id):
        _stop(session, [f"{REMINDER}:{gathering.id}:"], person_ids)
        invited = _stop(session, [f"{INVITE}:{gathering.id}:"], person_ids)
        letters = [
            _take_back(gathering, person, "gathering-left", "/my/programmes")
            for person in people
            if person.id in invited
        ]
        queue(session, letters)


def _tell_facilitators(session: Session, *, cohort: Cohort, person_ids: Collection[int], **_: Any) -> None:
    kind = "programme-facilitator"
    queue(
        session,
        (
            _to_programme(cohort, person, kind, f"{kind}:{cohort.id}:{person.id}", f"/facilitate/{cohort.id}")
            for person in cohorts.facilitators(session, cohort.id)
            if person.id in person_ids
        ),
    )


def _tell_of_the_end(session: Session, *, cohort: Cohort, **_: Any) -> None:
    people = participants.to_tell(session, cohort)
    leaders = cohorts.facilitators(session, cohort.id)
    _stop(session, [f"programme-joined:{cohort.id}:"], [person.id for person in people])
    _stop(session, [f"programme-facilitator:{cohort.id}:"], [person.id for person in leaders])
    kind = "programme-cancelled"
    here = participants.here(session, cohort.agency_id, [person.id for person in leaders])
    told = {person.id: person for person in (*people, *(each for each in leaders if each.id in here))}
    queue(
        session,
        (
            _to_programme(cohort, person, kind, f"{kind}:{cohort.id}:{person.id}", "/my/programmes")
            for person in told.values()
        ),
    )


def queue_due(session: Session, today: date) -> int:
    """Remind of the gatherings two days from now, or nearer when nothing ran that day; how many mails are new.

    What was announced on that day or later needs no reminder, and neither does who has said no.
    """
    soon = session.scalars(
        select(Gathering)
        .options(joinedload(Gathering.cohort, innerjoin=True).joinedload(Cohort.agency, innerjoin=True))
        .join(Cohort, Cohort.id == Gathering.cohort_id)
        .where(
            Gathering.cancelled_at.is_(None),
            Cohort.cancelled_at.is_(None),
            Gathering.starts_at > clock.now(),
            Gathering.starts_at < clock.start_of_day(today + timedelta(days=DAYS_BEFORE + 1)),
        )
        .order_by(Gathering.starts_at, Gathering.id)
    ).all()
    return sum(queue(session, _due(session, gathering)) for gathering in soon)


def _due(session: Session, gathering: Gathering) -> Iterator[Letter]:
    day = local(gathering.starts_at).date()
    told_on = day - timedelta(days=DAYS_BEFORE)
    from_then = clock.start_of_day(told_on)
    if gathering.announced_at >= from_then:
        return
    cohort, when = gathering.cohort, morning(told_on)
    people = participants.to_tell(session, cohort)
    marks = attendance.of_gathering(session, gathering.id)
    new = set(
        session.scalars(
            select(CohortMember.person_id).where(
                CohortMember.cohort_id == cohort.id, CohortMember.joined_at >= from_then
            )
        )
    )
    leaders = cohorts.facilitators(session, cohort.id)
    here = participants.here(session, cohort.agency_id, [person.id for person in leaders])
    known = _known(session, gathering.id, {person.id for person in (*people, *leaders)})
    for person in people:
        key = f"{REMINDER}:{gathering.id}:{person.id}:{day.isoformat()}"
        if key in known or person.id in new or marks.get(person.id, NO_MARK).reply is Reply.NO:
            continue
        message = _words("gathering-reminder", gathering, person, _page(cohort), asks=True)
        yield Letter(person, message, "gathering-reminder", key, cohort.agency_id, not_before=when, is_private=True)
    for person in leaders:
        key = f"{WHO_COMES}:{gathering.id}:{person.id}:{day.isoformat()}"
        if key in known or person.id not in here:
            continue
        page = f"/facilitate/{cohort.id}/gatherings/{gathering.id}"
        replies = _who(people, marks, mail_language(person.language))
        message = _words("gathering-replies", gathering, person, page, replies=replies)
        yield Letter(person, message, "gathering-replies", key, cohort.agency_id, not_before=when)


def _known(session: Session, gathering_id: int, person_ids: Collection[int]) -> set[str]:
    """The reminders of a gathering that have been queued already."""
    return set(
        session.scalars(
            select(OutboxMessage.dedupe_key).where(
                OutboxMessage.person_id.in_(person_ids),
                or_(
                    OutboxMessage.dedupe_key.startswith(f"{REMINDER}:{gathering_id}:", autoescape=True),
                    OutboxMessage.dedupe_key.startswith(f"{WHO_COMES}:{gathering_id}:", autoescape=True),
                ),
            )
        )
    )


def _who(people: Sequence[Person], marks: dict[int, Mark], language: str) -> str:
    """Who comes, who does not, and who has not said: a line for each that is not empty."""
    lines = []
    for reply in (Reply.YES, Reply.NO, Reply.NONE):
        names = sorted(person.name for person in people if marks.get(person.id, NO_MARK).reply is reply)
        if names:
            lines.append(REPLIES[language][reply.value].format(count=len(names), names=", ".join(names)))
    return "\n".join(lines)


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    facilitators_added.connect(_tell_facilitators)
    participants_joined.connect(_welcome)
    participants_left.connect(_say_goodbye)
    gathering_announced.connect(_announce)
    gathering_cancelled.connect(_call_off)
    cohort_cancelled.connect(_tell_of_the_end)
