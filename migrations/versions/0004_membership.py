"""What an agency's own systems call its people, and tags

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "membership",
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("employee_number", sa.String(length=40), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_membership_agency_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name="pk_membership"),
        sa.UniqueConstraint("agency_id", "employee_number", name="uq_membership_agency_id_employee_number"),
        sa.UniqueConstraint("agency_id", "external_id", name="uq_membership_agency_id_external_id"),
    )
    op.create_table(
        "membership_tag",
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.CheckConstraint("tag = lower(tag)", name="ck_membership_tag_tag_lower_case"),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["membership.agency_id", "membership.person_id"],
            name="fk_membership_tag_agency_id",
        ),
        sa.PrimaryKeyConstraint("agency_id", "person_id", "tag", name="pk_membership_tag"),
    )
    op.create_index("ix_membership_tag_agency_id_tag", "membership_tag", ["agency_id", "tag"])
    # Everybody who holds or has held a position is known to its agency from the day the first one began.
    op.execute(
        "INSERT INTO membership (agency_id, person_id, created_at) "
        "SELECT position.agency_id, person.id, person.created_at FROM position "
        "JOIN person ON person.id = position.person_id "
        "GROUP BY position.agency_id, person.id, person.created_at"
    )


def downgrade() -> None:
    op.drop_index("ix_membership_tag_agency_id_tag", table_name="membership_tag")
    op.drop_table("membership_tag")
    op.drop_table("membership")
