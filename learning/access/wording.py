"""What stands on the pages when a provider's sign-in comes to nothing, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from learning.access.linking import Refusal
from learning.access.oidc import Fault


def fault_sentence(fault: Fault) -> str:
    """For the person who tried to sign in: what happened and what to do."""
    sentences: dict[Fault, str] = {
        Fault.UNREACHABLE: gettext("Your employer's sign-in does not answer. Wait a few minutes, then try again."),
        Fault.CANCELLED: gettext("The sign-in was not completed, so you are not signed in. You can try again."),
        Fault.CLOCKS: gettext(
            "The answer came too late, or the clock there and the clock here differ. Try again. If it goes on, tell "
            "those who look after your employer's sign-in that clocks may differ."
        ),
        Fault.TOO_WEAK: gettext(
            "Your employer asks for a stronger sign-in than the one you used. Try again and choose a stronger one."
        ),
        Fault.CREDENTIALS: gettext(
            "The connection to your employer's sign-in has expired or is set up wrongly. Tell those who look after "
            "it; trying again does not help."
        ),
    }
    return sentences.get(fault) or gettext(
        "Your employer's sign-in gave an answer that cannot be trusted or understood. Try again. If it goes on, tell "
        "those who look after it."
    )


def trial_sentence(fault: Fault) -> str:
    """For the administrator who has tried a provider: what is wrong and how to mend it."""
    sentences: dict[Fault, str] = {
        Fault.UNREACHABLE: gettext("The provider does not answer at the issuer address. Check the address."),
        Fault.ADDRESS_REFUSED: gettext(
            "An address of the provider is not a public https address. Only those are asked."
        ),
        Fault.WRONG_ISSUER: gettext(
            "The provider calls itself something else than the issuer address here. Write exactly what it calls itself."
        ),
    }
    return sentences.get(fault) or gettext(
        "What lies at the issuer address is not a complete description of an OpenID Connect provider."
    )


def refusal_sentence(refusal: Refusal, agency: str) -> str:
    """Why somebody who has signed in at the provider is not let in here, and what to do."""
    sentences: dict[Refusal, str] = {
        Refusal.SWITCHED_OFF: gettext("This sign-in has been switched off."),
        Refusal.NO_ADDRESS: gettext(
            "Your employer's sign-in has not told us your e-mail address, so we cannot see who you are here."
        ),
        Refusal.UNVERIFIED: gettext(
            "Your employer's sign-in does not say that your e-mail address is verified, so we cannot rely on it."
        ),
        Refusal.OTHER_DOMAIN: gettext("Your e-mail address there is not one of those that this sign-in is meant for."),
        Refusal.UNKNOWN: gettext("Nobody in %(agency)s is registered here with that e-mail address.", agency=agency),
        Refusal.DEACTIVATED: gettext("Your account here is closed."),
        Refusal.NO_POSITION: gettext("You have no position in %(agency)s now.", agency=agency),
        Refusal.CONNECT_FIRST: gettext(
            "You also belong to another organisation here, so this sign-in must be connected to your account by you. "
            "Sign in another way, and choose Connect on your account page."
        ),
    }
    return sentences[refusal]
