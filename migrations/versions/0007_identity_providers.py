"""Sign-in with providers of identity

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("acr_values", sa.String(length=300), nullable=False),
        sa.Column("verifies_addresses", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_identity_provider_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_provider"),
        sa.UniqueConstraint("agency_id", "issuer", "client_id", name="uq_identity_provider_agency_id_issuer_client_id"),
    )
    op.create_table(
        "identity_provider_domain",
        sa.Column("provider_id", BigId, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.CheckConstraint("domain = lower(domain)", name="ck_identity_provider_domain_domain_lower_case"),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["identity_provider.id"], name="fk_identity_provider_domain_provider_id"
        ),
        sa.PrimaryKeyConstraint("provider_id", "domain", name="pk_identity_provider_domain"),
    )
    op.create_index("ix_identity_provider_domain_domain", "identity_provider_domain", ["domain"])
    op.create_table(
        "identity_link",
        sa.Column("provider_id", BigId, nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["identity_provider.id"], name="fk_identity_link_provider_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_identity_link_person_id"),
        sa.PrimaryKeyConstraint("provider_id", "subject", name="pk_identity_link"),
    )
    op.create_index("ix_identity_link_person_id", "identity_link", ["person_id"])
    op.create_table(
        "sign_in_policy",
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("passwords_allowed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_sign_in_policy_agency_id"),
        sa.PrimaryKeyConstraint("agency_id", name="pk_sign_in_policy"),
    )
    with op.batch_alter_table("account") as account:
        account.alter_column("password_hash", existing_type=sa.String(length=200), nullable=True)


def downgrade() -> None:
    # An empty hash fits no password: they choose one with a link by mail.
    op.execute("UPDATE account SET password_hash = '' WHERE password_hash IS NULL")
    with op.batch_alter_table("account") as account:
        account.alter_column("password_hash", existing_type=sa.String(length=200), nullable=False)
    op.drop_table("sign_in_policy")
    op.drop_index("ix_identity_link_person_id", table_name="identity_link")
    op.drop_table("identity_link")
    op.drop_index("ix_identity_provider_domain_domain", table_name="identity_provider_domain")
    op.drop_table("identity_provider_domain")
    op.drop_table("identity_provider")
