"""People, units and agencies, for HR and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access import audit, password_links, roles
from learning.access.guard import requires, signed_in_actor
from learning.access.password_policy import may_use_password
from learning.access.policy import Permission, may
from learning.access.roles import grants_in
from learning.access.sign_in import has_password
from learning.administration.forms import (
    AgencyForm,
    EndForm,
    FactsForm,
    MoveForm,
    PersonForm,
    PositionForm,
    RenameForm,
    UnitForm,
)
from learning.certificates.listing import of_completions
from learning.database import LARGEST_ID, db
from learning.organisation import agencies as agency_rules
from learning.organisation import bounces, leaving, merging
from learning.organisation import people as people_rules
from learning.organisation import units as unit_rules
from learning.organisation.doubles import was_never_elsewhere
from learning.organisation.models import AgencyKind, Level, Person
from learning.organisation.people import AddressTaken, NewPosition, OwnManager, PersonFacts, PositionTaken, WrongOrder
from learning.organisation.wording import agency_kind_name, level_name
from learning.paths import member_list
from learning.paths.member_list import Wanted
from learning.paths.wording import STATUS_COLOURS, status_name
from learning.progress import overview

blueprint = Blueprint("organisation", __name__)


def _record(action: str, subject_type: str, subject_id: object, **detail: Any) -> None:
    audit.record(
        db.session, action, subject_type=subject_type, subject_id=subject_id,
        actor_id=signed_in_actor().person_id, agency_id=g.agency.id, **detail,
    )  # fmt: skip


def _is_platform_admin() -> bool:
    return may(signed_in_actor(), Permission.MANAGE_AGENCIES)


def _unit_choices() -> list[tuple[int, str]]:
    rows = unit_rules.tree(db.session, g.agency.id)
    return [(row.unit.id, "\u00a0\u00a0" * row.depth + row.unit.name) for row in rows]


def _fill_choices(form: PositionForm) -> None:
    form.unit.choices = _unit_choices()
    form.level.choices = [(level.value, level_name(level.value)) for level in Level]


def _position_of(form: PositionForm) -> NewPosition | None:
    """The position in a valid form; None, with the fault on the field, when the manager is not known here."""
    manager = people_rules.member(db.session, g.agency.id, form.manager.data) if form.manager.data else None
    if form.manager.data and manager is None:
        form.manager.errors = [gettext("Nobody with a position in this agency has that address.")]
        return None
    return NewPosition(
        form.unit.data, form.title.data, Level(form.level.data), form.starts_on.data, manager.id if manager else None
    )


def _facts_of(form: PersonForm | FactsForm) -> PersonFacts:
    return PersonFacts(form.given_name.data, form.family_name.data, form.email.data, form.language.data)


def _position_fault(form: PositionForm, fault: Exception) -> None:
    """Put the reason why a position was refused on the field that can mend it."""
    if isinstance(fault, OwnManager):
        form.manager.errors = [gettext("A person cannot be their own line manager.")]
    elif isinstance(fault, WrongOrder):
        form.starts_on.errors = [gettext("The position it replaces had not begun by then.")]
    else:
        form.starts_on.errors = [gettext("There is a position in that unit from that day already.")]


def _address_fault(form: PersonForm | FactsForm) -> None:
    form.email.errors = [gettext("This address is already in use; ask the platform administrator to add the position.")]


@blueprint.get("/agency/<agency_slug>/people")
@requires(Permission.SEE_PEOPLE)
def people(agency_slug: str) -> str:
    """The agency's people, to search and filter."""
    unit_id = request.args.get("unit", type=int)
    if unit_id is not None and not 0 < unit_id <= LARGEST_ID:
        unit_id = None
    wish = request.args.get("level", "")
    level = Level(wish) if wish in {each.value for each in Level} else None
    query = request.args.get("q", "")[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    found = people_rules.find_people(db.session, g.agency.id, query=query, unit_id=unit_id, level=level, page=page)
    return render_template(
        "organisation/people.html", agency=g.agency, found=found[: people_rules.PAGE],
        more=len(found) > people_rules.PAGE, rows=unit_rules.tree(db.session, g.agency.id), unit_id=unit_id,
        level=level.value if level else None, levels=[each.value for each in Level], query=query, page=page,
        today=clock.today(), may_manage=may(signed_in_actor(), Permission.MANAGE_PEOPLE, g.agency.id),
    )  # fmt: skip


@blueprint.route("/agency/<agency_slug>/people/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def new_person(agency_slug: str) -> AnyResponse | str | tuple[str, int]:
    """Add a person, who is invited by mail to choose a password."""
    form = PersonForm()
    _fill_choices(form)
    if request.method == "GET":
        form.starts_on.data = clock.today()
        return render_template("organisation/new_person.html", agency=g.agency, form=form)
    position = _position_of(form) if form.validate_on_submit() else None
    if position is not None:
        try:
            person, is_new = people_rules.add_person(
                db.session, g.agency.id, _facts_of(form), position, may_join=_is_platform_admin()
            )
        except AddressTaken:
            _address_fault(form)
        except (PositionTaken, OwnManager) as fault:
            _position_fault(form, fault)
        else:
            detail = {"unit": position.unit_id, "level": position.level.value}
            _record("person.added" if is_new else "position.added", "person", person.id, **detail)
            by_provider = not may_use_password(db.session, person.id)
            if not by_provider and not has_password(db.session, person.id):
                password_links.send(db.session, person, g.agency.id)
            if is_new and by_provider:
                flash(gettext("%(name)s is added and signs in with your own sign-in.", name=person.name))
            elif is_new:
                flash(gettext("%(name)s is added and gets an invitation by mail.", name=person.name))
            else:
                flash(gettext("%(name)s was known already and has the new position.", name=person.name))
            return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person.id), 303)
    return render_template("organisation/new_person.html", agency=g.agency, form=form), 422


