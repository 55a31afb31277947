"""People, units and agencies, for HR and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.access.sign_in import set_password
from learning.administration.forms import AgencyForm, EndForm, PersonForm, PositionForm, UnitForm
from learning.database import db
from learning.organisation import people as people_rules
from learning.organisation.models import AgencyKind, Level, Unit
from learning.organisation.people import AddressTaken, NewPerson
from learning.organisation.units import tree, unit_in
from learning.organisation.wording import agency_kind_name, level_name

blueprint = Blueprint("organisation", __name__)


def _record(action: str, subject_type: str, subject_id: object, **detail: Any) -> None:
    audit.record(
        db.session, action, subject_type=subject_type, subject_id=subject_id,
        actor_id=signed_in_actor().person_id, agency_id=g.agency.id, **detail,
    )  # fmt: skip


def _fill_choices(form: PositionForm) -> None:
    rows = tree(db.session, g.agency.id)
    form.unit.choices = [(row.unit.id, "\u00a0\u00a0" * row.depth + row.unit.name) for row in rows]
    form.level.choices = [(level.value, level_name(level.value)) for level in Level]


@blueprint.get("/agency/<agency_slug>/people")
@requires(Permission.SEE_PEOPLE)
def people(agency_slug: str) -> str:
    unit_id = request.args.get("unit", type=int)
    level = request.args.get("level") or None
    if level not in {each.value for each in Level}:
        level = None
    query = request.args.get("q", "").replace("\x00", "")[:100]
    page = max(request.args.get("page", 1, type=int), 1)
    found = people_rules.find_people(db.session, g.agency.id, query=query, unit_id=unit_id, level=level, page=page)
    return render_template(
        "organisation/people.html", agency=g.agency, found=found[: people_rules.PAGE],
        more=len(found) > people_rules.PAGE, rows=tree(db.session, g.agency.id), unit_id=unit_id, level=level,
        levels=[each.value for each in Level], query=query, page=page, today=clock.today(),
    )  # fmt: skip


@blueprint.route("/agency/<agency_slug>/people/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def new_person(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    form = PersonForm()
    _fill_choices(form)
    if request.method == "GET":
        form.starts_on.data = clock.today()
        return render_template("organisation/new_person.html", agency=g.agency, form=form)
    if form.validate_on_submit():
        new = NewPerson(
            given_name=form.given_name.data, family_name=form.family_name.data, email=form.email.data,
            language=form.language.data, unit_id=form.unit.data, title=form.title.data, level=Level(form.level.data),
            starts_on=form.starts_on.data,
        )  # fmt: skip
        try:
            person = people_rules.add_person(db.session, g.agency.id, new)
        except AddressTaken:
            form.email.errors = [
                gettext("This address is already in use; ask the platform administrator to add the position.")
            ]
        else:
            password = people_rules.new_password()
            set_password(db.session, person, password)
            _record("person.added", "person", person.id, unit=new.unit_id, level=new.level.value)
            return render_template("organisation/person_added.html", agency=g.agency, person=person, password=password)
    return render_template("organisation/new_person.html", agency=g.agency, form=form), 422


@blueprint.get("/agency/<agency_slug>/people/<int:person_id>")
@requires(Permission.SEE_PEOPLE)
def person(agency_slug: str, person_id: int) -> str:
    found = people_rules.person_in(db.session, g.agency.id, person_id)
    if found is None:
        abort(404)
    form = PositionForm()
    _fill_choices(form)
    return render_template(
        "organisation/person.html", agency=g.agency, person=found, form=form, today=clock.today(),
        positions=people_rules.positions_in(db.session, g.agency.id, person_id),
    )  # fmt: skip


@blueprint.post("/agency/<agency_slug>/people/<int:person_id>/positions")
@requires(Permission.MANAGE_PEOPLE)
def add_position(agency_slug: str, person_id: int) -> AnyResponse | tuple[str, int]:
    found = people_rules.person_in(db.session, g.agency.id, person_id)
    if found is None:
        abort(404)
    form = PositionForm()
    _fill_choices(form)
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                position = people_rules.add_position(
                    db.session, g.agency.id, found, form.unit.data, form.title.data, Level(form.level.data),
                    form.starts_on.data,
                )  # fmt: skip
        except IntegrityError:
            form.starts_on.errors = [gettext("There is a position in that unit from that day already.")]
        else:
            _record("position.added", "position", position.id, person=found.id, unit=form.unit.data)
            flash(gettext("The position is added."))
            return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)
    page = render_template(
        "organisation/person.html", agency=g.agency, person=found, form=form, today=clock.today(),
        positions=people_rules.positions_in(db.session, g.agency.id, person_id),
    )  # fmt: skip
    return page, 422


@blueprint.route("/agency/<agency_slug>/positions/<int:position_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def end_position(agency_slug: str, position_id: int) -> AnyResponse | str | tuple[str, int]:
    position = people_rules.position_in(db.session, g.agency.id, position_id)
    if position is None:
        abort(404)
    form = EndForm()
    if request.method == "GET":
        form.ends_on.data = position.ends_on or clock.today()
        return render_template("organisation/end_position.html", agency=g.agency, position=position, form=form)
    if form.validate_on_submit():
        try:
            people_rules.end_position(position, form.ends_on.data)
        except ValueError:
            form.ends_on.errors = [gettext("A position cannot end before it began.")]
        else:
            _record("position.ended", "position", position.id, ends_on=form.ends_on.data.isoformat())
            flash(gettext("The position is ended. The person keeps their record."))
            return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=position.person_id), 303)
    return render_template("organisation/end_position.html", agency=g.agency, position=position, form=form), 422


@blueprint.get("/agency/<agency_slug>/units")
@requires(Permission.SEE_PEOPLE)
def units(agency_slug: str) -> str:
    form = UnitForm()
    rows = tree(db.session, g.agency.id)
    form.parent.choices = [(row.unit.id, "\u00a0\u00a0" * row.depth + row.unit.name) for row in rows]
    return render_template("organisation/units.html", agency=g.agency, rows=rows, form=form)


@blueprint.post("/agency/<agency_slug>/units")
@requires(Permission.MANAGE_PEOPLE)
def add_unit(agency_slug: str) -> AnyResponse | tuple[str, int]:
    form = UnitForm()
    rows = tree(db.session, g.agency.id)
    form.parent.choices = [(row.unit.id, "\u00a0\u00a0" * row.depth + row.unit.name) for row in rows]
    if form.validate_on_submit():
        unit = Unit(agency_id=g.agency.id, parent_id=form.parent.data, name=form.name.data)
        db.session.add(unit)
        db.session.flush()
        _record("unit.added", "unit", unit.id, name=unit.name)
        flash(gettext("The unit is added."))
        return redirect(url_for("organisation.units", agency_slug=agency_slug), 303)
    return render_template("organisation/units.html", agency=g.agency, rows=rows, form=form), 422


@blueprint.post("/agency/<agency_slug>/units/<int:unit_id>/rename")
@requires(Permission.MANAGE_PEOPLE)
def rename_unit(agency_slug: str, unit_id: int) -> AnyResponse:
    unit = unit_in(db.session, g.agency.id, unit_id)
    if unit is None:
        abort(404)
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())
    if not 1 <= len(name) <= 200:
        flash(gettext("The unit keeps its name: write 1 to 200 characters."))
    else:
        _record("unit.renamed", "unit", unit.id, before=unit.name, after=name)
        unit.name = name
        flash(gettext("The unit has a new name. Earlier completions keep the old one."))
    return redirect(url_for("organisation.units", agency_slug=agency_slug), 303)


@blueprint.route("/platform/agencies", methods=["GET", "POST"])
@requires(Permission.MANAGE_AGENCIES)
def agencies() -> AnyResponse | str | tuple[str, int]:
    form = AgencyForm()
    form.kind.choices = [(kind.value, agency_kind_name(kind.value)) for kind in AgencyKind]
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            try:
                with db.session.begin_nested():
                    agency = people_rules.add_agency(
                        db.session, slug=form.slug.data, name=form.name.data, kind=AgencyKind(form.kind.data),
                        organisation_number=form.organisation_number.data,
                    )  # fmt: skip
            except IntegrityError:
                form.slug.errors = [gettext("The short name or the organisation number is in use already.")]
            else:
                audit.record(
                    db.session, "agency.added", subject_type="agency", subject_id=agency.id,
                    actor_id=signed_in_actor().person_id, agency_id=agency.id,
                )  # fmt: skip
                flash(gettext("The agency is added."))
                return redirect(url_for("organisation.agencies"), 303)
    return render_template(
        "organisation/agencies.html", form=form, agencies=people_rules.all_agencies(db.session),
        agency_kind_name=agency_kind_name,
    ), code  # fmt: skip
