"""The words printed on a certificate. They follow the certificate's language, not the reader's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

TEXTS: dict[str, dict[str, str]] = {
    "nb": {
        "title": "Kursbevis",
        "has": "har fullført kurset",
        "outcomes": "Læringsmål for kurset",
        "minutes": "Omfang",
        "minutes_unit": "minutter",
        "score": "Resultat på sluttprøven",
        "issuer": "Utstedt av",
        "issuer_through": "%(agency)s, gjennom Handlingsrom",
        "date": "Fullført",
        "serial": "Nummer",
        "confirm": "Bekreft kursbeviset her",
        "qr": "QR-kode til siden som bekrefter kursbeviset",
    },
    "nn": {
        "title": "Kursbevis",
        "has": "har fullført kurset",
        "outcomes": "Læringsmål for kurset",
        "minutes": "Omfang",
        "minutes_unit": "minutt",
        "score": "Resultat på sluttprøva",
        "issuer": "Utferda av",
        "issuer_through": "%(agency)s, gjennom Handlingsrom",
        "date": "Fullført",
        "serial": "Nummer",
        "confirm": "Stadfest kursbeviset her",
        "qr": "QR-kode til sida som stadfestar kursbeviset",
    },
    "en": {
        "title": "Certificate of completion",
        "has": "has completed the course",
        "outcomes": "Learning outcomes of the course",
        "minutes": "Length",
        "minutes_unit": "minutes",
        "score": "Result of the final assessment",
        "issuer": "Issued by",
        "issuer_through": "%(agency)s, through Handlingsrom",
        "date": "Completed",
        "serial": "Number",
        "confirm": "Confirm this certificate at",
        "qr": "QR code to the page that confirms this certificate",
    },
}


def facts(content: dict[str, Any], serial: str, language: str) -> list[tuple[str, str]]:
    """The certificate's facts as label and value, in its language; what it does not say is left out."""
    words = TEXTS[language]
    rows = [
        (
            words["date"],
            format_date(
                date.fromisoformat(content["completed_on"]),
                "d. MMMM y" if language != "en" else "d MMMM y",
                locale=language,
            ),
        )
    ]
    rows.append((words["minutes"], f"{content['minutes']} {words['minutes_unit']}"))
    if content["score_percent"] is not None:
        rows.append((words["score"], f"{format_decimal(Decimal(content['score_percent']), locale=language)} %"))
    agency = content["agency"]
    rows.append((words["issuer"], words["issuer_through"] % {"agency": agency} if agency else "Handlingsrom"))
    rows.append((words["serial"], serial))
    return rows
