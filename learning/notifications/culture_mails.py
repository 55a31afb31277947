"""Mails of the compass: an invitation with a link, and reminders to those who have not used theirs.

The links answer for somebody, so the mails are sealed in the outbox. Whether somebody has answered is never written
there: mails that wait go out or are cancelled with the whole campaign, not one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.culture.models import CultureCampaign
from learning.culture.signals import campaign_closed, campaign_opened, invitees_reminded
from learning.database import batches
from learning.notifications.messages import compose, day_in_words, mail_language
from learning.notifications.outbox import Letter, cancel, queue
from learning.organisation.models import Person

BATCH = 500


def _letters(
    session: Session, campaign: CultureCampaign, tokens: Mapping[int, str], kind: str, key: str
) -> Iterator[Letter]:
    for batch in batches(sorted(tokens), BATCH):
        for person in session.scalars(select(Person).where(Person.id.in_(batch)).order_by(Person.id)):
            language = mail_language(person.language)
            message = compose(
                kind, language, path=f"/compass/{tokens[person.id]}", quote=campaign.message, name=person.given_name,
                agency=campaign.agency.name, campaign=campaign.name, closes=day_in_words(campaign.closes_on, language),
            )  # fmt: skip
            # Of no agency: on its list of mails, who is reminded would tell who has answered.
            yield Letter(person, message, kind, f"{key}:{person.id}", is_private=True)


def _invite(session: Session, *, campaign: CultureCampaign, tokens: Mapping[int, str], **_: Any) -> None:
    queue(session, _letters(session, campaign, tokens, "culture-invited", f"culture:{campaign.id}:invited"))


def _remind(session: Session, *, campaign: CultureCampaign, tokens: Mapping[int, str], **_: Any) -> None:
    key = f"culture:{campaign.id}:reminded:{campaign.reminders}"
    queue(session, _letters(session, campaign, tokens, "culture-reminded", key))


def _stop(session: Session, *, campaign: CultureCampaign, **_: Any) -> None:
    cancel(session, [f"culture:{campaign.id}:"])


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    campaign_opened.connect(_invite)
    invitees_reminded.connect(_remind)
    campaign_closed.connect(_stop)
