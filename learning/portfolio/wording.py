# ruff: noqa: E501  (a wording reads best on one line)
"""Words of this room for its pages."""

from __future__ import annotations

from flask_babel import gettext

from learning.portfolio.checking import Verdict
from learning.portfolio.models import TakenStatus


def verdict_told(verdict: Verdict, issuer: str) -> str:
    """What was found of a badge and, when it is not good, what to do."""
    told: dict[Verdict, str] = {
        Verdict.GOOD: gettext("The signature is the issuer's own, and the badge holds today."),
        Verdict.UNREADABLE: gettext("This is not a badge of the kind Open Badges 3.0. Ask where you got it for such a one."),
        Verdict.UNKNOWN_ISSUER: gettext(
            "The issuer is unknown here: %(issuer)s. Ask HR to put it on the agency's list, and try again.", issuer=issuer
        ),
        Verdict.NO_KEYS: gettext(
            "The issuer's keys could not be fetched, so the signature was not verified. Try again later, or ask HR to "
            "enter the keys."
        ),
        Verdict.BAD_SIGNATURE: gettext(
            "The signature is not the issuer's: the badge was changed, or somebody else made it. Take it out anew "
            "where you got it."
        ),
        Verdict.NOT_YET: gettext("The badge does not hold yet. Try again when its time has come."),
        Verdict.EXPIRED: gettext("The badge's time is over."),
        Verdict.REVOKED: gettext("The issuer has revoked the badge."),
    }  # fmt: skip
    return told[verdict]


def status_told(status: TakenStatus) -> tuple[str, str]:
    """The state in words, and the colour of its tag."""
    told: dict[TakenStatus, tuple[str, str]] = {
        TakenStatus.OFFERED: (gettext("Not sent yet"), "neutral"),
        TakenStatus.WAITING: (gettext("Waits for HR"), "warning"),
        TakenStatus.GRANTED: (gettext("Counts"), "success"),
        TakenStatus.DECLINED: (gettext("Does not count"), "danger"),
        TakenStatus.WITHDRAWN: (gettext("Taken back"), "neutral"),
        TakenStatus.ENDED: (gettext("Counts no longer"), "danger"),
    }
    return told[status]


def unreadable_told(reason: str) -> str:
    told: dict[str, str] = {
        "large": gettext("The file is larger than 3 MB. Upload the JSON alone, or one badge."),
        "many": gettext("The file holds more than 300 badges. Upload some of them at a time."),
        "no-badges": gettext("There are no badges in the file. Choose the ZIP or the JSON that you took out, or one badge."),
        "broken": gettext("The file cannot be read. Take it out anew where you got it, and upload that."),
    }  # fmt: skip
    return told[reason]
