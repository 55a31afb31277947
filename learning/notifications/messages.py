"""Composing mails in Bokmål, Nynorsk and English; each has a text part and a plain HTML part that work alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import current_app
from markupsafe import Markup, escape

from learning import clock
from learning.notifications.mail_texts import DUE, DUE_PAST, TEXTS, WHY

_PAGE = Markup("""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark"><title>{title}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36rem;margin:2rem auto;padding:0 1rem">
{body}<hr><p><small>{small}</small></p></body></html>
""")
_QUOTE = Markup('<blockquote style="margin:0;padding-left:1rem;border-left:3px solid">{}</blockquote>')


@dataclass(frozen=True)
class Message:
    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Link:
    """``path`` is where it leads on this site."""

    words: str
    path: str

    @property
    def address(self) -> str:
        return f"{current_app.config['SETTINGS'].base_url}{self.path}"


@dataclass(frozen=True)
class Point:
    """A point of a list: what it is called, where that leads on this site (nowhere when empty), what is said of it."""

    words: str
    path: str
    said: str

    @property
    def text(self) -> str:
        where = f"\n  {Link(self.words, self.path).address}" if self.path else ""
        return f"– {self.words}\n  {self.said}{where}"

    @property
    def html(self) -> Markup:
        words: str | Markup = escape(self.words)
        if self.path:
            words = Markup('<a href="{}">{}</a>').format(Link(self.words, self.path).address, self.words)
        return Markup("<li>{}<br>{}</li>").format(words, self.said)


@dataclass(frozen=True)
class Listed:
    """A list in a mail, with a heading unless that is empty."""

    heading: str
    points: Sequence[Point]

    @property
    def text(self) -> str:
        return "\n\n".join([*([self.heading] if self.heading else []), "\n".join(each.text for each in self.points)])

    @property
    def html(self) -> Markup:
        heading = Markup('<h2 style="font-size:1.1rem">{}</h2>').format(self.heading) if self.heading else Markup("")
        return heading + Markup("<ul>{}</ul>").format(Markup("").join(each.html for each in self.points))


def mail_language(language: str) -> str:
    """The language a mail is written in."""
    return language if language in WHY else "nb"


def day_in_words(day: date, language: str) -> str:
    return format_date(day, "d. MMMM y" if language != "en" else "d MMMM y", locale=language)


def _paragraphs(text: str) -> Markup:
    parts = (escape(part).replace("\n", Markup("<br>")) for part in text.split("\n\n"))
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)


def compose(
    kind: str,
    language: str,
    *,
    path: str,
    due_on: date | None = None,
    quote: str = "",
    lists: Sequence[Listed] = (),
    answers: Sequence[Link] = (),
    small_print: Sequence[Link] = (),
    **values: str,
) -> Message:
    """A mail of a kind. ``path`` is where its link leads; ``values`` fill the text.

    ``quote`` is somebody's own words, shown as a quotation; ``lists`` come after it; ``answers`` are links to choose
    among, before the kind's own; ``small_print`` are links at the foot.
    """
    language = mail_language(language)
    subject, body, link_words = TEXTS[kind][language]
    when = day_in_words(due_on, language) if due_on else ""
    due = (DUE_PAST if due_on < clock.today() else DUE)[language].format(date=when) if due_on else ""
    filled = {**values, "date": when, "due": due}
    body = body.format(**filled).strip()
    title = " ".join(subject.format(**filled).split())
    own = Link(link_words, path)
    text = [body]
    html = [_paragraphs(body)]
    if quote:
        text.append("\n".join(f"> {line}" for line in quote.split("\n")))
        html.append(_QUOTE.format(_paragraphs(quote)))
    text += [each.text for each in lists]
    html += [each.html for each in lists]
    if answers:
        text.append("\n".join(f"{link.words}: {link.address}" for link in answers))
        html += [Markup('<p><a href="{}">{}</a></p>').format(link.address, link.words) for link in answers]
    text.append(f"{own.words}: {own.address}")
    html.append(Markup('<p><a href="{}">{}</a></p>').format(own.address, own.words))
    foot = [WHY[language], *(f"{link.words}: {link.address}" for link in small_print)]
    small = [escape(WHY[language])]
    small += [Markup('<a href="{}">{}</a>').format(link.address, link.words) for link in small_print]
    page = _PAGE.format(language=language, title=title, body=Markup("").join(html), small=Markup("<br>").join(small))
    return Message(language, title, "\n\n".join(text) + "\n\n-- \n" + "\n".join(foot) + "\n", str(page))
