"""A small site for the player's own tests: two courses, two learners who take both, and nothing else.

The site of the other journeys holds the whole demo, and takes many times as long to fill.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from config import Settings
from learning import create_app
from learning.access.sign_in import set_password
from learning.catalogue.publishing import publish
from learning.database import db, writing
from learning.demo.people import DEMO_PASSWORD
from learning.organisation.models import Person
from learning.progress import enrolling
from learning.progress.models import Enrolment, LessonFinish, Note, Response
from tests import factories
from tests.journeys.conftest import Site, aside

ADA, BO = "ada@example.org", "bo@example.org"


def _make(url: str) -> Any:
    app = create_app(Settings(demo=True, database_url=url, secret_key="y" * 40))
    with app.app_context(), writing() as session:
        versions = [
            publish(session, factories.SAMPLE_COURSE / "sample-101")[0],
            publish(session, factories.PRACTICE_COURSE / "practice-101")[0],
        ]
        for email in (ADA, BO):
            person = factories.make_person(session, email=email)
            set_password(session, person, DEMO_PASSWORD)
            for version in versions:
                enrolling.enrol(session, person, version.course, "en")
    return app


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    app = aside(_make, database_url)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()

    def close() -> None:
        with app.app_context():
            db.engine.dispose()

    aside(close)


def ask(site: Site, question: Callable[[Session], Any]) -> Any:
    """What the database says."""

    def asked() -> Any:
        with site.app.app_context(), db.sessionmaker() as session:
            return question(session)

    return aside(asked)


def course_of(site: Site, email: str, slug: str = "sample-101") -> str:
    """The address of somebody's course map."""

    def number(session: Session) -> int:
        wanted = select(Enrolment).join(Person, Person.id == Enrolment.person_id).where(Person.email == email)
        return next(each.id for each in session.scalars(wanted) if each.version.course.slug == slug)

    return f"/learn/{ask(site, number)}"


def responses(site: Site) -> list[str]:
    """The activities that have been answered, in order, once for each answer taken."""
    return list(ask(site, lambda session: session.scalars(select(Response.activity_id).order_by(Response.id)).all()))


def finished(site: Site) -> list[str]:
    return list(ask(site, lambda session: session.scalars(select(LessonFinish.lesson_id)).all()))


def noted(site: Site) -> list[str]:
    return list(ask(site, lambda session: session.scalars(select(Note.lesson_id)).all()))
