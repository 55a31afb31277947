"""What a browser needs to keep the system on a device: the manifest, the service worker, who is signed in."""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, jsonify, render_template, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from learning import clock
from learning.access.guard import current_actor, public
from learning.interface import interface_language

blueprint = Blueprint("device", __name__)
BLUE, WHITE = "#0062ba", "#ffffff"


def _checked_each_time(text: str, mimetype: str) -> Response:
    """May be kept, but is asked for again each time: an old worker must not outlive a new version."""
    g.may_be_cached = True
    return Response(text, mimetype=mimetype, headers={"Cache-Control": "no-cache"})


@blueprint.get("/app.webmanifest")
@public
def manifest() -> Response:
    """How the system looks when it is installed on a phone or a desktop."""
    sizes = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable-512.png", 512, "maskable"))
    words = {
        "id": "/",
        "name": "Handlingsrom",
        "short_name": "Handlingsrom",
        "description": gettext("Short courses for managers in the public sector"),
        "lang": interface_language(),
        "start_url": url_for("front.start"),
        "scope": "/",
        "display": "standalone",
        "theme_color": BLUE,
        "background_color": WHITE,
        "icons": [
            {
                "src": url_for("static", filename=name),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, size, purpose in sizes
        ],
    }
    return _checked_each_time(json.dumps(words, ensure_ascii=False), "application/manifest+json")


@blueprint.get("/service-worker.js")
@public
def service_worker() -> Response:
    """The worker stands at the root, so that it may answer for every page. Its parts are ordinary static files."""
    script = url_for("static", filename="js/offline/worker.js")
    return _checked_each_time(f'import "{script}";\n', "text/javascript")


@blueprint.get("/session.json")
@public
def session() -> Response:
    """Who is signed in, a token to send forms with, and the server's time: asked before sending what has waited."""
    actor = current_actor()
    if actor is None:
        return jsonify(person=None)
    return jsonify(person=actor.person_id, csrf_token=generate_csrf(), now=int(clock.now().timestamp()))


@blueprint.get("/offline")
@public
def offline() -> str:
    """Shown by the worker in the place of pages that are not on the device. It says nothing about anybody."""
    return render_template("front/offline.html")