def _person_or_404(person_id: int) -> Person:
    found = people_rules.person_in(db.session, g.agency.id, person_id)
    if found is None:
        abort(404)
    return found


def _move_form(person_id: int) -> MoveForm:
    form = MoveForm()
    _fill_choices(form)
    today = clock.today()
    form.replaces.choices = [(0, gettext("No other position: this one comes in addition"))] + [
        (each.id, f"{each.title}, {each.unit.name}")
        for each in people_rules.positions_in(db.session, g.agency.id, person_id)
        if each.ends_on is None or each.ends_on >= today
    ]
    return form


def _is_ours_alone(person_id: int) -> bool:
    """Whether earlier addresses may be shown: one may tell of another agency."""
    return _is_platform_admin() or was_never_elsewhere(db.session, g.agency.id, person_id)


def _person_page(found: Person, form: MoveForm) -> str:
    today = clock.today()
    positions = people_rules.positions_in(db.session, g.agency.id, found.id)
    completions = overview.completions_in(db.session, g.agency.id, found.id)
    departure = leaving.newest(db.session, g.agency.id, found.id)
    # Somebody who has left may have an address that tells where they work now.
    works_here = any(each.ends_on is None or each.ends_on >= today for each in positions)
    return render_template(
        "organisation/person.html", agency=g.agency, person=found, form=form, today=today, positions=positions,
        works_here=works_here, bounce=bounces.bounce_of(db.session, found.id) if works_here else None,
        assignments=list(member_list.stream(db.session, g.agency.id, Wanted(person_id=found.id))),
        completions=completions, certificates=of_completions(db.session, [each.id for each in completions]),
        status_name=status_name, status_colours=STATUS_COLOURS, has_password=has_password(db.session, found.id),
        may_use_password=may_use_password(db.session, found.id),
        may_manage=may(signed_in_actor(), Permission.MANAGE_PEOPLE, g.agency.id), departure=departure,
        may_see_competences=may(signed_in_actor(), Permission.MANAGE_COMPETENCES, g.agency.id),
        to_take_back=leaving.last_day_to_take_back(departure) if departure else None,
        merges=merging.former_addresses(db.session, found.id) if _is_ours_alone(found.id) else [],
    )  # fmt: skip


@blueprint.get("/agency/<agency_slug>/people/<int:person_id>")
@requires(Permission.SEE_PEOPLE)
def person(agency_slug: str, person_id: int) -> AnyResponse | str:
    """A person in this agency: positions, what is assigned, what is completed. Never what they have answered."""
    now = merging.account_now(db.session, person_id) if person_id <= LARGEST_ID else person_id
    if now != person_id and people_rules.person_in(db.session, g.agency.id, now):
        return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=now))
    found = _person_or_404(person_id)
    form = _move_form(person_id)
    form.starts_on.data = clock.today()
    return _person_page(found, form)


