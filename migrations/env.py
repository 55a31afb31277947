"""Run by Alembic; the connection comes from learning.migrating, so that no address is written twice."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from learning.database import UtcDateTime
from learning.tables import metadata


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Migrations name plain SQLAlchemy types: they must run even when our own types have changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(
    context: Any, inspected_column: Any, metadata_column: Any, inspected_type: Any, metadata_type: Any
) -> bool | None:
    return False if isinstance(metadata_type, UtcDateTime) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    compare_type=compare_type,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
