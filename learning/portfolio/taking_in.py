"""What people bring along: offered by them, decided by HR, and then evidence of competences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.competences import keeping, sources
from learning.competences.levels import EvidenceKind
from learning.database import insert_once
from learning.organisation.models import Person
from learning.portfolio import fetching
from learning.portfolio.checking import Checked, Checker, Verdict, key_set
from learning.portfolio.models import BadgeKind, TakenIn, TakenStatus, TrustedIssuer

NO_LONGER = "The badge from elsewhere no longer counts here."
OPEN_TO_PERSON = (TakenStatus.WAITING, TakenStatus.GRANTED)


class CannotDecide(Exception):
    """``reason``: "own", "not-theirs-yet" or "no-words"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Shown:
    """A badge of a file with the row that was kept of it; None when it was not good, or belongs to another agency."""

    checked: Checked
    row: TakenIn | None


def issuers_of(session: Session, agency_id: int) -> Sequence[TrustedIssuer]:
    return session.scalars(
        select(TrustedIssuer).where(TrustedIssuer.agency_id == agency_id).order_by(TrustedIssuer.name, TrustedIssuer.id)
    ).all()


def trust(
    session: Session, agency_id: int, actor_id: int, *, name: str, address: str, keys: dict[str, Any] | None
) -> bool:
    """Trust an installation; False when its address is on the list already. Raises ValueError for bad keys."""
    if keys is not None:
        key_set(keys)
    new = insert_once(
        session, TrustedIssuer, agency_id=agency_id, name=name, address=address, keys=keys, added_at=clock.now()
    )
    if new:
        audit.record(
            session, "issuer.trusted", subject_type="issuer", subject_id=address, actor_id=actor_id,
            agency_id=agency_id, name=name,
        )  # fmt: skip
    return new


def distrust(session: Session, issuer: TrustedIssuer, actor_id: int) -> None:
    """Take an issuer off the list. What was taken in from it before stays until HR ends it."""
    audit.record(
        session, "issuer.removed", subject_type="issuer", subject_id=issuer.address, actor_id=actor_id,
        agency_id=issuer.agency_id, name=issuer.name,
    )  # fmt: skip
    session.delete(issuer)
    session.flush()


def look_over(session: Session, person: Person, agency_id: int, tokens: Sequence[str]) -> list[Shown]:
    """Check the badges of a file, and keep the good ones as offered. Once more makes no doubles."""
    trusted = {each.address: each for each in issuers_of(session, agency_id)}
    checker = Checker(trusted, person.email, fetching.fetch, clock.now())
    checked = [checker.check(token) for token in tokens]
    return [Shown(each, _offer(session, person.id, agency_id, each, trusted)) for each in checked]


def _offer(
    session: Session, person_id: int, agency_id: int, checked: Checked, trusted: dict[str, TrustedIssuer]
) -> TakenIn | None:
    if checked.verdict is not Verdict.GOOD or checked.happened_on is None:
        return None
    address = next(each for each in trusted if checked.issuer.startswith(f"{each}/"))
    insert_once(
        session, TakenIn, person_id=person_id, agency_id=agency_id, credential_id=checked.credential_id,
        issuer_name=checked.issuer_name, issuer_address=address, kind=checked.kind, title=checked.title,
        codes=list(checked.codes), level=checked.level, happened_on=checked.happened_on, until=checked.until,
        same_email=checked.same_email, revocation_known=checked.revocation_known, status=TakenStatus.OFFERED,
        verified_at=clock.now(),
    )  # fmt: skip
    row = session.scalar(
        select(TakenIn)
        .where(TakenIn.person_id == person_id, TakenIn.credential_id == checked.credential_id)
        .with_for_update()
    )
    if row is not None and row.status is TakenStatus.OFFERED:
        row.agency_id = agency_id
    session.flush()
    return row


def ask(session: Session, person_id: int, ids: Collection[int]) -> int:
    """Send what was offered to HR; what was not chosen is forgotten. How many were sent; once more sends none."""
    chosen = session.scalars(
        select(TakenIn)
        .where(TakenIn.person_id == person_id, TakenIn.status == TakenStatus.OFFERED, TakenIn.id.in_(ids))
        .with_for_update()
    ).all()
    for each in chosen:
        each.status = TakenStatus.WAITING
        _note(session, "portfolio.offered", each, person_id)
    session.flush()
    if chosen:
        session.execute(delete(TakenIn).where(TakenIn.person_id == person_id, TakenIn.status == TakenStatus.OFFERED))
    return len(chosen)


def _note(session: Session, action: str, row: TakenIn, actor_id: int) -> None:
    audit.record(
        session, action, subject_type="person", subject_id=row.person_id, actor_id=actor_id, agency_id=row.agency_id,
        badge=row.title, issuer=row.issuer_name,
    )  # fmt: skip


