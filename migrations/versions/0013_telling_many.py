"""Whom the worker is still to tell of an assignment that reached many

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignment_member", sa.Column("to_be_told", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_assignment_member_to_be_told",
        "assignment_member",
        ["id"],
        sqlite_where=sa.text("to_be_told"),
        postgresql_where=sa.text("to_be_told"),
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_member_to_be_told", table_name="assignment_member")
    op.drop_column("assignment_member", "to_be_told")
