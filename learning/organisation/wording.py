"""The domain's fixed values in the reader's language."""

from __future__ import annotations

from flask_babel import gettext


def level_name(level: str | None) -> str:
    """A manager level or role in the organisation."""
    names: dict[str, str] = {
        "first-line": gettext("First-line manager"),
        "middle": gettext("Middle manager"),
        "top": gettext("Top manager"),
        "employee": gettext("Employee"),
        "employee-representative": gettext("Employee representative"),
        "elected": gettext("Elected representative"),
    }
    return names.get(level or "", level or "")


def agency_kind_name(kind: str) -> str:
    names: dict[str, str] = {
        "state": gettext("State agency"),
        "municipality": gettext("Municipality"),
        "county": gettext("County authority"),
    }
    return names.get(kind, kind)


def role_name(role: str) -> str:
    names: dict[str, str] = {
        "hr": gettext("HR"),
        "author": gettext("Author"),
        "auditor": gettext("Auditor"),
        "agency-admin": gettext("Agency administrator"),
        "platform-admin": gettext("Platform administrator"),
    }
    return names.get(role, role)
