# ruff: noqa: E501  (a mail reads best on one line)
"""What the mails say, in Bokmål and English; each has a text part and a plain HTML part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import current_app
from markupsafe import Markup, escape


@dataclass(frozen=True)
class Message:
    language: str
    subject: str
    text: str
    html: str


_TEXTS: dict[str, dict[str, tuple[str, str, str]]] = {
    # kind -> language -> subject, body, words of the link
    "assigned": {
        "nb": ("Nytt for deg: {title}", "Hei {name}.\n\nDu har fått læringsløpet «{title}».{due}\n\nDu kan ta det litt etter litt, ti minutter om gangen.", "Begynn her"),
        "en": ("New for you: {title}", "Hello {name}.\n\nYou have been assigned the learning path “{title}”.{due}\n\nYou can take it bit by bit, ten minutes at a time.", "Begin here"),
    },
    "due-soon": {
        "nb": ("Frist {date}: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» er {date}. Du har litt igjen.", "Fortsett her"),
        "en": ("Due {date}: {title}", "Hello {name}.\n\nThe learning path “{title}” is due {date}. You have a little left.", "Continue here"),
    },
    "overdue": {
        "nb": ("Fristen er gått ut: {title}", "Hei {name}.\n\nFristen for læringsløpet «{title}» var {date}. Du kan fortsatt fullføre. Si fra til HR hvis noe står i veien.", "Fortsett her"),
        "en": ("Overdue: {title}", "Hello {name}.\n\nThe learning path “{title}” was due {date}. You can still complete it. Tell HR if something is in the way.", "Continue here"),
    },
    "certificate": {
        "nb": ("Kursbevis: {title}", "Hei {name}.\n\nDu har fullført «{title}». Kursbeviset ligger klart.", "Se kursbeviset"),
        "en": ("Certificate: {title}", "Hello {name}.\n\nYou have completed “{title}”. Your certificate is ready.", "See the certificate"),
    },
    "follow-up": {
        "nb": ("{days} dager etter: {title}", "Hei {name}.\n\nFor {days} dager siden fullførte du «{title}» og la en plan.\n\n{question}", "Se planen din"),
        "en": ("{days} days on: {title}", "Hello {name}.\n\n{days} days ago you completed “{title}” and made a plan.\n\n{question}", "See your plan"),
    },
}  # fmt: skip
_DUE = {"nb": " Fristen er {date}.", "en": " It is due {date}."}
_WHY = {
    "nb": "Du får denne e-posten fordi du bruker Handlingsrom i arbeidet ditt.",
    "en": "You get this mail because you use Handlingsrom at work.",
}


def mail_language(language: str) -> str:
    """The language a mail is written in: Nynorsk readers get Bokmål until there are Nynorsk mails."""
    return "en" if language == "en" else "nb"


def day_in_words(day: date, language: str) -> str:
    return format_date(day, "d. MMMM y" if language != "en" else "d MMMM y", locale=language)


def compose(kind: str, language: str, *, path: str, due_on: date | None = None, **values: str) -> Message:
    """A mail of a kind. ``path`` is where its link leads; ``values`` fill the text."""
    language = mail_language(language)
    subject, body, link_words = _TEXTS[kind][language]
    when = day_in_words(due_on, language) if due_on else ""
    filled = {**values, "date": when, "due": _DUE[language].format(date=when) if due_on else ""}
    text = body.format(**filled)
    address = f"{current_app.config['SETTINGS'].base_url}{path}"
    why = _WHY[language]
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(escape(part)) for part in text.split("\n\n"))
    html = Markup(
        '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark"><title>{subject}</title></head>'
        '<body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:2rem auto;padding:0 1rem">'
        '{paragraphs}<p><a href="{address}">{link_words}</a></p><hr><p><small>{why}</small></p></body></html>'
    ).format(
        language=language, subject=subject.format(**filled), paragraphs=paragraphs, address=address,
        link_words=link_words, why=why,
    )  # fmt: skip
    return Message(
        language,
        " ".join(subject.format(**filled).split()),
        f"{text}\n\n{link_words}: {address}\n\n-- \n{why}\n",
        str(html),
    )
