"""The displayed figures as a file: the same numbers and words as on the pages, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext
from sqlalchemy.orm import Session

from learning import spreadsheets
from learning.access import audit
from learning.culture import results
from learning.culture.models import CultureCampaign
from learning.culture.wording import change_in_words, number, score_in_words, spread_in_words


def _header() -> list[str]:
    return [
        gettext("Unit"), gettext("Answers"), gettext("Scale"), gettext("Score, 1 to 5"), gettext("Spread"),
        gettext("Change since last time"), gettext("Other agencies"),
    ]  # fmt: skip


def _cells(session: Session, campaign: CultureCampaign, language: str) -> Iterator[list[object]]:
    for group, line in results.rows(session, campaign, language):
        if line.figure is None:
            continue
        yield [
            group.name, group.answered, line.title, score_in_words(line.figure), spread_in_words(line.figure),
            change_in_words(line.change) if line.before else "",
            number(line.benchmark) if line.benchmark and group.number == 0 else "",
        ]  # fmt: skip


def take_out(session: Session, campaign: CultureCampaign, form: str, language: str, actor_id: int) -> bytes:
    """The file, ``form`` csv or xlsx; that it was taken out is noted. Small: a row for each figure."""
    audit.record(
        session, "culture.exported", subject_type="culture_campaign", subject_id=campaign.id, actor_id=actor_id,
        agency_id=campaign.agency_id, name=campaign.name, format=form,
    )  # fmt: skip
    rows = _cells(session, campaign, language)
    write = spreadsheets.write_xlsx if form == "xlsx" else spreadsheets.write_csv
    return b"".join(write(_header(), rows))
