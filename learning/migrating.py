"""Bringing the database to the newest migration, and checking that it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from config import ROOT
from learning.database import db


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made in code: there is no alembic.ini to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up, in one transaction where the database allows it."""
    if engine.url.database and engine.dialect.name == "sqlite" and engine.url.database != ":memory:":
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with _migrating(engine) as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with _migrating(engine) as connection:
        command.downgrade(alembic_config(connection), revision)


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """A transaction to migrate in.

    SQLite changes a table by making it anew, and would meanwhile refuse to drop one that others refer to: there the
    foreign keys are switched off and all of them checked before the commit. Raises RuntimeError when one is broken.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration would leave rows without what they refer to: {broken[:5]}")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest migration."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


@click.group()
def database() -> None:
    """Migrate the database and see whether it is up to date."""


@database.command("upgrade")
@click.pass_obj
def upgrade_command(app_factory: object) -> None:
    """Create or migrate the database to the newest version."""
    app = app_factory()  # type: ignore[operator]
    with app.app_context():
        upgrade(db.engine)
        click.echo("The database is up to date.")


@database.command("check")
@click.pass_obj
def check_command(app_factory: object) -> None:
    """Exit with 1 when the database is behind this version of the program."""
    app = app_factory()  # type: ignore[operator]
    with app.app_context():
        if not is_current(db.engine):
            raise click.ClickException("The database is behind. Run: learning database upgrade")
        click.echo("The database is up to date.")
