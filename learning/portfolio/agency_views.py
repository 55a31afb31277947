"""HR: badges that people have brought, and the issuers that the agency trusts."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import requires, signed_in_actor
from learning.access.policy import Permission
from learning.database import db
from learning.portfolio import taking_in, wording
from learning.portfolio.forms import IssuerForm
from learning.portfolio.models import TrustedIssuer
from learning.tidying import one_line

blueprint = Blueprint("brought", __name__)
Page = str | tuple[str, int] | AnyResponse


def _page(form: IssuerForm, fault: str | None = None, at: int | None = None) -> Page:
    rendered = render_template(
        "portfolio/agency.html", agency=g.agency, form=form, fault=fault, fault_at=at,
        found=taking_in.in_agency(db.session, g.agency.id), issuers=taking_in.issuers_of(db.session, g.agency.id),
        status_told=wording.status_told, reader_id=signed_in_actor().person_id,
    )  # fmt: skip
    return rendered, 422 if fault or form.errors else 200


def _home() -> AnyResponse:
    return redirect(url_for("brought.in_agency", agency_slug=g.agency.slug), 303)


@blueprint.get("/agency/<agency_slug>/brought")
@requires(Permission.MANAGE_PATHS)
def in_agency(agency_slug: str) -> Page:
    return _page(IssuerForm(formdata=None))


@blueprint.post("/agency/<agency_slug>/brought/<int:taken_id>")
@requires(Permission.MANAGE_PATHS)
def decide(agency_slug: str, taken_id: int) -> Page:
    """Yes, no, or an end to an earlier yes."""
    row = taking_in.one_of_agency(db.session, g.agency.id, taken_id)
    if row is None:
        abort(404)
    actor_id = signed_in_actor().person_id
    wish = request.form.get("decision")
    if wish not in ("yes", "no"):
        return _page(IssuerForm(formdata=None), gettext("Choose yes or no."), taken_id)
    try:
        if wish == "yes":
            new = taking_in.grant(db.session, row, actor_id, is_theirs="theirs" in request.form)
        else:
            answer = one_line(request.form.get("answer"))
            new = taking_in.decline(db.session, row, actor_id, answer)
    except taking_in.CannotDecide as cannot:
        told = {
            "own": gettext("Somebody else must decide what concerns yourself."),
            "not-theirs-yet": gettext(
                "The badge is for another e-mail address. Make sure that it is the person's own, and say so with the "
                "check box."
            ),
            "no-words": gettext("Write a reason of 5 to 500 characters."),
        }
        return _page(IssuerForm(formdata=None), told[cannot.reason], taken_id)
    flash(gettext("Your answer is kept.") if new else gettext("It was answered already, so nothing was changed."))
    return _home()


@blueprint.post("/agency/<agency_slug>/issuers")
@requires(Permission.MANAGE_PATHS)
def trust(agency_slug: str) -> Page:
    form = IssuerForm()
    if not form.validate_on_submit():
        return _page(form)
    new = taking_in.trust(
        db.session, g.agency.id, signed_in_actor().person_id, name=form.name.data or "",
        address=form.address.data or "", keys=form.key_content,
    )  # fmt: skip
    flash(gettext("The issuer is on the list.") if new else gettext("The issuer was on the list already."))
    return _home()


@blueprint.post("/agency/<agency_slug>/issuers/<int:issuer_id>/remove")
@requires(Permission.MANAGE_PATHS)
def distrust(agency_slug: str, issuer_id: int) -> AnyResponse:
    found = db.session.scalar(
        select(TrustedIssuer).where(TrustedIssuer.id == issuer_id, TrustedIssuer.agency_id == g.agency.id)
    )
    if found is None:
        abort(404)
    taking_in.distrust(db.session, found, signed_in_actor().person_id)
    flash(gettext("The issuer is off the list. What already counts still does, until you end it."))
    return _home()
