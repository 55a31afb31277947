"""What others have seen in the demo: a confirmation, a question that waits; and a level that is contested."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.competences import confirming, contesting, published, registering
from learning.organisation.holding import held_on
from learning.organisation.models import Agency, Level, Person, Position

SEEN = "Hun lot alle skrive ned risikoer hver for seg før vi snakket, og verneombudet fikk ordet først."
STAY = "Seks måneder som fungerende enhetsleder i Hjemmetjenesten sør"
CONTESTED = "Jeg har ledet risikomøter i to år. Kurset sier bare noe om begynnelsen."


def seed_competences(session: Session) -> None:
    """Nothing without frameworks."""
    risk = published.current(session, "RM")
    if risk is None:
        return
    ids = published.competence_ids(session, risk)
    agency = session.scalars(select(Agency).where(Agency.slug == "fjordvik")).one()
    samira = session.scalars(select(Person).where(Person.email == "samira@fjordvik.example")).one()
    hr = session.scalars(select(Person).where(Person.email == "kari@fjordvik.example")).one()
    others = session.scalars(
        select(Person)
        .join(Position, Position.person_id == Person.id)
        .where(
            Position.agency_id == agency.id, Position.level == Level.FIRST_LINE, Person.id != samira.id,
            held_on(clock.today()),
        )
        .order_by(Person.id)
    ).all()  # fmt: skip
    leader = session.scalars(select(Person).where(Person.email == "ingrid@fjordvik.example")).one()
    jon = session.scalars(select(Person).where(Person.email == "jon-erik@tilsynet.example")).one()
    registering.add_placement(
        session, samira.id, [ids["RM.1"], ids["RM.4"]], ended_on=clock.today() - timedelta(days=200), words=STAY,
        agency_id=agency.id, actor_id=hr.id, key="demo",
    )  # fmt: skip
    if others:
        asked = confirming.ask(session, samira.id, ids["RM.1"], others[0].email)
        confirming.confirm(session, asked, 3, SEEN)
    contesting.contest(session, jon.id, ids["RM.1"], CONTESTED)
    confirming.ask(session, samira.id, ids["RM.2"], leader.email)
