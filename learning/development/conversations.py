"""The conversation of a person with their own manager: planned, prepared by both, noted, and ended for good.

Whom it is about always sees it; the manager for as long as the person reports to them in that agency.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from learning import clock
from learning.catalogue.frameworks import FrameworkPlan
from learning.competences import published
from learning.competences.evidence_models import CompetenceLevel
from learning.competences.models import Competence
from learning.competences.published import PublishedFramework
from learning.database import insert_once
from learning.development import assessing
from learning.development.assessing import Choices
from learning.development.comparing import Line, side_by_side
from learning.development.models import Conversation, ConversationFramework, ConversationView, Side
from learning.development.signals import conversation_planned, views_given
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Person, Position
from learning.sealing import open_or_empty, seal, seal_text

LONGEST = 8_000  # characters of the notes
OTHER = {Side.PERSON: Side.MANAGER, Side.MANAGER: Side.PERSON}


class CannotDo(Exception):
    """Nothing is changed; ``reason``: "ended", "too-early", "given", "changed", "empty", "too-long" or "not-held"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Lead:
    """Who leads whom today, and in which agency."""

    person: Person
    manager: Person
    agency: Agency


@dataclass(frozen=True)
class Part:
    """One framework of a conversation. ``lines`` are there when both have given their view, else None."""

    framework_id: int
    plan: FrameworkPlan
    given: dict[Side, datetime]
    lines: Sequence[Line] | None


def _leading(today: date) -> ColumnElement[bool]:
    """The conversation's person reports to its manager in its agency today."""
    position = aliased(Position)
    return (
        select(position.id)
        .where(
            position.person_id == Conversation.person_id,
            position.reports_to_id == Conversation.manager_id,
            position.agency_id == Conversation.agency_id,
            held_on(today, position),
        )
        .exists()
    )


def leads(session: Session, *, person_id: int | None = None, manager_id: int | None = None) -> list[Lead]:
    """Who leads the person, whom the manager leads, or both; each pair once for an agency, by name."""
    person, manager = aliased(Person), aliased(Person)
    statement = (
        select(person, manager, Agency)
        .select_from(Position)
        .join(person, person.id == Position.person_id)
        .join(manager, manager.id == Position.reports_to_id)
        .join(Agency, Agency.id == Position.agency_id)
        .where(held_on(clock.today()), manager.deactivated_at.is_(None), person.deactivated_at.is_(None))
        .where(person.id != manager.id)
        .order_by(person.family_name, person.given_name, manager.family_name, manager.given_name, Agency.name)
    )
    if person_id is not None:
        statement = statement.where(Position.person_id == person_id)
    if manager_id is not None:
        statement = statement.where(Position.reports_to_id == manager_id)
    found: dict[tuple[int, int, int], Lead] = {}
    for who, whom, agency in session.execute(statement):
        found.setdefault((who.id, whom.id, agency.id), Lead(who, whom, agency))
    return list(found.values())


def _seen_by(person_id: int) -> ColumnElement[bool]:
    return or_(Conversation.person_id == person_id, and_(Conversation.manager_id == person_id, _leading(clock.today())))


def conversations_of(session: Session, reader_id: int, *, about_id: int | None = None) -> Sequence[Conversation]:
    """The conversations that a person takes part in and may see, newest first; of one person when ``about_id`` is."""
    statement = (
        select(Conversation)
        .options(joinedload(Conversation.person), joinedload(Conversation.manager), selectinload(Conversation.given))
        .where(_seen_by(reader_id))
        .order_by(Conversation.ended_at.is_not(None), Conversation.planned_on.desc(), Conversation.id.desc())
    )
    if about_id is not None:
        statement = statement.where(Conversation.person_id == about_id)
    return session.scalars(statement).all()


def conversation_for(
    session: Session, conversation_id: int, reader_id: int, *, lock: bool = False
) -> tuple[Conversation, Side] | None:
    """A conversation with the side that the reader is on; None for everybody but the two."""
    statement = select(Conversation).where(Conversation.id == conversation_id, _seen_by(reader_id))
    found = session.scalar(statement.with_for_update(of=Conversation) if lock else statement)
    if found is None:
        return None
    return found, Side.PERSON if found.person_id == reader_id else Side.MANAGER


def frameworks_to_choose(session: Session, agency_id: int) -> list[PublishedFramework]:
    return published.in_use(session, (agency_id,))


def plan(
    session: Session, lead: Lead, by: Side, frameworks: Collection[PublishedFramework], planned_on: date
) -> Conversation:
    """Plan a conversation. When one of the two is under way already, that one is it, as it was."""
    new = insert_once(
        session,
        Conversation,
        person_id=lead.person.id,
        manager_id=lead.manager.id,
        agency_id=lead.agency.id,
        planned_on=planned_on,
        notes_revision=0,
        made_at=clock.now(),
    )
    found = session.scalars(
        select(Conversation).where(
            Conversation.person_id == lead.person.id,
            Conversation.manager_id == lead.manager.id,
            Conversation.agency_id == lead.agency.id,
            Conversation.ended_at.is_(None),
        )
    ).one()
    if new:
        session.add_all(
            ConversationFramework(conversation_id=found.id, framework_id=each.framework.id, version_id=each.version.id)
            for each in frameworks
        )
        session.flush()
        conversation_planned.send(session, conversation=found, by=by)
    return found


