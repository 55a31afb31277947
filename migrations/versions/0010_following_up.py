"""Following up: who was reminded on which day

Revision: 0010
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("member_reminder",)


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
        "member_reminder",
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("reminded_by_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_member_reminder_agency_id"),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_member_reminder_member_id"),
        sa.ForeignKeyConstraint(["reminded_by_id"], ["person.id"], name="fk_member_reminder_reminded_by_id"),
        sa.PrimaryKeyConstraint("member_id", "reminded_on", name="pk_member_reminder"),
    )
    op.create_index(
        "ix_member_reminder_agency_id_reminded_on", "member_reminder", ["agency_id", "reminded_on"], unique=False
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_index("ix_member_reminder_agency_id_reminded_on", table_name="member_reminder")
    op.drop_table("member_reminder")