def of_person(session: Session, person_id: int) -> Sequence[TakenIn]:
    """What the person has brought, newest first; not what was only looked over."""
    return session.scalars(
        select(TakenIn)
        .options(joinedload(TakenIn.agency, innerjoin=True))
        .where(TakenIn.person_id == person_id, TakenIn.status != TakenStatus.OFFERED)
        .order_by(TakenIn.id.desc())
    ).all()


def in_agency(session: Session, agency_id: int) -> Sequence[TakenIn]:
    """What people of the agency have brought; what waits goes first."""
    found = session.scalars(
        select(TakenIn)
        .options(joinedload(TakenIn.person, innerjoin=True), joinedload(TakenIn.decided_by))
        .where(TakenIn.agency_id == agency_id, TakenIn.status != TakenStatus.OFFERED)
        .order_by(TakenIn.id.desc())
        .limit(500)
    ).all()
    return sorted(found, key=lambda each: each.status is not TakenStatus.WAITING)


def one_of_agency(session: Session, agency_id: int, taken_id: int) -> TakenIn | None:
    """Held until the commit."""
    return session.scalar(
        select(TakenIn)
        .where(TakenIn.id == taken_id, TakenIn.agency_id == agency_id, TakenIn.status != TakenStatus.OFFERED)
        .with_for_update()
    )


def one_of_person(session: Session, person_id: int, taken_id: int) -> TakenIn | None:
    """Held until the commit."""
    return session.scalar(
        select(TakenIn)
        .where(TakenIn.id == taken_id, TakenIn.person_id == person_id, TakenIn.status != TakenStatus.OFFERED)
        .with_for_update()
    )


def kind_of(row: TakenIn) -> EvidenceKind:
    """A course counts as one taken here. A level above the first counts as prior learning: how it came about is not
    known here, so it speaks of level 2 however high it was.
    """
    return EvidenceKind.PRIOR_LEARNING if row.level is not None and row.level > 1 else EvidenceKind.COMPLETION


def grant(session: Session, row: TakenIn, actor_id: int, *, is_theirs: bool) -> bool:
    """Say yes, which makes evidence; whether that changed anything. Raises CannotDecide.

    ``is_theirs``: HR has made sure that a badge for another e-mail address is the person's own.
    """
    if actor_id == row.person_id:
        raise CannotDecide("own")
    if row.status is not TakenStatus.WAITING:
        return False
    if not (row.same_email or is_theirs):
        raise CannotDecide("not-theirs-yet")
    _decide(session, row, TakenStatus.GRANTED, actor_id, None)
    _note(session, "portfolio.granted", row, actor_id)
    keeping.add(
        session,
        row.person_id,
        sources.ids_of(session, row.codes),
        kind_of(row),
        source=f"portfolio:{row.id}",
        origin=f"badge-{row.id}",  # no course of this installation
        happened_on=row.happened_on,
        until=row.until,
        agency_id=row.agency_id,
        by_id=actor_id,
    )
    return True


def decline(session: Session, row: TakenIn, actor_id: int, answer: str) -> bool:
    """Say no before a yes, or end it after one; whether that changed anything. Raises CannotDecide without words."""
    if actor_id == row.person_id:
        raise CannotDecide("own")
    if row.status not in OPEN_TO_PERSON:
        return False
    if not 5 <= len(answer) <= 500:
        raise CannotDecide("no-words")
    ends = row.status is TakenStatus.GRANTED
    _decide(session, row, TakenStatus.ENDED if ends else TakenStatus.DECLINED, actor_id, answer)
    _note(session, "portfolio.ended" if ends else "portfolio.declined", row, actor_id)
    sources.withdraw_from(session, row.person_id, f"portfolio:{row.id}", NO_LONGER)
    return True


def take_back(session: Session, row: TakenIn) -> bool:
    """The person no longer wants it to count; whether that changed anything."""
    if row.status not in OPEN_TO_PERSON:
        return False
    _decide(session, row, TakenStatus.WITHDRAWN, row.person_id, None)
    _note(session, "portfolio.withdrawn", row, row.person_id)
    sources.withdraw_from(session, row.person_id, f"portfolio:{row.id}", NO_LONGER)
    return True


def _decide(session: Session, row: TakenIn, status: TakenStatus, actor_id: int, answer: str | None) -> None:
    row.status, row.decided_by_id, row.decided_at, row.answer = status, actor_id, clock.now(), answer
    session.flush()


def in_own_data(session: Session, person_id: int) -> list[dict[str, Any]]:
    """For the person's own data: all that is kept of what they brought."""
    return [
        {
            "title": each.title,
            "issuer": each.issuer_name,
            "credential": each.credential_id,
            "kind": (BadgeKind(each.kind)).value,
            "level": each.level,
            "competences": each.codes,
            "on": each.happened_on.isoformat(),
            "until": each.until.isoformat() if each.until else None,
            "agency": each.agency.name,
            "status": each.status.value,
        }
        for each in of_person(session, person_id)
    ]
