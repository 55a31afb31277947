"""The municipality's own framework in the demo."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.catalogue.frameworks import CompetencePlan, FrameworkPlan, Group
from learning.competences.publishing import publish_own
from learning.organisation.models import Agency, Person

# code, title, description, four levels
_LEADING = (
    (
        "FJORD.1",
        "Være til stede der tjenesten ytes",
        "Er ute blant ansatte og innbyggere, og tar med seg det som ses, inn i beslutningene.",
        (
            "Går innom alle arbeidssteder i enheten en gang i måneden.",
            "Spør en ansatt og en innbygger på hvert besøk, og noterer svarene sammen med fagansvarlig.",
            "Endrer noe i driften etter det som ble sett, og forteller dem som sa fra.",
            "Tar med andre ledere ut og lærer dem å spørre før de foreslår.",
        ),
    ),
    (
        "FJORD.2",
        "Holde det vi har lovet",
        "Avtaler hva innbyggerne kan vente seg, og sier fra i tide når det ikke går.",
        (
            "Vet hva enheten har lovet innbyggerne, og hvor det står.",
            "Ser på svartidene hver måned sammen med HR.",
            "Sier fra til innbyggerne før fristen ryker, og sier når de får svar.",
            "Avtaler med andre enheter hva de kan love sammen.",
        ),
    ),
)


def seed_framework(session: Session) -> None:
    """The municipality's own framework, in Bokmål alone, put in by its HR."""
    agency = session.scalars(select(Agency).where(Agency.slug == "fjordvik")).one()
    hr = session.scalars(select(Person).where(Person.email == "kari@fjordvik.example")).one()
    plan = FrameworkPlan(
        framework="FJORD",
        version=1,
        status="current",
        languages=["nb"],
        titles={"nb": "Slik leder vi i Fjordvik"},
        descriptions={"nb": "Det kommunen venter av alle ledere. Laget av ledere og tillitsvalgte sammen."},
        groups=[Group(id="g1", titles={"nb": "Nær innbyggerne"})],
        competences=[
            CompetencePlan(
                code=code,
                group="g1",
                titles={"nb": title},
                descriptions={"nb": about},
                levels=[{"nb": level} for level in levels],
            )
            for code, title, about, levels in _LEADING
        ],
    )
    publish_own(session, agency.id, plan, hr.id)
