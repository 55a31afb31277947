"""Two accounts of one person: likely doubles, finding the other account, a preview of both, and merging them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access import audit
from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.administration import doubles as rules
from learning.administration.forms import MergeForm
from learning.database import LARGEST_ID, db
from learning.organisation import doubles, merging
from learning.organisation.merging import CannotMerge
from learning.organisation.models import Person
from learning.organisation.people import person_in
from learning.organisation.wording import role_name

blueprint = Blueprint("doubles", __name__)


def _sees_everybody() -> bool:
    return may(signed_in_actor(), Permission.MANAGE_AGENCIES)


@blueprint.get("/agency/<agency_slug>/doubles")
@requires(Permission.MANAGE_PEOPLE)
def likely(agency_slug: str) -> str:
    """People in the agency who may have two accounts."""
    pairs = doubles.likely(db.session, g.agency.id)
    return render_template(
        "organisation/doubles.html", agency=g.agency, pairs=pairs[: doubles.MOST], more=len(pairs) > doubles.MOST
    )


@blueprint.get("/agency/<agency_slug>/people/<int:person_id>/same-person")
@requires(Permission.MANAGE_PEOPLE)
def search(agency_slug: str, person_id: int) -> str:
    """Find the other account of a person."""
    person = person_in(db.session, g.agency.id, person_id)
    if person is None:
        abort(404)
    query = request.args.get("q", person.family_name)[:100]
    found = doubles.find_other(
        db.session, person, query, agency_id=None if _sees_everybody() else g.agency.id
    )  # fmt: skip
    return render_template(
        "organisation/same_person.html", agency=g.agency, person=person, query=query, found=found[: doubles.MOST],
        more=len(found) > doubles.MOST, everywhere=_sees_everybody(),
    )  # fmt: skip


def _merged_already(person_id: int, other_id: int) -> int | None:
    """The account that both are now, when the two were merged: the answer to a second click."""
    one, other = (merging.account_now(db.session, each) for each in (person_id, other_id))
    if one == other and person_id != other_id and person_in(db.session, g.agency.id, one):
        return one
    return None


def _both_or_404(person_id: int, other_id: int) -> tuple[Person, Person]:
    """The two accounts; the other may be anybody's for those who run the platform, else one of this agency's."""
    if not 0 < other_id <= LARGEST_ID or person_id == other_id:
        abort(404)
    person, other = person_in(db.session, g.agency.id, person_id), person_in(db.session, g.agency.id, other_id)
    if other is None and _sees_everybody():
        other = db.session.get(Person, other_id)
    if person is None or other is None or other.merged_into_id is not None:
        abort(404)
    return person, other


@blueprint.route("/agency/<agency_slug>/people/<int:person_id>/same-person/<int:other_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def merge(agency_slug: str, person_id: int, other_id: int) -> AnyResponse | str | tuple[str, int]:
    """Both accounts side by side, what merging would do, and the step itself."""
    is_one = _merged_already(person_id, other_id)
    if is_one is not None:
        flash(gettext("The two accounts are one."))
        return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=is_one), 303)
    person, other = _both_or_404(person_id, other_id)
    refused = rules.why_not(db.session, g.agency.id, signed_in_actor(), person, other)
    if refused is not None:
        page = render_template("organisation/merge.html", agency=g.agency, person=person, form=None, refused=refused)
        return page if request.method == "GET" else (page, 422)
    sides = rules.side(db.session, person), rules.side(db.session, other)
    wish = request.values.get("keep", type=int)
    kept = next((each for each in sides if each.person.id == wish), None) or rules.to_keep(*sides)
    merged = next(each for each in sides if each is not kept)
    form = MergeForm()
    if form.validate_on_submit():
        if (form.address.data or "").lower() != kept.person.email:
            form.address.errors = [gettext("Write %(address)s.", address=kept.person.email)]
        else:
            try:
                return _merge(agency_slug, kept, merged, form.reason.data or "")
            except CannotMerge:
                form.address.errors = [gettext("That account is closed. Keep the other one.")]
    page = render_template(
        "organisation/merge.html", agency=g.agency, person=person, other=other, sides=sides, kept=kept, merged=merged,
        told=rules.what_happens(db.session, kept, merged), form=form, role_name=role_name,
    )  # fmt: skip
    return page if request.method == "GET" else (page, 422)


def _merge(agency_slug: str, kept: rules.Side, merged: rules.Side, reason: str) -> AnyResponse:
    completions, former = len(merged.completions), merged.person.email
    actor_id, merged_id, kept_id, name = (
        signed_in_actor().person_id, merged.person.id, kept.person.id, kept.person.name
    )  # fmt: skip
    fact = merging.merge(db.session, kept.person, merged.person, by_id=actor_id, reason=reason)
    audit.record(
        db.session, "person.merged", subject_type="person", subject_id=kept_id, actor_id=actor_id,
        agency_id=g.agency.id, merged=merged_id, former_address=former, reason=reason, moved=fact.summary,
    )  # fmt: skip
    flash(gettext("%(name)s has one account now. Completions that came along: %(num)d.", name=name, num=completions))
    here = kept_id if person_in(db.session, g.agency.id, kept_id) else None
    if here is None:
        return redirect(url_for("organisation.people", agency_slug=agency_slug), 303)
    return redirect(url_for("organisation.person", agency_slug=agency_slug, person_id=here), 303)
