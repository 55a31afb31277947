"""Confirming, downloading and revoking certificates."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning.access.guard import public, requires, signed_in_actor
from learning.access.policy import Permission, may
from learning.catalogue.store import titles_by_slug
from learning.catalogue.wording import course_title, title_language
from learning.certificates import issuing, listing, rendering
from learning.certificates.models import Certificate
from learning.certificates.texts import TEXTS, facts
from learning.database import db, writing

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/certificates")
@public
def find() -> AnyResponse | str:
    """Type a code to confirm a certificate."""
    code = request.args.get("code", "")[:60]
    if code:
        found = listing.by_code(db.session, code)
        if found is not None:
            return redirect(url_for("certificates.confirm", code=found.code), 303)
    return render_template("certificates/find.html", code=code)


@blueprint.get("/certificates/<code>")
@public
def confirm(code: str) -> str | tuple[str, int]:
    certificate = listing.by_code(db.session, code)
    if certificate is None:
        return render_template("certificates/find.html", code=code), 404
    return render_template(
        "certificates/confirm.html",
        certificate=certificate,
        content=certificate.content,
        words=TEXTS[certificate.language],
        facts=facts(certificate.content, certificate.serial, certificate.language),
    )


@blueprint.get("/certificates/<code>.pdf")
@public
def download(code: str) -> Response:
    certificate = listing.by_code(db.session, code)
    if certificate is None:
        abort(404)
    pdf = rendering.stored_pdf(db.session, certificate)
    if pdf is None:
        with writing() as session:
            pdf = rendering.store_pdf(session, session.get_one(Certificate, certificate.id))
    response = send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=rendering.file_name(certificate)
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/agency/<agency_slug>/certificates")
@requires(Permission.REVOKE_CERTIFICATES)
def certificates(agency_slug: str) -> str:
    query = request.args.get("q", "").replace("\x00", "")[:100]
    page = max(request.args.get("page", 1, type=int), 1)
    found = listing.in_agency(db.session, g.agency.id, query, page)
    return render_template(
        "certificates/certificates.html",
        agency=g.agency,
        found=found[: listing.PAGE],
        titles=titles_by_slug(db.session),
        course_title=course_title,
        title_language=title_language,
        more=len(found) > listing.PAGE,
        query=query,
        page=page,
        may_see_people=may(signed_in_actor(), Permission.SEE_PEOPLE, g.agency.id),
    )


@blueprint.route("/agency/<agency_slug>/certificates/<code>/revoke", methods=["GET", "POST"])
@requires(Permission.REVOKE_CERTIFICATES)
def revoke(agency_slug: str, code: str) -> AnyResponse | str | tuple[str, int]:
    certificate = listing.in_agency_by_code(db.session, g.agency.id, code)
    if certificate is None:
        abort(404)
    reason, fault = "", None
    if request.method == "POST":
        reason = request.form.get("reason", "")
        try:
            new = issuing.revoke(db.session, certificate, reason, signed_in_actor().person_id)
        except ValueError:
            fault = gettext("Write a reason of 5 to 500 characters.")
        else:
            flash(gettext("The certificate is revoked.") if new else gettext("The certificate was revoked already."))
            return redirect(url_for("certificates.certificates", agency_slug=agency_slug), 303)
    page = render_template(
        "certificates/revoke.html", agency=g.agency, certificate=certificate, reason=reason[:500], fault=fault
    )
    return (page, 422) if fault else page
