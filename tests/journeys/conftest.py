"""A real server with the demo in it, a real browser, axe-core and the Nu HTML checker."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from _pytest.runner import runtestprotocol
from filelock import FileLock
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from config import ROOT, Settings
from learning import create_app
from learning.catalogue.frameworks import DELIVERED
from learning.catalogue.publishing import publish
from learning.competences.publishing import publish as publish_frameworks
from learning.database import db, writing
from learning.demo.activity import seed_activity
from learning.demo.frameworks import seed_framework
from learning.demo.people import DEMO_PASSWORD
from learning.demo.seeding import seed_people
from learning.notifications import worker
from tests import databases
from tests.factories import SAMPLE_COURSE

T = TypeVar("T")
expect.set_options(timeout=20_000)  # milliseconds; a busy machine is no fault of what is tested
TOOLS = ROOT / "tests" / "browser" / "node_modules"


TRIES = 3


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A journey that fails is tried again: a browser on a busy machine stumbles at times, a fault stays."""
    if not item.path.is_relative_to(Path(__file__).parent):
        return None  # the hook is asked about every test
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(1, TRIES + 1):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if attempt == TRIES or not any(report.failed for report in reports):
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            break
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@dataclass
class Site:
    """The running system."""

    app: Flask
    address: str

    def work(self) -> None:
        """One turn of the mail worker."""
        aside(worker.run_once, self.app)


def aside(function: Callable[..., T], *args: Any) -> T:
    """Call in a thread of its own: the browser's driver keeps an event loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function, *args).result()


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _make_app(url: str) -> Flask:
    return create_app(Settings(demo=True, database_url=url, secret_key="y" * 40))


def _fill(url: str) -> None:
    app = _make_app(url)
    with app.app_context():
        with writing() as session:
            publish(session, SAMPLE_COURSE / "sample-101")
            publish(session, ROOT / "courses" / "rm-101")
            publish_frameworks(session, DELIVERED)
            seed_people(session)
        with writing() as session:
            seed_activity(session)
            seed_framework(session)
    _close(app)
    with create_engine(url).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # the copy is of one file


@pytest.fixture(scope="session")
def demo_database(
    request: pytest.FixtureRequest, run_folder: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """``demo_database(kind)``: the address of a copy of the demo, which is filled once a run."""

    def make(kind: str) -> str:
        template = run_folder / f"demo-{kind}"
        cluster: Path | None = request.getfixturevalue("cluster") if kind == "postgresql" else None
        with FileLock(run_folder / f"demo-{kind}.lock"):
            if not template.exists():
                if cluster:
                    filling = databases.copy_template(cluster, "template_demo")
                else:
                    shutil.copy(request.getfixturevalue("sqlite_template"), template.with_suffix(".filling"))
                    filling = f"sqlite:///{template.with_suffix('.filling')}"
                aside(_fill, filling)
                template.with_suffix(".filling").touch()
                template.with_suffix(".filling").rename(template)
        if cluster:
            return databases.copy_template(cluster, f"demo_{worker_id}", "template_demo")
        copy = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
        shutil.copy(template, copy)
        return f"sqlite:///{copy}"

    return make


@pytest.fixture
def site(database_kind: str, demo_database: Callable[[str], str]) -> Iterator[Site]:
    """A server with the demo on a database of its own."""
    app = _make_app(demo_database(database_kind))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    object.__setattr__(app.config["SETTINGS"], "base_url", address)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, address)
    server.shutdown()
    thread.join()
    aside(_close, app)


Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    """``visit(email=None, javascript=True, theme="light", language="en", width=1280)``: a page, signed in."""
    contexts: list[BrowserContext] = []

    def open_page(
        email: str | None = None,
        *,
        javascript: bool = True,
        theme: str = "light",
        language: str = "en",
        width: int = 1280,
    ) -> Page:
        context = chromium.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            base_url=site.address,
            accept_downloads=True,
        )
        context.add_cookies(
            [
                {"name": "theme", "value": theme, "url": site.address},
                {"name": "language", "value": language, "url": site.address},
            ]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if email:
            page.goto("/sign-in")
            page.fill("#email", email)
            page.fill("#password", DEMO_PASSWORD)
            # A click does not wait for the page it leads to, and the next step may be a page.goto.
            with page.expect_navigation():
                page.click("main form.form button[type=submit]")
            page.locator(".site-menu > summary").click()
            with page.expect_navigation():
                page.locator(f"button[name=language][value={language}]").click()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    return (TOOLS / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def check_accessibility(axe_script: str) -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with the page as it stands: WCAG 2.2 A and AA and best practices."""

    def check(page: Page) -> list[str]:
        page.evaluate(axe_script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{page.url}: {violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return check


@pytest.fixture(scope="session")
def vnu() -> Path:
    return TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
