"""Files of people that wait to be confirmed

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "people_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("uploaded_by_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", Json, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_people_file_agency_id"),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name="fk_people_file_uploaded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people_file"),
    )
    op.create_index("ix_people_file_agency_id_created_at", "people_file", ["agency_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_people_file_agency_id_created_at", table_name="people_file")
    op.drop_table("people_file")
