"""An agency's own frameworks, as HR keeps them: in by a file that is looked over first, out again, in use or not."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.catalogue.frameworks import LANGUAGES, FrameworkPlan
from learning.competences import own, own_files, published, publishing
from learning.competences.forms import ConfirmForm, FrameworkFileForm, pack
from learning.competences.own_columns import columns_of, heading
from learning.competences.own_files import OwnFile, RowFault
from learning.database import db
from learning.interface import interface_language
from learning.spreadsheets import MEDIA_TYPES, guarded, write_csv, write_xlsx

blueprint = Blueprint("own_frameworks", __name__)
Page = str | tuple[str, int] | AnyResponse
_HERE = "/agency/<agency_slug>/frameworks"


def _home() -> AnyResponse:
    return redirect(url_for("own_frameworks.frameworks", agency_slug=g.agency.slug), 303)


def _page(form: FrameworkFileForm, read: OwnFile | None = None) -> str:
    return render_template(
        "competences/own.html", agency=g.agency, form=form, read=read, column_name=_column_name,
        found=published.of_agency(db.session, g.agency.id), language=interface_language(), formats=list(MEDIA_TYPES),
    )  # fmt: skip


def _column_name(fault: RowFault) -> str:
    return heading(fault.column, interface_language()) if fault.column else ""


@blueprint.get(_HERE)
@requires(Permission.MANAGE_FRAMEWORKS)
def frameworks(agency_slug: str) -> str:
    """The agency's own frameworks, and a form for a file with one."""
    return _page(FrameworkFileForm(formdata=None))


@blueprint.post(f"{_HERE}/check")
@requires(Permission.MANAGE_FRAMEWORKS)
def check(agency_slug: str) -> Page:
    """What a file would do. Nothing is changed."""
    form = FrameworkFileForm()
    if not form.validate_on_submit():
        return _page(form), 422
    return _looked_over(form, form.content)


def _looked_over(form: FrameworkFileForm, content: bytes, status: int = 200) -> tuple[str, int]:
    read, plan = _read(form, content)
    if plan is None:
        return _page(form, read), 422
    page = render_template(
        "competences/own_check.html", agency=g.agency, read=read, plan=plan, packed=pack(content),
        changes=own.changes(db.session, g.agency.id, plan), language=plan.languages[0], has_moved=status == 409,
    )  # fmt: skip
    return page, status


def _read(form: FrameworkFileForm, content: bytes) -> tuple[OwnFile, FrameworkPlan | None]:
    """The file, and the framework with its name; no framework when there is something to mend."""
    read = own_files.read_own(content, taken=own.codes_of_all(db.session))
    if read.plan is None:
        return read, None
    name, about = own.name_of(db.session, g.agency.id, read.plan, form.name.data or "", form.about.data or "")
    if not name:
        form.name.errors = [
            gettext("Write a name. The agency has no framework %(code)s yet.", code=read.plan.framework)
        ]
        return read, None
    return read, own_files.named(read.plan, name, about)


@blueprint.post(f"{_HERE}/import")
@requires(Permission.MANAGE_FRAMEWORKS)
def take_in(agency_slug: str) -> Page:
    """Publish a file that was looked over, if it still does what was shown."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        gone = OwnFile(faults=[RowFault(0, None, gettext("The file did not come along. Choose it again."))])
        return _page(FrameworkFileForm(formdata=None, name=form.name.data, about=form.about.data), gone), 422
    read, plan = _read(form, form.content)
    if plan is None:
        return _page(FrameworkFileForm(formdata=None, name=form.name.data, about=form.about.data), read), 422
    now = own.changes(db.session, g.agency.id, plan)
    if now.is_same:
        flash(gettext("Nothing in the file is new, so nothing was changed."))
        return _home()
    if str(now.before or "") != (form.before.data or ""):
        return _looked_over(form, form.content, 409)
    done = publishing.publish_own(db.session, g.agency.id, plan, signed_in_actor().person_id)
    title = published.text_in(plan.titles, interface_language())
    flash(gettext("Version %(number)d of %(name)s is in use.", number=done.number, name=title))
    return _home()


@blueprint.post(f"{_HERE}/<int:framework_id>/use")
@requires(Permission.MANAGE_FRAMEWORKS)
def use(agency_slug: str, framework_id: int) -> AnyResponse:
    """Retire one of the agency's frameworks, or take it into use again."""
    framework = own.framework_of(db.session, g.agency.id, framework_id)
    if framework is None:
        abort(404)
    wish = request.form.get("in_use")
    if wish not in ("yes", "no"):
        abort(400)
    own.set_in_use(db.session, framework, wish == "yes", signed_in_actor().person_id)
    if wish == "yes":
        flash(gettext("The framework is in use again."))
    else:
        flash(gettext("The framework is retired. What was assessed by it still stands, and you can take it back."))
    return _home()


@blueprint.get(f"{_HERE}/template")
@requires(Permission.MANAGE_FRAMEWORKS)
def template(agency_slug: str) -> Response:
    """An empty file with the columns of all three languages."""
    columns = [heading(each, interface_language()) for each in columns_of(LANGUAGES)]
    return _download(columns, [], "framework-template")


@blueprint.get(f"{_HERE}/<int:framework_id>/file")
@requires(Permission.MANAGE_FRAMEWORKS)
def export(agency_slug: str, framework_id: int) -> Response:
    """The framework in the columns of the template, to correct and upload again."""
    found = published.framework_by_id(db.session, framework_id, (g.agency.id,))
    if found is None or found.framework.agency_id != g.agency.id:
        abort(404)
    columns = [heading(each, interface_language()) for each in columns_of(found.plan.languages)]
    return _download(columns, list(own_files.to_rows(found.plan)), f"framework-{found.plan.framework.lower()}")


def _download(header: list[str], rows: list[list[str]], name: str) -> Response:
    form = request.args.get("format", "csv")
    if form not in MEDIA_TYPES:
        abort(404)
    guarded_rows = [[guarded(cell) for cell in row] for row in rows]
    body = write_xlsx(header, rows) if form == "xlsx" else write_csv(header, guarded_rows)
    response = Response(b"".join(body), content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
