"""Keys to sign badges with, badges of levels, trusted issuers, and badges taken in

Revision: 0021
Follows: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("number", BigId, autoincrement=False, nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("public", Json, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_signing_key"),
        sa.UniqueConstraint("thumbprint", name="uq_signing_key_thumbprint"),
    )
    op.create_table(
        "level_badge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_level_badge_level_range"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_level_badge_competence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_level_badge_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_level_badge"),
    )
    op.create_index("ix_level_badge_person_id_competence_id", "level_badge", ["person_id", "competence_id"])
    op.create_table(
        "trusted_issuer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("keys", Json, nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_trusted_issuer_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trusted_issuer"),
        sa.UniqueConstraint("agency_id", "address", name="uq_trusted_issuer_agency_id_address"),
    )
    op.create_table(
        "taken_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("credential_id", sa.String(length=200), nullable=False),
        sa.Column("issuer_name", sa.String(length=200), nullable=False),
        sa.Column("issuer_address", sa.String(length=300), nullable=False),
        sa.Column("kind", one_of("badgekind", "completion", "level"), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("codes", Json, nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("same_email", sa.Boolean(), nullable=False),
        sa.Column("revocation_known", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            one_of("takenstatus", "offered", "waiting", "granted", "declined", "withdrawn", "ended"),
            nullable=False,
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_taken_in_level_range"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_taken_in_agency_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_taken_in_decided_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_taken_in_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_taken_in"),
        sa.UniqueConstraint("person_id", "credential_id", name="uq_taken_in_person_id_credential_id"),
    )
    op.create_index("ix_taken_in_agency_id_status", "taken_in", ["agency_id", "status"])


def downgrade() -> None:
    op.drop_table("taken_in")
    op.drop_table("trusted_issuer")
    op.drop_table("level_badge")
    op.drop_table("signing_key")
