"""Migrations go up and back on both databases, and lead to exactly the tables that the program knows."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from learning.database import UtcDateTime, prepare_engine
from learning.migrating import alembic_config, downgrade, is_current, upgrade
from learning.tables import metadata

# SQLite cannot say what an index over an expression is made of.
pytestmark = pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
REVISIONS = [each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]


def _compare_type(context: Any, found: Any, wanted: Any, found_type: Any, wanted_type: Any) -> bool | None:
    return False if isinstance(wanted_type, UtcDateTime) else None


@pytest.fixture
def engine(database_url: str) -> Any:
    made = prepare_engine(create_engine(database_url))
    yield made
    upgrade(made)  # the database is used again by the next test
    made.dispose()


def _is_ours(name: str | None, kind: str, *_: object) -> bool:
    """The index of the search is each database's own, not a table of the program."""
    return not (kind == "table" and (name or "").startswith("passage_index"))


def _differences(engine: Engine) -> list[Any]:
    options = {"compare_type": _compare_type, "include_name": _is_ours}
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_the_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    assert is_current(engine)
    assert _differences(engine) == []


def test_every_step_goes_back_and_up_again(engine: Engine) -> None:
    for revision in ["base", *REVISIONS[:-1]][::-1]:
        downgrade(engine, revision)
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    for revision in REVISIONS:
        upgrade(engine, revision)
    assert _differences(engine) == []


def test_facts_cannot_be_changed_or_deleted_after_the_newest_migration(engine: Engine) -> None:
    downgrade(engine, REVISIONS[0])
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (action, subject_type, subject_id, detail, at)"
                " VALUES ('a', 'b', 'c', '{}', '2026-01-01')"
            )
        )
    for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
