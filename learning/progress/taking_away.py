"""What a learner takes away from a course: a sheet as XLSX or PDF, a plan or a guide as PDF. Theirs alone."""

from __future__ import annotations

import io
from datetime import date

import xlsxwriter
from flask import render_template

from learning.activities.registry import Answer, activity_type
from learning.activities.sheet import labels, written_rows
from learning.catalogue.document import Activity, CourseText, Lesson
from learning.printing import to_pdf

WIDEST = 60  # characters of a column


def can_be_taken(activity: Activity) -> tuple[str, ...]:
    """The formats that an activity can be taken away in."""
    return {"sheet": ("pdf", "xlsx"), "plan": ("pdf",), "guide": ("pdf",)}.get(activity.type, ())


def sheet_as_xlsx(activity: Activity, answer: Answer, title: str) -> bytes:
    """The filled rows as a workbook with one sheet. Every cell is a text or a number, never a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title})
    sheet = book.add_worksheet()
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    names = labels(activity.data)
    numeric = {
        place for place, column in enumerate(activity.data["columns"]) if column["type"] in ("number", "computed")
    }
    widths = [len(name) for name in names]
    sheet.write_row(0, 0, names, bold)
    for line, row in enumerate(written_rows(activity.data, answer), start=1):
        for place, cell in enumerate(row):
            if place in numeric and cell:
                sheet.write_number(line, place, float(cell), wrapped)
            else:
                sheet.write_string(line, place, cell, wrapped)
            widths[place] = max(widths[place], len(cell))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def as_pdf(text: CourseText, lesson: Lesson, activity: Activity, answer: Answer | None, today: date) -> bytes:
    """A sheet with its map, a plan or a guide as PDF/UA-1, in the course's language."""
    kind = activity_type(activity.type)
    shown = kind.shown_answer(activity.data, answer) if answer else {}
    html = render_template(
        "progress/taken_away.html",
        text=text,
        lesson=lesson,
        activity=activity,
        columns=labels(activity.data) if activity.type == "sheet" else [],
        rows=written_rows(activity.data, answer) if activity.type == "sheet" and answer else [],
        grid=shown.get("grid"),
        words=kind.in_words(activity.data, answer) if answer else "",
        today=today,
    )
    return to_pdf(html, f"{activity.id} {today.isoformat()}".encode())
