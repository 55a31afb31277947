"""Frameworks of competences: their versions, their competences, and the links between them

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.create_table(
        "framework",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("agency_id", BigId, nullable=True),
        sa.Column("current_version_id", BigId, nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_framework_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_framework"),
        sa.UniqueConstraint("agency_id", "code", name="uq_framework_agency_id_code"),
    )
    op.create_table(
        "framework_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("framework_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", one_of("frameworkstatus", "current", "archived"), nullable=False),
        sa.Column("replaced_by", sa.String(length=8), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("titles", Json, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name="fk_framework_version_framework_id"),
        sa.PrimaryKeyConstraint("id", name="pk_framework_version"),
        sa.UniqueConstraint("framework_id", "digest", name="uq_framework_version_framework_id_digest"),
        sa.UniqueConstraint("framework_id", "id", name="uq_framework_version_framework_id_id"),
        sa.UniqueConstraint("framework_id", "number", name="uq_framework_version_framework_id_number"),
    )
    with op.batch_alter_table("framework") as batch:
        batch.create_foreign_key(
            "fk_framework_current_version",
            "framework_version",
            ["id", "current_version_id"],
            ["framework_id", "id"],
        )
    op.create_index(
        "uq_framework_code_of_all",
        "framework",
        ["code"],
        unique=True,
        sqlite_where=sa.text("agency_id IS NULL"),
        postgresql_where=sa.text("agency_id IS NULL"),
    )
    op.create_table(
        "competence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("framework_id", BigId, nullable=False),
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name="fk_competence_framework_id"),
        sa.PrimaryKeyConstraint("id", name="pk_competence"),
        sa.UniqueConstraint("framework_id", "code", name="uq_competence_framework_id_code"),
    )
    op.create_index("ix_competence_code", "competence", ["code"])
    op.create_table(
        "crosswalk_link",
        sa.Column("id", BigId, nullable=False),
        sa.Column("start_id", BigId, nullable=False),
        sa.Column("end_id", BigId, nullable=False),
        sa.Column("relation", one_of("relation", "same", "close", "part"), nullable=False),
        sa.Column("note", Json, nullable=True),
        sa.CheckConstraint("start_id <> end_id", name="ck_crosswalk_link_two_competences"),
        sa.ForeignKeyConstraint(["start_id"], ["competence.id"], name="fk_crosswalk_link_start_id"),
        sa.ForeignKeyConstraint(["end_id"], ["competence.id"], name="fk_crosswalk_link_end_id"),
        sa.PrimaryKeyConstraint("id", name="pk_crosswalk_link"),
        sa.UniqueConstraint("start_id", "end_id", name="uq_crosswalk_link_start_id_end_id"),
    )
    op.create_index("ix_crosswalk_link_end_id", "crosswalk_link", ["end_id"])
    refuse_changes("framework_version")


def downgrade() -> None:
    op.drop_index("ix_crosswalk_link_end_id", table_name="crosswalk_link")
    op.drop_table("crosswalk_link")
    op.drop_index("ix_competence_code", table_name="competence")
    op.drop_table("competence")
    op.drop_index("uq_framework_code_of_all", table_name="framework")
    with op.batch_alter_table("framework") as batch:
        batch.drop_constraint("fk_framework_current_version", type_="foreignkey")
    op.drop_table("framework_version")
    op.drop_table("framework")
