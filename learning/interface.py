"""What every page needs: language, theme, security headers, CSRF, error pages, template filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale, gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from learning.cards import as_cards
from learning.database import LARGEST_ID

csrf = CSRFProtect()
babel = Babel()

_COURSE_LINK = re.compile(r'<a [^>]*href="course:[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def choose_language() -> str:
    """The interface language: the person's own, then the cookie, then the browser's, then the default."""
    settings = current_app.config["SETTINGS"]
    known = settings.interface_languages
    wishes = [request.cookies.get("language", "")]
    if current_user.is_authenticated:
        wishes.insert(0, current_user.person.language)
    for wish in wishes:
        if wish in known:
            return str(wish)
        if wish == "nn" and "nb" in known:
            return "nb"
    accepted = request.accept_languages.best_match([*known, "no", "nn"])
    return {"no": "nb", "nn": "nn" if "nn" in known else "nb"}.get(
        accepted or "", accepted or settings.default_language
    )


def interface_language() -> str:
    """The language of this request, as nb, nn or en."""
    return str(get_locale() or "nb").split("_")[0]


def day_in_words(value: date | datetime | str | None) -> str:
    """A date in words; a string is one as yyyy-mm-dd."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return format_date(value, "d. MMMM y" if interface_language() != "en" else "d MMMM y") if value else ""


def _error_page(error: HTTPException) -> tuple[str, int] | Response:
    """A page that says what is wrong; below a service's address, what the service answers instead."""
    code = error.code or 500
    for prefix, answer in current_app.extensions.get("api_errors", {}).items():
        if f"{request.path}/".startswith(prefix):
            response: Response = answer(error)
            return response
    messages = {
        400: gettext("The page could not understand what was sent."),
        403: gettext("You do not have access to this page."),
        404: gettext("We cannot find this page."),
        405: gettext("This address cannot be used that way."),
        413: gettext("What was sent is too large."),
        429: gettext("Too many tries. Wait a little and try again."),
    }
    message = messages.get(code, gettext("Something went wrong here. Nothing you did was lost before this page."))
    if isinstance(error, CSRFError):
        message = gettext("The form was open too long or came from elsewhere. Go back, load the page again and resend.")
    return render_template("error.html", code=code, message=message), code


class DatabaseId(IntegerConverter):
    """Numbers in addresses that a database can hold; larger ones are "not found", not a fault."""

    def __init__(self, map: Map, max: int = LARGEST_ID, **options: Any) -> None:
        super().__init__(map, max=max, **options)


def _refuse_nul() -> None:
    """No database takes a NUL character and no person types one."""
    if "\x00" in request.path or any(
        "\x00" in value for values in (request.args, request.form) for value in values.values()
    ):
        abort(400)


def _let_larger_uploads_in() -> None:
    """A view that takes files says with ``max_bytes`` how large a request it reads; must come before forms are read."""
    view = current_app.view_functions.get(request.endpoint or "")
    if (most := getattr(view, "max_bytes", None)) is not None:
        request.max_content_length = most


def init_interface(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", app.config["SETTINGS"].default_language)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Oslo")
    app.url_map.converters["int"] = DatabaseId
    app.before_request(_let_larger_uploads_in)
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=choose_language)
    app.register_error_handler(HTTPException, _error_page)
    init_templates(app)
    _init_pages(app)


def init_templates(app: Flask) -> None:
    """What templates need of any application that renders them: the preview of courses is one of its own."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    app.add_template_filter(day_in_words, "day")

    @app.template_filter("month")
    def _month(value: date) -> str:
        """The month of a day, with its year."""
        return str(format_date(value, "LLLL y"))

    @app.template_filter("moment")
    def _moment(value: datetime | None) -> str:
        return (
            format_datetime(value, "d. MMM y HH:mm" if interface_language() != "en" else "d MMM y, HH:mm")
            if value
            else ""
        )

    @app.template_filter("decimal")
    def _decimal(value: Decimal | float | int | None) -> str:
        return format_decimal(value) if value is not None else ""

    @app.template_filter("resolve_links")
    def _resolve_links(html: str, resolve: Callable[[str], str]) -> Markup:
        """Turn the course: links in a rendered activity into addresses; the input is our own template's output."""
        return Markup(resolve(str(html)))  # noqa: S704  (autoescaped before it came here)

    @app.template_filter("named_within")
    def _named_within(html: str, prefix: str) -> Markup:
        """Put a prefix before the names of an activity's fields, so that several stand in one form."""
        return Markup(str(html).replace(' name="', f' name="{prefix}.'))  # noqa: S704  (our own template's output)

    @app.template_filter("without_course_links")
    def _without_course_links(html: str) -> Markup:
        """A course's links lead nowhere on paper: their words stay."""
        return Markup(_COURSE_LINK.sub(r"\1", str(html)))  # noqa: S704  (the catalogue's sanitised HTML)

    @app.template_filter("cards")
    def _cards(html: str, until: str = "narrow") -> Markup:
        """A table that is shown as cards where the screen is narrow."""
        return Markup(as_cards(str(html), until))  # noqa: S704  (our own template's output, autoescaped)

    @app.template_filter("one_level_down")
    def _one_level_down(html: str) -> Markup:
        """Headings of a lesson one level lower, for a page that holds many lessons."""
        lower = str(html)
        for level in (5, 4, 3, 2):
            lower = lower.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
        return Markup(lower)  # noqa: S704  (the catalogue's sanitised HTML)


def _init_pages(app: Flask) -> None:
    @app.context_processor
    def _page_basics() -> dict[str, Any]:
        theme = request.cookies.get("theme", "auto")
        return {
            "interface_language": interface_language(),
            "theme": theme if theme in ("light", "dark") else "auto",
            "settings": current_app.config["SETTINGS"],
        }

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if app.config["SETTINGS"].uses_https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static" and not g.get("may_be_cached", False):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.endpoint == "static" and request.path.endswith(".js"):
            # A script belongs to the page that loads it, and pages are always new.
            response.headers["Cache-Control"] = "no-cache"
        if response.mimetype == "text/html" and response.status_code < 500:
            # The service worker reads whose page it is: what is kept for one person is never shown to another.
            response.headers["Learning-Person"] = (
                str(current_user.person.id) if current_user.is_authenticated else "nobody"
            )
        return response
