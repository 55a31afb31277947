"""What those who verify our badges fetch: the issuer, its public keys, and which badges are revoked."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, jsonify

from learning.access.guard import public
from learning.database import db
from learning.portfolio import badges, keys, record

blueprint = Blueprint("open_badges", __name__)


def _base_url() -> str:
    return str(current_app.config["SETTINGS"].base_url)


@blueprint.get("/.well-known/jwks.json")
@public
def key_set() -> Response:
    return jsonify({"keys": keys.published(db.session, _base_url())})


@blueprint.get("/open-badges/keys/<thumbprint>")
@public
def key(thumbprint: str) -> Response:
    """One key: where a badge's ``kid`` leads."""
    address = keys.address_of(thumbprint, _base_url())
    found = next((each for each in keys.published(db.session, _base_url()) if each["kid"] == address), None)
    if found is None:
        abort(404)
    return jsonify(found)


@blueprint.get("/open-badges/issuer")
@public
def issuer() -> Response:
    return jsonify({"@context": badges.CONTEXTS, **badges.issuer_profile(_base_url())})


@blueprint.get("/open-badges/revoked")
@public
def revoked() -> Response:
    """A 1EdTech revocation list: ids that nobody can trace to a person."""
    listed = [{"id": each, "revoked": True} for each in record.revoked(db.session)]
    address = f"{_base_url()}/open-badges/revoked"
    return jsonify({"id": address, "issuer": badges.issuer_address(_base_url()), "revokedCredential": listed})
