"""Running the system: gunicorn for the web, and a worker process beside it for mail and nightly rules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from learning.database import db
from learning.migrating import is_current


class _Server(BaseApplication):
    """Gunicorn, told its options in code."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def _leave_connections(app: Flask) -> Callable[[Any, Any], None]:
    def post_fork(server: Any, worker: Any) -> None:
        with app.app_context():
            db.engine.dispose(close=False)  # a forked child must not share its parent's connections

    return post_fork


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=8, show_default=True, help="Threads in each web process.")
@click.option("--with-worker/--without-worker", default=True, show_default=True, help="Start the mail worker too.")
@click.pass_obj
def serve(make_app: Callable[[], Flask], host: str, port: int, workers: int, threads: int, with_worker: bool) -> None:
    """Serve the system over HTTP, with the mail worker beside it."""
    app = make_app()
    with app.app_context():
        if not is_current(db.engine):
            raise click.ClickException("The database is behind. Run: learning database upgrade")
        db.engine.dispose()
    options: dict[str, Any] = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 60,
        "graceful_timeout": 20,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "post_fork": _leave_connections(app),
        "control_socket_disable": True,
    }
    helper: subprocess.Popen[bytes] | None = None
    if with_worker:
        helper = subprocess.Popen([sys.executable, "-m", "learning.cli", "worker"], env=os.environ.copy())

        def stop_worker(server: Any) -> None:
            if helper is not None and helper.poll() is None:
                helper.send_signal(signal.SIGTERM)
                helper.wait(timeout=20)

        options["on_exit"] = stop_worker
    click.echo(f"Serving on http://{host}:{port} (stop with Ctrl+C)")
    _Server(app, options).run()
