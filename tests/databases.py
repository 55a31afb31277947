"""Empty, migrated databases of both kinds for the tests.

SQLite: one migrated file is made a run and copied for each test. PostgreSQL 15: one throw-away cluster a run
(shared by the parallel workers), a template database migrated once, and a copy of it for each worker, whose
tables are emptied between tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from learning.database import prepare_engine
from learning.migrating import upgrade

KINDS = ("sqlite", "postgresql")


def initdb() -> Path | None:
    """The newest installed initdb, or None without PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    return Path(on_path) if on_path else None


def _as_cluster_owner(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root; the package made a user for it.
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        if os.geteuid() == 0
        else command
    )


def start_cluster(folder: Path) -> None:
    """Make and start a cluster that listens on a socket in ``folder`` only."""
    tool = initdb()
    if tool is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run(
        _as_cluster_owner([str(tool), "-D", str(data), "-A", "trust", "-U", "learning", "-E", "UTF8", "--no-sync"]),
        check=True,
        capture_output=True,
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=300"
    subprocess.run(
        _as_cluster_owner(
            [str(tool.with_name("pg_ctl")), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start"]
        ),
        check=True,
        capture_output=True,
    )


def stop_cluster(folder: Path) -> None:
    tool = initdb()
    if tool is not None:
        subprocess.run(
            _as_cluster_owner([str(tool.with_name("pg_ctl")), "-D", str(folder / "data"), "-m", "immediate", "stop"]),
            check=False,
            capture_output=True,
        )


def postgresql_url(folder: Path, name: str) -> str:
    return f"postgresql+psycopg://learning@/{name}?host={folder}"


def _administer(folder: Path, statement: str) -> None:
    engine = create_engine(postgresql_url(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def make_template(folder: Path) -> None:
    _administer(folder, "CREATE DATABASE template_learning")
    engine = create_engine(postgresql_url(folder, "template_learning"))
    upgrade(engine)
    engine.dispose()


def copy_template(folder: Path, name: str, template: str = "template_learning") -> str:
    """A copy of a prepared database, instead of one that may have the name; its address."""
    for attempt in range(20):
        try:
            _administer(folder, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _administer(folder, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            break
        except Exception:  # another worker is copying the template right now
            if attempt == 19:
                raise
            time.sleep(0.2)
    return postgresql_url(folder, name)


# A test fills a handful of the tables: emptying those takes a third of the time that TRUNCATE of all takes.
EMPTY = """
DO $$
DECLARE
    one record;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;  -- neither foreign keys nor triggers that refuse DELETE
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        CONTINUE WHEN one.name = 'alembic_version';
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one.name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', one.name);
        END IF;
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        PERFORM setval(quote_ident(one.name), 1, false);
    END LOOP;
END $$
"""


def empty(url: str) -> None:
    """Empty every table; numbers begin at one again."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(EMPTY))
    engine.dispose()


@contextmanager
def migrated_sqlite(path: Path) -> Iterator[str]:
    engine = prepare_engine(create_engine(f"sqlite:///{path}"))
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    yield f"sqlite:///{path}"
