"""The quality sheet: the criteria that reviewers score a course by. docs/quality-sheet.md says what earns a three."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext

MOST_POINTS = 3  # for each criterion


@dataclass(frozen=True)
class Criterion:
    """``name`` is in the reader's language. A course with a ``must`` below two is not to be published."""

    code: str
    name: str
    must: bool = False


_ALL = (
    Criterion("A1", lazy_gettext("Made for a named group and level"), True),
    Criterion("A2", lazy_gettext("Outcomes that can be seen and measured"), True),
    Criterion("A3", lazy_gettext("Outcomes, activities, assessment and competences fit together"), True),
    Criterion("A4", lazy_gettext("A start page that says what awaits you")),
    Criterion("B1", lazy_gettext("A real case carries the course"), True),
    Criterion("B2", lazy_gettext("Begins with what you have lived through")),
    Criterion("B3", lazy_gettext("Shows how it is done, well and badly"), True),
    Criterion("B4", lazy_gettext("Practice with less and less help"), True),
    Criterion("B5", lazy_gettext("Leaves a product for your own unit"), True),
    Criterion("B6", lazy_gettext("Scenarios with choices that can be defended")),
    Criterion("B7", lazy_gettext("Earlier matter is asked for again")),
    Criterion("B8", lazy_gettext("Learning together with colleagues")),
    Criterion("C1", lazy_gettext("Portions of the right size")),
    Criterion("C2", lazy_gettext("Plain language"), True),
    Criterion("C3", lazy_gettext("Pictures that teach")),
    Criterion("C4", lazy_gettext("Right, dated and sourced"), True),
    Criterion("C5", lazy_gettext("Fair to people and to other views")),
    Criterion("C6", lazy_gettext("The languages say the same, each in its own way"), True),
    Criterion("D1", lazy_gettext("Questions by the rules for good items"), True),
    Criterion("D2", lazy_gettext("Feedback on every option"), True),
    Criterion("D3", lazy_gettext("Questions that ask for judgement")),
    Criterion("D4", lazy_gettext("The product is judged by criteria shown beforehand"), True),
    Criterion("D5", lazy_gettext("What counts and how often one may try is said")),
    Criterion("E1", lazy_gettext("An if-then plan"), True),
    Criterion("E2", lazy_gettext("Follow-up after 30, 60 and 90 days"), True),
    Criterion("E3", lazy_gettext("The manager and a colleague take part")),
    Criterion("E4", lazy_gettext("Effect is measured, not only liking")),
    Criterion("F1", lazy_gettext("Everybody can use it"), True),
    Criterion("F2", lazy_gettext("Privacy from the outset"), True),
    Criterion("F3", lazy_gettext("Licence, authors and dates for upkeep"), True),
    Criterion("F4", lazy_gettext("Tools that work on paper")),
)
CRITERIA = {criterion.code: criterion for criterion in _ALL}
MOST_TOTAL = MOST_POINTS * len(CRITERIA)
PUBLISH_AT = 66  # of 93: seventy per cent, rounded up
