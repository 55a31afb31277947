"""Finding certificates: the SQL of this room."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from learning.catalogue.models import Course
from learning.catalogue.store import titles_by_slug
from learning.certificates.models import Certificate
from learning.organisation.models import Person
from learning.progress.models import Completion

PAGE = 50


def for_person(session: Session, person_id: int) -> Sequence[Certificate]:
    """The person's certificates, newest first."""
    return session.scalars(
        select(Certificate)
        .options(joinedload(Certificate.revocation))
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()


def of_completions(session: Session, completion_ids: Sequence[int]) -> dict[int, Certificate]:
    """The certificates of these completions, by the completion's id."""
    found = session.scalars(
        select(Certificate)
        .options(joinedload(Certificate.revocation))
        .where(Certificate.completion_id.in_(completion_ids))
    )
    return {each.completion_id: each for each in found}


def by_code(session: Session, code: str) -> Certificate | None:
    """The certificate with the code, as somebody may have typed it: small letters, spaces and hyphens count not."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return session.scalar(
        select(Certificate).options(joinedload(Certificate.revocation)).where(Certificate.code == plain)
    )


def in_agency(session: Session, agency_id: int, query: str = "", page: int = 1) -> Sequence[Certificate]:
    """Certificates of completions in the agency, newest first; one more than a page when there are more."""
    statement = (
        select(Certificate)
        .join(Completion, Completion.id == Certificate.completion_id)
        .join(Person, Person.id == Certificate.person_id)
        .options(
            joinedload(Certificate.revocation),
            joinedload(Certificate.person, innerjoin=True),
            joinedload(Certificate.completion, innerjoin=True),
        )
        .where(Completion.agency_id == agency_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    titles = titles_by_slug(session) if query.strip() else {}
    for word in query.split()[:5]:
        pattern = f"%{word}%"
        # The list shows titles in the reader's language, so a title in any of them is found.
        slugs = [slug for slug, each in titles.items() if word.casefold() in " ".join(each.values()).casefold()]
        statement = statement.where(
            or_(
                Person.given_name.ilike(pattern),
                Person.family_name.ilike(pattern),
                Certificate.serial.ilike(pattern),
                Completion.course_title.ilike(pattern),
                Completion.course_id.in_(select(Course.id).where(Course.slug.in_(slugs))),
            )
        )
    return session.scalars(statement).all()


def in_agency_by_code(session: Session, agency_id: int, code: str) -> Certificate | None:
    return session.scalar(
        select(Certificate)
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Certificate.code == code, Completion.agency_id == agency_id)
    )
