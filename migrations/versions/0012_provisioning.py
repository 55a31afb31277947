"""Tokens of an agency's other systems, and what SCIM keeps

Revision: 0012
Follows: 0011
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEVELS = "'first-line', 'middle', 'top', 'employee', 'employee-representative', 'elected'"


def _give_scim_ids() -> None:
    """Everybody whom an agency knows gets a random id of their own."""
    membership = sa.table("membership", sa.column("agency_id"), sa.column("person_id"), sa.column("scim_id"))
    connection = op.get_bind()
    keys = connection.execute(sa.select(membership.c.agency_id, membership.c.person_id)).all()
    if keys:
        connection.execute(
            sa.update(membership)
            .where(
                membership.c.agency_id == sa.bindparam("of_agency"), membership.c.person_id == sa.bindparam("of_person")
            )
            .values(scim_id=sa.bindparam("new_id")),
            [{"of_agency": agency, "of_person": person, "new_id": uuid4().hex} for agency, person in keys],
        )


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sends_invitations", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('scim')", name="ck_api_token_tokenpurpose"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_api_token_agency_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_api_token_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
    )
    op.create_index("ix_api_token_agency_id", "api_token", ["agency_id"])
    op.create_index("ix_api_token_prefix", "api_token", ["prefix"])
    op.add_column("membership", sa.Column("scim_id", sa.String(length=32), nullable=True))
    _give_scim_ids()
    op.create_index("uq_membership_scim_id", "membership", ["scim_id"], unique=True)
    op.create_table(
        "provisioned_person",
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("user_name", sa.String(length=254), nullable=False),
        sa.Column("position_id", BigId, nullable=True),
        sa.Column("next_unit_id", BigId, nullable=True),
        sa.Column("next_title", sa.String(length=200), nullable=True),
        sa.Column("next_level", sa.String(length=40), nullable=True),
        sa.Column("next_starts_on", sa.Date(), nullable=True),
        sa.Column("next_reports_to_id", BigId, nullable=True),
        sa.CheckConstraint("user_name = lower(user_name)", name="ck_provisioned_person_user_name_lower_case"),
        sa.CheckConstraint(
            "(next_unit_id IS NULL) = (next_title IS NULL) AND (next_unit_id IS NULL) = (next_level IS NULL)"
            " AND (next_unit_id IS NULL) = (next_starts_on IS NULL)",
            name="ck_provisioned_person_next_position_whole",
        ),
        sa.CheckConstraint(f"next_level IN ({LEVELS})", name="ck_provisioned_person_level"),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["membership.agency_id", "membership.person_id"],
            name="fk_provisioned_person_agency_id_person_id",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "next_unit_id"],
            ["unit.agency_id", "unit.id"],
            name="fk_provisioned_person_agency_id_next_unit_id",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name="fk_provisioned_person_position_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["next_reports_to_id"], ["person.id"], name="fk_provisioned_person_next_reports_to_id"
        ),
        sa.PrimaryKeyConstraint("agency_id", "person_id", name="pk_provisioned_person"),
        sa.UniqueConstraint("agency_id", "user_name", name="uq_provisioned_person_agency_id_user_name"),
    )
    op.create_index("ix_provisioned_person_position_id", "provisioned_person", ["position_id"])
    op.create_table(
        "provisioned_group",
        sa.Column("scim_id", sa.String(length=32), nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tag = lower(tag)", name="ck_provisioned_group_tag_lower_case"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_provisioned_group_agency_id"),
        sa.PrimaryKeyConstraint("scim_id", name="pk_provisioned_group"),
        sa.UniqueConstraint("agency_id", "tag", name="uq_provisioned_group_agency_id_tag"),
        sa.UniqueConstraint("agency_id", "external_id", name="uq_provisioned_group_agency_id_external_id"),
    )


def downgrade() -> None:
    op.drop_table("provisioned_group")
    op.drop_index("ix_provisioned_person_position_id", table_name="provisioned_person")
    op.drop_table("provisioned_person")
    op.drop_index("uq_membership_scim_id", table_name="membership")
    op.drop_column("membership", "scim_id")
    op.drop_index("ix_api_token_prefix", table_name="api_token")
    op.drop_index("ix_api_token_agency_id", table_name="api_token")
    op.drop_table("api_token")