def _why_not_to_change(person_id: int) -> str | None:
    """Why the reader may not change the person's name and address, or None."""
    if _is_platform_admin():
        return None
    works_here = people_rules.works_in(db.session, g.agency.id, person_id)
    if not (works_here and roles.belongs_here_alone(db.session, g.agency.id, person_id)):
        return str(gettext("Name and address are not this agency's alone to change. Ask the platform administrator."))
    actor = signed_in_actor()
    has_role = any(each.person_id == person_id for each in grants_in(db.session, g.agency.id))
    if has_role and actor.person_id != person_id and not may(actor, Permission.GRANT_ROLES, g.agency.id):
        return str(gettext("The person has a role in the agency. Ask the agency's administrator to change this."))
    return None


@blueprint.route("/agency/<agency_slug>/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def edit_person(agency_slug: str, person_id: int) -> AnyResponse | str | tuple[str, int]:
    """Change name, address and language of somebody who belongs to this agency alone."""
    found = _person_or_404(person_id)
    refused = _why_not_to_change(person_id)
    if refused is not None:
        page = render_template(
            "organisation/edit_person.html", agency=g.agency, person=found, form=None, refused=refused
        )
        return page if request.method == "GET" else (page, 422)
    form = FactsForm(obj=found)
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            try:
                changed = people_rules.change_person(db.session, found, _facts_of(form))
            except AddressTaken:
                form.email.errors = [gettext("This address is already in use.")]
            else:
                if changed:
                    _record("person.changed", "person", person_id, fields=", ".join(changed))
                flash(gettext("The changes are saved."))
                return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)
    return render_template("organisation/edit_person.html", agency=g.agency, person=found, form=form), code


@blueprint.post("/agency/<agency_slug>/people/<int:person_id>/password-link")
@requires(Permission.MANAGE_PEOPLE)
def send_password_link(agency_slug: str, person_id: int) -> AnyResponse:
    """Mail the person a link to choose a password; nobody else sees it."""
    found = _person_or_404(person_id)
    if not people_rules.works_in(db.session, g.agency.id, person_id):
        abort(404)
    if not may_use_password(db.session, person_id):
        flash(gettext("No link was sent: passwords are switched off for %(name)s.", name=found.name))
        return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)
    password_links.send(db.session, found, g.agency.id)
    _record("password.link-sent", "person", person_id)
    flash(gettext("A link to choose a password is on its way to %(address)s.", address=found.email))
    return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)


@blueprint.post("/agency/<agency_slug>/people/<int:person_id>/positions")
@requires(Permission.MANAGE_PEOPLE)
def add_position(agency_slug: str, person_id: int) -> AnyResponse | tuple[str, int]:
    """Give a person a position, in addition to or instead of one they have."""
    found = _person_or_404(person_id)
    form = _move_form(person_id)
    new = _position_of(form) if form.validate_on_submit() else None
    if new is not None:
        replaced = people_rules.position_in(db.session, g.agency.id, form.replaces.data)
        try:
            position = people_rules.add_position(db.session, g.agency.id, found, new, replaces=replaced)
        except (PositionTaken, OwnManager, WrongOrder) as fault:
            _position_fault(form, fault)
        else:
            action = "position.moved" if replaced else "position.added"
            _record(action, "position", position.id, person=found.id, unit=new.unit_id, level=new.level.value,
                    replaces=replaced.id if replaced else None)  # fmt: skip
            flash(gettext("The position is added."))
            return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=person_id), 303)
    return _person_page(found, form), 422


