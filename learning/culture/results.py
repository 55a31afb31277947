"""Results as they are read: only of figures that were frozen when the campaign closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competences import coverage
from learning.culture import figures, sharing
from learning.culture.figures import Figure, Maturity
from learning.culture.models import CultureCampaign, CultureGroup
from learning.culture.statements import PRACTICES


@dataclass(frozen=True)
class Line:
    """A scale of a group. ``figure`` is None where it is not shown, ``before`` where there is nothing to compare."""

    code: str
    title: str
    figure: Figure | None
    before: Figure | None
    benchmark: int | None

    @property
    def change(self) -> int | None:
        return figures.change(self.figure, self.before) if self.figure and self.before else None


@dataclass(frozen=True)
class Result:
    """What is shown of one group of a closed campaign. ``weakest`` is the practice to begin with."""

    group: CultureGroup
    lines: list[Line]
    maturity: Maturity | None
    weakest: Line | None
    strongest: Line | None
    earlier: CultureCampaign | None


@dataclass(frozen=True)
class CourseHint:
    slug: str
    title: str


def shown_groups(campaign: CultureCampaign) -> list[CultureGroup]:
    """The groups with a figure on any scale, in the order of the tree."""
    return [group for group in campaign.groups if group.figures]


def figure_of(group: CultureGroup, code: str) -> Figure | None:
    values = group.figures.get(code)
    return Figure.from_json(values) if values else None


def title_of(scale: dict[str, Any], language: str) -> str:
    return str(scale["titles"].get(language) or scale["titles"]["nb"])


def earlier(session: Session, campaign: CultureCampaign) -> CultureCampaign | None:
    """The agency's campaign that closed last before this one opened."""
    if campaign.opened_on is None:
        return None
    return session.scalar(
        select(CultureCampaign)
        .where(
            CultureCampaign.agency_id == campaign.agency_id,
            CultureCampaign.id != campaign.id,
            CultureCampaign.closed_on <= campaign.opened_on,
        )
        .order_by(CultureCampaign.closed_on.desc(), CultureCampaign.id.desc())
        .limit(1)
    )


def _same_group(campaign: CultureCampaign, group: CultureGroup, before: CultureCampaign) -> CultureGroup | None:
    """The group of an earlier campaign with the same unit; everybody asked, when the same units were."""
    if group.unit_id is None:
        alike = set(campaign.unit_ids) == set(before.unit_ids)
        return next((each for each in before.groups if alike and each.unit_id is None), None)
    return next((each for each in before.groups if each.unit_id == group.unit_id), None)


def _lines(
    campaign: CultureCampaign, group: CultureGroup, same: CultureGroup | None, compared: Mapping[str, int],
    language: str,
) -> list[Line]:  # fmt: skip
    """``same`` is the group in the earlier campaign, ``compared`` the other agencies' scores by scale."""
    return [
        Line(
            scale["code"], title_of(scale, language), figure_of(group, scale["code"]),
            figure_of(same, scale["code"]) if same else None, compared.get(scale["code"]),
        )
        for scale in campaign.scales
    ]  # fmt: skip


def result(session: Session, campaign: CultureCampaign, group: CultureGroup, language: str) -> Result:
    """What is shown of a group. Levels need all scales, so there is none where one is not shown."""
    before = earlier(session, campaign)
    same = _same_group(campaign, group, before) if before else None
    lines = _lines(campaign, group, same, sharing.benchmark(session, campaign.agency_id), language)
    scores = {line.code: line.figure.tenths for line in lines if line.figure}
    practices = {scale["code"] for scale in campaign.scales if scale["group"] == PRACTICES}
    shown = [line for line in lines if line.figure]
    return Result(
        group,
        lines,
        figures.maturity(scores) if scores and len(scores) == len(lines) else None,
        min((line for line in shown if line.code in practices), key=_tenths, default=None),
        max(shown, key=_tenths, default=None),
        before if same else None,
    )


def _tenths(line: Line) -> int:
    return line.figure.tenths if line.figure else 0


def courses_for(session: Session, code: str, language: str) -> list[CourseHint]:
    """Courses that practise the competence, by slug."""
    courses = [each.course for each in coverage.buildings(session).get(code, [])]
    return [
        CourseHint(each.id, (each.texts.get(language) or next(iter(each.texts.values()))).title) for each in courses
    ]


def rows(session: Session, campaign: CultureCampaign, language: str) -> Sequence[tuple[CultureGroup, Line]]:
    """Every figure that is shown, for a file: the groups in order, and the scales of each."""
    before, compared = earlier(session, campaign), sharing.benchmark(session, campaign.agency_id)
    return [
        (group, line)
        for group in shown_groups(campaign)
        for line in _lines(
            campaign, group, _same_group(campaign, group, before) if before else None, compared, language
        )
        if line.figure
    ]