def parts(session: Session, conversation: Conversation) -> list[Part]:
    """The conversation's frameworks with what both have given. Nothing is opened before both have."""
    given: dict[int, dict[Side, ConversationView]] = {}
    for view in session.scalars(select(ConversationView).where(ConversationView.conversation_id == conversation.id)):
        given.setdefault(view.framework_id, {})[view.side] = view
    found = []
    for each in conversation.frameworks:
        plan = published.load_plan(session, each.version_id)
        views = given.get(each.framework_id, {})
        lines = None
        if len(views) == len(Side):
            lines = side_by_side(
                plan.competences,
                assessing.opened(views[Side.PERSON].choices),
                assessing.opened(views[Side.MANAGER].choices),
                evidence_in(session, conversation, each.framework_id),
            )
        found.append(Part(each.framework_id, plan, {side: one.given_at for side, one in views.items()}, lines))
    return found


def evidence_in(session: Session, conversation: Conversation, framework_id: int) -> dict[str, int]:
    """The levels by evidence, by code: as they were at the end, or as they are now."""
    if conversation.evidence is not None:
        return assessing.opened(conversation.evidence)
    rows = session.execute(
        select(Competence.code, CompetenceLevel.level)
        .join(CompetenceLevel, CompetenceLevel.competence_id == Competence.id)
        .where(CompetenceLevel.person_id == conversation.person_id, Competence.framework_id == framework_id)
    )
    return {each.code: each.level for each in rows}


def may_give(part: Part, side: Side) -> bool:
    """The manager only after the person has shared theirs; each once."""
    return side not in part.given and (side is Side.PERSON or Side.PERSON in part.given)


def give(session: Session, conversation: Conversation, part: Part, side: Side, choices: Choices) -> None:
    """Give one's view of a framework, for both to see when both have. The person's is kept as their own too.

    Raises CannotDo.
    """
    _still_open(conversation)
    if side in part.given:
        raise CannotDo("given")
    if not may_give(part, side):
        raise CannotDo("too-early")
    new = insert_once(
        session,
        ConversationView,
        conversation_id=conversation.id,
        framework_id=part.framework_id,
        side=side,
        choices=seal(dict(choices)),
        given_at=clock.now(),
    )
    if not new:
        raise CannotDo("given")
    if side is Side.PERSON:
        version = next(each.version_id for each in conversation.frameworks if each.framework_id == part.framework_id)
        assessing.record_of_version(
            session,
            conversation.person_id,
            part.framework_id,
            version,
            choices,
            f"conversation:{conversation.id}:{part.framework_id}",
        )
    if all(side in each.given for each in parts(session, conversation)):
        views_given.send(session, conversation=conversation, by=side)


def _still_open(conversation: Conversation) -> None:
    if conversation.ended_at is not None:
        raise CannotDo("ended")


def move(session: Session, conversation: Conversation, planned_on: date) -> bool:
    """Give it a new day; whether it is another. Raises CannotDo."""
    _still_open(conversation)
    if conversation.planned_on == planned_on:
        return False
    conversation.planned_on = planned_on
    session.flush()
    return True


def notes(conversation: Conversation) -> str:
    """The notes as they are now; nothing when the key is not known."""
    return open_or_empty(conversation.notes)


def write_notes(session: Session, conversation: Conversation, side: Side, words: str, revision: int) -> bool:
    """Write the notes anew; whether they changed. The writer agrees to them, the other has yet to.

    Raises CannotDo: "changed" when the other has written since ``revision``.
    """
    _still_open(conversation)
    if not words.strip():
        raise CannotDo("empty")
    if len(words) > LONGEST:
        raise CannotDo("too-long")
    if words == notes(conversation):
        return False
    if conversation.notes_revision != revision:
        raise CannotDo("changed")
    conversation.notes = seal_text(words)
    conversation.notes_revision += 1
    mine = clock.now()
    conversation.person_agreed_at = mine if side is Side.PERSON else None
    conversation.manager_agreed_at = mine if side is Side.MANAGER else None
    session.flush()
    return True


def agree(session: Session, conversation: Conversation, side: Side, revision: int) -> None:
    """Agree to the notes as they were at ``revision``. Twice changes nothing. Raises CannotDo."""
    _still_open(conversation)
    if not conversation.notes:
        raise CannotDo("empty")
    if conversation.notes_revision != revision:
        raise CannotDo("changed")
    if side is Side.PERSON:
        conversation.person_agreed_at = conversation.person_agreed_at or clock.now()
    else:
        conversation.manager_agreed_at = conversation.manager_agreed_at or clock.now()
    session.flush()


def end(session: Session, conversation: Conversation, side: Side, held_on: date | None) -> bool:
    """End it for good, with the day it was held on, or none when it was not; whether it was under way.

    From then on nothing of it changes: the levels by evidence are kept as they are now. Raises CannotDo: "not-held"
    when the day is still to come.
    """
    if conversation.ended_at is not None:
        return False
    if held_on is not None and held_on > clock.today():
        raise CannotDo("not-held")
    evidence: dict[str, Any] = {}
    for each in conversation.frameworks:
        evidence |= evidence_in(session, conversation, each.framework_id)
    conversation.evidence = seal(evidence)
    conversation.held_on, conversation.ended_by, conversation.ended_at = held_on, side, clock.now()
    session.flush()
    return True
