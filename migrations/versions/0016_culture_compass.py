"""The innovation culture compass: campaigns, groups, invitations, counts of answers, measures, sharing

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "culture_campaign",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("unit_ids", Json, nullable=False),
        sa.Column("languages", Json, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("scales", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("closes_on > opens_on", name="ck_culture_campaign_closes_after_opening"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_culture_campaign_agency_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_culture_campaign_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_culture_campaign"),
        sa.UniqueConstraint("agency_id", "request_key", name="uq_culture_campaign_agency_id_request_key"),
    )
    op.create_table(
        "culture_group",
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("figures", Json, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["culture_campaign.id"], name="fk_culture_group_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "number", name="pk_culture_group"),
    )
    op.create_table(
        "culture_invitation",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "group_number"],
            ["culture_group.campaign_id", "culture_group.number"],
            name="fk_culture_invitation_campaign_id_group_number",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_culture_invitation_person_id"),
        sa.PrimaryKeyConstraint("key", name="pk_culture_invitation"),
        sa.UniqueConstraint("campaign_id", "person_id", name="uq_culture_invitation_campaign_id_person_id"),
    )
    op.create_index("ix_culture_invitation_person_id", "culture_invitation", ["person_id"])
    op.create_table(
        "culture_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invitation_key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_key"], ["culture_invitation.key"], name="fk_culture_link_invitation_key"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_culture_link"),
    )
    op.create_index("ix_culture_link_invitation_key", "culture_link", ["invitation_key"])
    op.create_table(
        "culture_tally",
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("statement", sa.String(length=40), nullable=False),
        *(sa.Column(f"answered_{value}", sa.Integer(), nullable=False) for value in range(1, 6)),
        sa.ForeignKeyConstraint(
            ["campaign_id", "group_number"],
            ["culture_group.campaign_id", "culture_group.number"],
            name="fk_culture_tally_campaign_id_group_number",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "group_number", "statement", name="pk_culture_tally"),
    )
    op.create_table(
        "culture_measure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("scale", sa.String(length=20), nullable=False),
        sa.Column("became", one_of("became", "open", "done", "dropped"), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["culture_campaign.id"], name="fk_culture_measure_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_culture_measure"),
        sa.UniqueConstraint("campaign_id", "request_key", name="uq_culture_measure_campaign_id_request_key"),
    )
    op.create_index("ix_culture_measure_campaign_id", "culture_measure", ["campaign_id"])
    op.create_table(
        "culture_sharing",
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_culture_sharing_agency_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_culture_sharing_by_id"),
        sa.PrimaryKeyConstraint("agency_id", name="pk_culture_sharing"),
    )


def downgrade() -> None:
    op.drop_table("culture_sharing")
    op.drop_index("ix_culture_measure_campaign_id", table_name="culture_measure")
    op.drop_table("culture_measure")
    op.drop_table("culture_tally")
    op.drop_index("ix_culture_link_invitation_key", table_name="culture_link")
    op.drop_table("culture_link")
    op.drop_index("ix_culture_invitation_person_id", table_name="culture_invitation")
    op.drop_table("culture_invitation")
    op.drop_table("culture_group")
    op.drop_table("culture_campaign")
