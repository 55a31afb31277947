"""Fixtures that every room's tests share.

``app`` runs on both databases unless a test is marked ``one_database``: then on SQLite. Without PostgreSQL its
half is skipped on a developer's machine, and fails where CI=true.
"""

from __future__ import annotations

import contextvars
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from learning import create_app
from learning.access import sign_in as signing_in
from learning.access.sign_in import set_password
from learning.database import db
from learning.organisation.models import Person
from tests import applications, databases

# A busy machine makes examples slowly; that is no fault of what is tested.
hypothesis_settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("here")

# Hashing that is slow by design would be a fifth of the run: nearly every test signs somebody in.
signing_in._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

applications.share_what_is_compiled()

COURSES = Path(__file__).parent / "sample_course"  # small: authors' pages compile all of them
PASSWORD = "correct horse battery"
IN_CI = os.environ.get("CI") == "true"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_database")
        metafunc.parametrize("database_kind", databases.KINDS[:1] if one else databases.KINDS, scope="function")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all parallel workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    path = run_folder / "template.sqlite3"
    with FileLock(run_folder / "sqlite.lock"):
        if not path.exists():
            making = path.with_suffix(".making")
            with databases.migrated_sqlite(making):
                pass
            making.rename(path)
    return path


@pytest.fixture(scope="session")
def cluster(run_folder: Path, worker_id: str) -> Iterator[Path]:
    """The run's throw-away PostgreSQL cluster; the last worker to leave stops it."""
    if databases.initdb() is None:
        if IN_CI:
            pytest.fail("PostgreSQL is not installed, and CI skips nothing")
        pytest.skip("PostgreSQL is not installed")
    # A socket's path has at most 107 bytes, and the cluster's owner must be able to enter the folder.
    folder = Path("/tmp") / f"handlingsrom-{run_folder.name}-{run_folder.stat().st_ino}"
    users = run_folder / "cluster-users"
    users.mkdir(exist_ok=True)
    with FileLock(run_folder / "cluster.lock"):
        (users / worker_id).touch()
        if not folder.exists():
            folder.mkdir(mode=0o755)
            databases.start_cluster(folder)
            databases.make_template(folder)
    yield folder
    with FileLock(run_folder / "cluster.lock"):
        (users / worker_id).unlink()
        if not any(users.iterdir()):
            databases.stop_cluster(folder)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgresql_url(request: pytest.FixtureRequest, worker_id: str) -> Callable[[], str]:
    made: list[str] = []

    def url() -> str:
        if not made:
            folder: Path = request.getfixturevalue("cluster")
            made.append(databases.copy_template(folder, f"worker_{worker_id}"))
        else:
            databases.empty(made[0])
        return made[0]

    return url


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, _postgresql_url: Callable[[], str]
) -> str:
    """The address of an empty, migrated database."""
    if database_kind == "postgresql":
        return _postgresql_url()
    path = tmp_path / "test.sqlite3"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


class Browser(FlaskClient):
    """A client whose requests see nothing of the test's own application context, as on a real server.

    It asks for English, so that a test can be read beside the text it looks for.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)  # a streamed answer is read where it was made
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database, in demo mode, with CSRF checks off (one test has them on)."""
    settings = Settings(demo=True, database_url=database_url, secret_key="x" * 40, courses_path=COURSES)
    application = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    application.test_client_class = Browser
    with application.app_context():
        applications.share_statements(db.engine)
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session on the test's database. Commit what a request should see.

    What is committed stays readable without a new transaction: on SQLite that would keep requests out.
    """
    with app.app_context(), db.sessionmaker(expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """``sign_in(person)``: a client that is signed in as the person, through the real form."""

    def signed_in(person: Person) -> FlaskClient:
        person_id, email = person.id, person.email
        with app.app_context(), db.sessionmaker() as own:
            found = own.get(Person, person_id)
            assert found is not None, "commit the person before signing in"
            set_password(own, found, PASSWORD)
            own.commit()
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return browser

    return signed_in


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this process: its driver takes one at a time, so all tests share it."""
    path = shutil.which("chromium")
    if path is None:
        if IN_CI:
            pytest.fail("Chromium is not installed, and CI skips nothing")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
