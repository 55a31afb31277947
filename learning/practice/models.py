"""Follow-ups of plans and promises, rounds of recall, pairs, what is shared in them, and notes to a manager."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from learning import clock
from learning.database import Base, BigId, text_enum
from learning.organisation.models import Person
from learning.progress.models import Enrolment


class FollowUpKind(StrEnum):
    PLAN = "plan"
    COMMITMENT = "commitment"


class Outcome(StrEnum):
    """The one-click answers to how it went."""

    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not-yet"
    DROPPED = "dropped"  # no longer relevant


class FollowUp(Base):
    """A day on which a learner is asked how a plan or promise went; the words themselves stay in the answers."""

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id", "days"),
        Index("ix_follow_up_person_id_due_on", "person_id", "due_on"),
        CheckConstraint("days > 0", name="after"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lesson_id: Mapped[str] = mapped_column(String(60))
    activity_id: Mapped[str] = mapped_column(String(60))
    kind: Mapped[FollowUpKind] = mapped_column(text_enum(FollowUpKind))
    days: Mapped[int]
    due_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    enrolment: Mapped[Enrolment] = relationship()
    person: Mapped[Person] = relationship()
    answers: Mapped[list[FollowUpAnswer]] = relationship(back_populates="follow_up", order_by="FollowUpAnswer.id")


class FollowUpAnswer(Base):
    """How it went, as told at that moment; the last one counts. Append-only. ``words`` are sealed."""

    __tablename__ = "follow_up_answer"
    __table_args__ = (UniqueConstraint("follow_up_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"))
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    words: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    follow_up: Mapped[FollowUp] = relationship(back_populates="answers")


class RecallRound(Base):
    """A few questions on one day from what a person has completed.

    ``items``: each ``version_id``, ``item_id`` and ``day`` (2, 7, 30 or 90 days after that completion).
    """

    __tablename__ = "recall_round"
    __table_args__ = (UniqueConstraint("person_id", "due_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(2))
    seed: Mapped[int] = mapped_column(BigId)
    items: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()
    answers: Mapped[list[RecallAnswer]] = relationship(back_populates="round", order_by="RecallAnswer.item_id")


class RecallAnswer(Base):
    """The first answer to one question of a round: what was remembered. Append-only."""

    __tablename__ = "recall_answer"

    round_id: Mapped[int] = mapped_column(ForeignKey("recall_round.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(130), primary_key=True)  # course:item
    answer: Mapped[dict[str, Any]]
    correct: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    round: Mapped[RecallRound] = relationship(back_populates="answers")


class MailChoice(Base):
    """What a person has said no to. No row: they have said nothing, and get it."""

    __tablename__ = "mail_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    recall: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class PairStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class LearningPair(Base):
    """A learner and the colleague they chose for one course. At most one open pair a learner and course."""

    __tablename__ = "learning_pair"
    __table_args__ = (
        CheckConstraint("partner_id <> person_id", name="two_people"),
        Index(
            "uq_learning_pair_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("status IN ('invited', 'active')"),
            postgresql_where=text("status IN ('invited', 'active')"),
        ),
        Index("ix_learning_pair_partner_id", "partner_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    status: Mapped[PairStatus] = mapped_column(text_enum(PairStatus), default=PairStatus.INVITED)
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    partner: Mapped[Person] = relationship(foreign_keys=[partner_id])
    shared: Mapped[list[SharedAnswer]] = relationship(back_populates="pair", order_by="SharedAnswer.shared_at")


class SharedAnswer(Base):
    """An activity whose answer the partner may read; what they see is the newest answer, until it is taken back."""

    __tablename__ = "shared_answer"

    pair_id: Mapped[int] = mapped_column(ForeignKey("learning_pair.id"), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    shared_at: Mapped[datetime] = mapped_column(default=clock.now)

    pair: Mapped[LearningPair] = relationship(back_populates="shared")


class NoteMoment(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class ManagerNote(Base):
    """A note that a learner sent to their own manager: to whom, when, and the sealed words. Sent once a moment."""

    __tablename__ = "manager_note"
    __table_args__ = (UniqueConstraint("enrolment_id", "moment"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    moment: Mapped[NoteMoment] = mapped_column(text_enum(NoteMoment))
    words: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)

    enrolment: Mapped[Enrolment] = relationship()
    manager: Mapped[Person] = relationship()
