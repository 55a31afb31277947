"""The plan as a tagged PDF and as a workbook."""

from __future__ import annotations

import io

import xlsxwriter
from flask import render_template
from flask_babel import gettext

from learning.needs import wording
from learning.needs.plan import Plan
from learning.needs.resolving import HORIZONS
from learning.organisation.models import Agency
from learning.printing import to_pdf


def pdf(plan: Plan, agency: Agency) -> bytes:
    """PDF/UA-1. Needs a request, for its language."""
    html = render_template("needs/plan_pdf.html", plan=plan, agency=agency, words=wording, horizons=HORIZONS)
    return to_pdf(html, f"plan-{agency.id}-{plan.today.isoformat()}".encode())


Sheet = tuple[str, list[str], list[list[object]]]


def sheets(plan: Plan) -> list[Sheet]:
    """Name, header and rows of each sheet."""
    titles = {each.id: each.title for each in plan.known.by_id.values()}
    gaps: list[list[object]] = []
    for framework in plan.known.frameworks:
        for competence in framework.competences:
            for horizon, cell in plan.gaps.get(competence.id, {}).items():
                gaps.append(
                    [
                        framework.title, competence.code, competence.title, wording.horizon_words(horizon),
                        ", ".join(map(str, cell.levels)), cell.needed, cell.covered, cell.gap,
                        wording.standing_words(cell.standing),
                        wording.consequence_words(cell.consequence) if cell.consequence else "",
                    ]
                )  # fmt: skip
    done: list[list[object]] = [
        [
            wording.kind_words(each.measure.kind), each.measure.words,
            titles.get(each.measure.competence_id, ""), each.measure.unit.name, each.measure.owner.name,
            each.measure.cost, each.measure.deadline.isoformat(), wording.state_words(each.measure.state),
            each.measure.gap_then, each.now.gap,
        ]
        for each in plan.measures
    ]  # fmt: skip
    return [
        (
            gettext("Gaps"),
            [
                gettext("Framework"), gettext("Code"), gettext("Competence"), gettext("When"), gettext("Level"),
                gettext("Needed"), gettext("Reached"), gettext("Missing"), gettext("Status"),
                gettext("Consequence if missing"),
            ],
            gaps,
        ),
        (
            gettext("Measures"),
            [
                gettext("Kind of measure"), gettext("What is to be done"), gettext("Competence"), gettext("Unit"),
                gettext("Owner"), gettext("Cost in kroner"), gettext("Deadline"), gettext("State"),
                gettext("Missing at the start"), gettext("Missing today"),
            ],
            done,
        ),
        (
            gettext("Costs"),
            [gettext("Year"), gettext("Cost in kroner")],
            [[year, kroner] for year, kroner in plan.costs.items()],
        ),
        (
            gettext("Decisions"),
            [gettext("Decided on"), gettext("Who decided"), gettext("What was decided")],
            [[each.decided_on.isoformat(), each.body, each.words] for each in plan.decisions],
        ),
    ]  # fmt: skip


def workbook(plan: Plan) -> bytes:
    """A workbook with a sheet for each part of the plan; texts are never taken for formulas."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for name, header, rows in sheets(plan):
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 22)
        for place, text in enumerate(header):
            sheet.write_string(0, place, text, bold)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, place, value)
                elif value is not None:
                    sheet.write_string(number, place, str(value))
    book.close()
    return file.getvalue()
