"""Who is in the demo. All of it is invented; organisation numbers are made to pass the control digit only."""

from __future__ import annotations

from dataclasses import dataclass

DEMO_PASSWORD = "demo-handlingsrom"

DEMO_SIGN_INS: list[dict[str, str]] = [
    {"name": name, "email": email, "role_label": label, "password": DEMO_PASSWORD}
    for name, email, label in (
        ("Samira Haddad", "samira@fjordvik.example", "First-line manager, municipality"),
        ("Ingrid Solheim", "ingrid@fjordvik.example", "Middle manager, municipality"),
        ("Kari Lunde", "kari@fjordvik.example", "HR, municipality"),
        ("Arne Berg", "arne@fjordvik.example", "Agency administrator, municipality"),
        ("Tone Vik", "tone@fjordvik.example", "Auditor, municipality"),
        ("Jon-Erik Moen", "jon-erik@tilsynet.example", "First-line manager, state agency"),
        ("Nils Ánte Somby", "nils.ante@tilsynet.example", "Middle manager, state agency"),
        ("Liv Dahl", "liv@tilsynet.example", "HR and author, state agency"),
        ("Per Drift", "drift@handlingsrom.example", "Platform administrator"),
    )
]


@dataclass(frozen=True)
class DemoUnit:
    """A unit with the units below it."""

    name: str
    code: str
    below: tuple[DemoUnit, ...] = ()


MUNICIPALITY = DemoUnit(
    "Fjordvik kommune",
    "1",
    (
        DemoUnit(
            "Helse og omsorg",
            "1.1",
            (
                DemoUnit("Hjemmetjenesten nord", "1.1.1"),
                DemoUnit("Hjemmetjenesten sør", "1.1.2"),
                DemoUnit("Fjordvik sykehjem", "1.1.3"),
            ),
        ),
        DemoUnit(
            "Oppvekst og utdanning",
            "1.2",
            (
                DemoUnit("Fjordvik skole", "1.2.1"),
                DemoUnit("Lia skole", "1.2.2"),
                DemoUnit("Solkroken barnehage", "1.2.3"),
            ),
        ),
        DemoUnit(
            "Teknisk og eiendom", "1.3", (DemoUnit("Vann og avløp", "1.3.1"), DemoUnit("Plan og byggesak", "1.3.2"))
        ),
        DemoUnit("Stab og utvikling", "1.4"),
    ),
)
STATE_AGENCY = DemoUnit(
    "Samfunnstilsynet",
    "T",
    (
        DemoUnit(
            "Avdeling for saksbehandling", "T1", (DemoUnit("Seksjon vest", "T1.1"), DemoUnit("Seksjon øst", "T1.2"))
        ),
        DemoUnit("Avdeling for analyse", "T2"),
        DemoUnit("HR og organisasjon", "T3"),
    ),
)

GIVEN = [
    "Anne",
    "Bjørn",
    "Camilla",
    "Dag",
    "Elin",
    "Fatima",
    "Geir",
    "Hanne",
    "Ivar",
    "Julie",
    "Knut",
    "Lena",
    "Mohammed",
    "Nina",
    "Ola",
    "Petra",
    "Rune",
    "Sara",
    "Terje",
    "Unni",
    "Vegard",
    "Wenche",
    "Yusuf",
    "Åse",
    "Mona",
    "Trond",
    "Silje",
    "Aslak",
    "Berit",
    "Eirik",
]
FAMILY = [
    "Aas",
    "Bakken",
    "Dale",
    "Eide",
    "Foss",
    "Gran",
    "Haugen",
    "Iversen",
    "Jansen",
    "Krogh",
    "Lie",
    "Myhre",
    "Nygård",
    "Olsen",
    "Persson",
    "Rud",
    "Sand",
    "Tveit",
    "Utne",
    "Voll",
    "Wold",
    "Ødegård",
    "Åmot",
    "Strand",
    "Nguyen",
    "Ali",
    "Kowalska",
    "Hætta",
    "Berge",
    "Lund",
]
