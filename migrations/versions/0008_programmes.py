"""Programmes: cohorts, facilitators, participants, gatherings and attendance; invitations in mails

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("path_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name="ck_cohort_seats_range"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_cohort_agency_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_cohort_created_by_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "path_id"],
            ["learning_path.agency_id", "learning_path.id"],
            name="fk_cohort_agency_id_path_id",
        ),
        sa.ForeignKeyConstraint(["version_id"], ["path_version.id"], name="fk_cohort_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cohort"),
        sa.UniqueConstraint("agency_id", "request_key", name="uq_cohort_agency_id_request_key"),
    )
    op.create_index("ix_cohort_agency_id_starts_on", "cohort", ["agency_id", "starts_on"])
    op.create_table(
        "cohort_facilitator",
        sa.Column("cohort_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name="fk_cohort_facilitator_cohort_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_cohort_facilitator_person_id"),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name="pk_cohort_facilitator"),
    )
    op.create_index("ix_cohort_facilitator_person_id", "cohort_facilitator", ["person_id"])
    op.create_table(
        "cohort_member",
        sa.Column("id", BigId, nullable=False),
        sa.Column("cohort_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name="fk_cohort_member_cohort_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_cohort_member_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cohort_member"),
        sa.UniqueConstraint("cohort_id", "person_id", name="uq_cohort_member_cohort_id_person_id"),
    )
    op.create_index("ix_cohort_member_person_id", "cohort_member", ["person_id"])
    op.create_table(
        "gathering",
        sa.Column("id", BigId, nullable=False),
        sa.Column("cohort_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_gathering_ends_after_start"),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name="fk_gathering_cohort_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gathering"),
        sa.UniqueConstraint("cohort_id", "request_key", name="uq_gathering_cohort_id_request_key"),
        sa.UniqueConstraint("uid", name="uq_gathering_uid"),
    )
    op.create_index("ix_gathering_cohort_id_starts_at", "gathering", ["cohort_id", "starts_at"])
    op.create_index("ix_gathering_starts_at", "gathering", ["starts_at"])
    op.create_table(
        "attendance",
        sa.Column("gathering_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("reply", one_of("reply", "none", "yes", "no"), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended", one_of("attended", "unknown", "present", "absent", "excused"), nullable=False),
        sa.Column("noted_by_id", BigId, nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name="fk_attendance_gathering_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_attendance_person_id"),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name="fk_attendance_noted_by_id"),
        sa.PrimaryKeyConstraint("gathering_id", "person_id", name="pk_attendance"),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])
    op.add_column("outbox_message", sa.Column("calendar", sa.Text(), nullable=True))
    op.add_column("outbox_message", sa.Column("calendar_method", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "calendar_method")
    op.drop_column("outbox_message", "calendar")
    op.drop_index("ix_attendance_person_id", table_name="attendance")
    op.drop_table("attendance")
    op.drop_index("ix_gathering_starts_at", table_name="gathering")
    op.drop_index("ix_gathering_cohort_id_starts_at", table_name="gathering")
    op.drop_table("gathering")
    op.drop_index("ix_cohort_member_person_id", table_name="cohort_member")
    op.drop_table("cohort_member")
    op.drop_index("ix_cohort_facilitator_person_id", table_name="cohort_facilitator")
    op.drop_table("cohort_facilitator")
    op.drop_index("ix_cohort_agency_id_starts_on", table_name="cohort")
    op.drop_table("cohort")