@blueprint.route("/agency/<agency_slug>/positions/<int:position_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def end_position(agency_slug: str, position_id: int) -> AnyResponse | str | tuple[str, int]:
    """Set the last day of a position."""
    position = people_rules.position_in(db.session, g.agency.id, position_id)
    if position is None:
        abort(404)
    form = EndForm()
    if request.method == "GET":
        form.ends_on.data = position.ends_on or clock.today()
        return render_template("organisation/end_position.html", agency=g.agency, position=position, form=form)
    if form.validate_on_submit():
        try:
            people_rules.end_position(db.session, position, form.ends_on.data)
        except WrongOrder:
            form.ends_on.errors = [gettext("A position cannot end before it began.")]
        else:
            ends_on = form.ends_on.data.isoformat()
            _record("position.ended", "position", position.id, person=position.person_id, ends_on=ends_on)
            flash(gettext("The position is ended. The person keeps their record."))
            return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=position.person_id), 303)
    return render_template("organisation/end_position.html", agency=g.agency, position=position, form=form), 422


def _units_page(form: UnitForm | None = None, renaming: tuple[int, RenameForm] | None = None) -> str:
    """The tree; ``renaming`` is the unit whose new name was refused, with its form."""
    if form is None:
        form = UnitForm(formdata=None)
        form.parent.choices = _unit_choices()
    return render_template(
        "organisation/units.html", agency=g.agency, rows=unit_rules.tree(db.session, g.agency.id), form=form,
        refused=renaming[0] if renaming else None, rename_form=renaming[1] if renaming else None,
        may_manage=may(signed_in_actor(), Permission.MANAGE_PEOPLE, g.agency.id),
    )  # fmt: skip


@blueprint.get("/agency/<agency_slug>/units")
@requires(Permission.SEE_PEOPLE)
def units(agency_slug: str) -> str:
    """The agency's unit tree."""
    return _units_page()


@blueprint.post("/agency/<agency_slug>/units")
@requires(Permission.MANAGE_PEOPLE)
def add_unit(agency_slug: str) -> AnyResponse | tuple[str, int]:
    """Add a unit below another."""
    form = UnitForm()
    form.parent.choices = _unit_choices()
    if form.validate_on_submit():
        parent = unit_rules.unit_in(db.session, g.agency.id, form.parent.data)
        if parent is None:
            abort(404)
        unit = unit_rules.add_unit(db.session, g.agency.id, parent, form.name.data)
        _record("unit.added", "unit", unit.id, name=unit.name)
        flash(gettext("The unit is added."))
        return redirect(url_for("organisation.units", agency_slug=agency_slug), 303)
    return _units_page(form), 422


@blueprint.post("/agency/<agency_slug>/units/<int:unit_id>/rename")
@requires(Permission.MANAGE_PEOPLE)
def rename_unit(agency_slug: str, unit_id: int) -> AnyResponse | tuple[str, int]:
    """Give a unit a new name."""
    unit = unit_rules.unit_in(db.session, g.agency.id, unit_id)
    if unit is None:
        abort(404)
    form = RenameForm()
    if not form.validate_on_submit():
        return _units_page(renaming=(unit_id, form)), 422
    _record("unit.renamed", "unit", unit.id, before=unit.name, after=form.name.data)
    unit.name = form.name.data
    flash(gettext("The unit has a new name. Earlier completions keep the old one."))
    return redirect(url_for("organisation.units", agency_slug=agency_slug), 303)


@blueprint.route("/platform/agencies", methods=["GET", "POST"])
@requires(Permission.MANAGE_AGENCIES)
def agencies() -> AnyResponse | str | tuple[str, int]:
    """Every agency of the platform; add one."""
    form = AgencyForm()
    form.kind.choices = [(kind.value, agency_kind_name(kind.value)) for kind in AgencyKind]
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate_on_submit():
            try:
                agency = agency_rules.add_agency(
                    db.session, slug=form.slug.data, name=form.name.data, kind=AgencyKind(form.kind.data),
                    organisation_number=form.organisation_number.data,
                )  # fmt: skip
            except agency_rules.AgencyTaken:
                form.slug.errors = [gettext("The short name or the organisation number is in use already.")]
            else:
                audit.record(
                    db.session, "agency.added", subject_type="agency", subject_id=agency.id,
                    actor_id=signed_in_actor().person_id, agency_id=agency.id,
                )  # fmt: skip
                flash(gettext("The agency is added."))
                return redirect(url_for("organisation.agencies"), 303)
    return render_template(
        "organisation/agencies.html", form=form, agencies=agency_rules.all_agencies(db.session),
        agency_kind_name=agency_kind_name,
    ), code  # fmt: skip
