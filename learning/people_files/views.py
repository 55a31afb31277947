"""The pages: upload a file of people, look it over, apply it; the template, and today's people as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.database import db
from learning.people_files import waiting, walking, wording, writing
from learning.people_files.forms import UploadForm
from learning.people_files.models import PeopleFile
from learning.people_files.steps import Missing, Outcome, Plan, Rights
from learning.people_files.waiting import Answer

blueprint = Blueprint("people_files", __name__)
PAGE = 100
MOST_BYTES = 20 * 1024 * 1024  # of a request; a file that is too large is told so on its field


def _rights() -> Rights:
    actor = signed_in_actor()
    return Rights(
        actor.person_id,
        may_join=may(actor, Permission.MANAGE_AGENCIES),
        may_grant_roles=may(actor, Permission.GRANT_ROLES, g.agency.id),
    )


def _file_or_404(file_id: int) -> PeopleFile:
    found = waiting.file_in(db.session, g.agency.id, file_id)
    if found is None:
        abort(404)
    return found


@blueprint.route("/agency/<agency_slug>/people/file", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def upload(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    """Upload a file of people. Nothing is changed: it waits for a day to be looked over."""
    form = UploadForm()
    faults = []
    if request.method == "GET":
        form.invite.data, form.end_on.data = True, clock.today()
    elif form.validate_on_submit():
        faults = walking.read_faults(form.content)
        if not faults:
            name = form.file.data.filename or ""
            file = waiting.keep(db.session, g.agency.id, signed_in_actor().person_id, name, form.content, form.options)
            return redirect(url_for("people_files.file", agency_slug=agency_slug, file_id=file.id), 303)
        form.file.errors = [_told(fault.row, wording.column_name(fault.column, {}), wording.sentence(fault))
                            for fault in faults]  # fmt: skip
    page = render_template(
        "people_files/upload.html", agency=g.agency, form=form, files=waiting.files_in(db.session, g.agency.id),
        formats=list(writing.FORMATS), header=writing.header(wording.language()),
    )  # fmt: skip
    return page if request.method == "GET" else (page, 422)


upload.max_bytes = MOST_BYTES  # type: ignore[attr-defined]  # interface.py reads it


def _told(row: int, column: str, sentence: str) -> str:
    """A fault in one line."""
    if row and column:
        return str(gettext("Row %(row)d, %(column)s: %(fault)s", row=row, column=column, fault=sentence))
    return str(gettext("Row %(row)d: %(fault)s", row=row, fault=sentence)) if row else sentence


def _page(file: PeopleFile, plan: Plan | None, answer: Answer | None = None) -> str:
    """A waiting file with what it would do, or an applied one with what it did."""
    rows: Sequence[object] = []
    kind, number = "", 1
    if plan is not None:
        kind = request.args.get("kind", "")
        if kind not in {each.value for each in Outcome}:
            kind = Outcome.REFUSED.value if plan.faults and kind != "all" else ""
        number = min(max(request.args.get("page", 1, type=int), 1), 100_000)
        refused = kind == Outcome.REFUSED.value
        found: Sequence[object] = (
            plan.faults if refused else [each for each in plan.rows if kind in ("", each.outcome.value)]
        )
        rows = found[(number - 1) * PAGE : number * PAGE + 1]
    counts = plan.counts if plan else {}
    changing = sum(counts.values()) - counts.get(Outcome.UNCHANGED, 0)
    return render_template(
        "people_files/file.html", agency=g.agency, file=file, options=waiting.options_of(file), plan=plan, kind=kind,
        rows=rows[:PAGE], more=len(rows) > PAGE, page=number, outcomes=list(Outcome), answer=answer,
        changing=changing, wording=wording, ends=Missing.END, goes_on=file.created_at + waiting.KEPT,
    )  # fmt: skip


@blueprint.get("/agency/<agency_slug>/people/file/<int:file_id>")
@requires(Permission.MANAGE_PEOPLE)
def file(agency_slug: str, file_id: int) -> str:
    """What a waiting file would do now, row by row; or what it did."""
    found = _file_or_404(file_id)
    plan = None if found.applied_at else waiting.plan_of(db.session, g.agency, found, _rights())
    return _page(found, plan)


@blueprint.post("/agency/<agency_slug>/people/file/<int:file_id>")
@requires(Permission.MANAGE_PEOPLE)
def confirm(agency_slug: str, file_id: int) -> AnyResponse | tuple[str, int]:
    """Apply a waiting file, if it still does what was shown."""
    found = _file_or_404(file_id)
    came = waiting.confirm(
        db.session, g.agency, found, _rights(), seen=request.form.get("seen", ""),
        is_sure=request.form.get("sure") == "yes",
    )  # fmt: skip
    if came.answer in (Answer.APPLIED, Answer.ALREADY):
        flash(gettext("The file is applied."))
        return redirect(url_for("people_files.file", agency_slug=agency_slug, file_id=file_id), 303)
    return _page(found, came.plan, came.answer), 422 if came.answer is Answer.NOT_SURE else 409


@blueprint.post("/agency/<agency_slug>/people/file/<int:file_id>/discard")
@requires(Permission.MANAGE_PEOPLE)
def discard(agency_slug: str, file_id: int) -> AnyResponse:
    """Throw a waiting file away."""
    waiting.discard(db.session, g.agency, _file_or_404(file_id), signed_in_actor().person_id)
    flash(gettext("The file is thrown away. Nobody was changed by that."))
    return redirect(url_for("people_files.upload", agency_slug=agency_slug), 303)


@blueprint.get("/agency/<agency_slug>/people/file/<int:file_id>/faults.csv")
@requires(Permission.MANAGE_PEOPLE)
def faults(agency_slug: str, file_id: int) -> Response:
    """Every fault of a waiting file, as a file to work through."""
    found = _file_or_404(file_id)
    plan = waiting.plan_of(db.session, g.agency, found, _rights())
    names = [gettext("Row"), gettext("Column"), gettext("What to do")]
    rows = (
        (str(each.row or ""), wording.column_name(each.column, plan.labels), wording.sentence(each))
        for each in plan.faults
    )
    return _download(writing.write_faults(rows, names), "text/csv; charset=utf-8", f"faults-{file_id}.csv")


@blueprint.get("/agency/<agency_slug>/people/file/template")
@requires(Permission.MANAGE_PEOPLE)
def template(agency_slug: str) -> Response:
    """An empty file with the columns, and in a workbook a sheet with the agency's units and the levels."""
    form = writing.FORMATS.get(request.args.get("format", "xlsx"))
    if form is None:
        abort(404)
    names = [gettext("Code"), gettext("Unit"), gettext("The way to the unit"), gettext("Level")]
    sheets = writing.template(db.session, g.agency.id, wording.language(), names)
    return _download(form.write(sheets), form.media_type, f"people-{agency_slug}-template.{form.name}")


@blueprint.post("/agency/<agency_slug>/people/file/export")
@requires(Permission.MANAGE_PEOPLE)
def export(agency_slug: str) -> Response:
    """Today's people in the columns of the template; who takes them out is noted."""
    form = writing.FORMATS.get(request.form.get("format", "xlsx"))
    if form is None:
        abort(404)
    writing.note_export(db.session, g.agency, form, signed_in_actor().person_id)
    body = writing.pieces(g.agency.id, form, wording.language())
    return _download(body, form.media_type, f"people-{agency_slug}-{clock.today().isoformat()}.{form.name}")


def _download(body: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(stream_with_context(body), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
