"""Things done for many people at once, and views that are saved and mailed

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OUTCOMES = (
    "'reached', 'done', 'closed', 'left', 'undated', 'later', 'reminded', 'unreached', 'own', 'taken', 'exempt', 'asked', "
    "'not-asked'"
)


def upgrade() -> None:
    op.add_column("assignment", sa.Column("due_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("due_extension", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "bulk_action",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("put_back", sa.Integer(), nullable=True),
        sa.CheckConstraint("act IN ('more-time', 'exemption', 'reminder')", name="ck_bulk_action_bulkact"),
        sa.CheckConstraint("(act = 'more-time') = (due_on IS NOT NULL)", name="ck_bulk_action_more_time_has_day"),
        sa.CheckConstraint("(act = 'exemption') = (course_id IS NOT NULL)", name="ck_bulk_action_exemption_has_course"),
        sa.CheckConstraint("(undone_at IS NULL) = (put_back IS NULL)", name="ck_bulk_action_undone_is_whole"),
        sa.CheckConstraint("undone_at IS NULL OR act <> 'reminder'", name="ck_bulk_action_reminders_stay"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_bulk_action_agency_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_bulk_action_by_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name="fk_bulk_action_undone_by_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_bulk_action_course_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_action"),
        sa.UniqueConstraint("agency_id", "request_key", name="uq_bulk_action_agency_id_request_key"),
    )
    op.create_table(
        "bulk_action_member",
        sa.Column("action_id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("extended_before", sa.Date(), nullable=True),
        sa.Column("recognition_id", BigId, nullable=True),
        sa.Column("put_back", sa.Boolean(), nullable=True),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="ck_bulk_action_member_outcome"),
        sa.ForeignKeyConstraint(["action_id"], ["bulk_action.id"], name="fk_bulk_action_member_action_id"),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_bulk_action_member_member_id"),
        sa.ForeignKeyConstraint(["recognition_id"], ["recognition.id"], name="fk_bulk_action_member_recognition_id"),
        sa.PrimaryKeyConstraint("action_id", "member_id", name="pk_bulk_action_member"),
    )
    op.create_index("ix_bulk_action_member_member_id", "bulk_action_member", ["member_id"])
    op.create_index("ix_bulk_action_member_recognition_id", "bulk_action_member", ["recognition_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("page IN ('board', 'members', 'ahead')", name="ck_saved_view_viewpage"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_saved_view_agency_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_saved_view_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("agency_id", "owner_id", "name", name="uq_saved_view_agency_id_owner_id_name"),
    )
    op.create_index("ix_saved_view_owner_id", "saved_view", ["owner_id"])
    op.create_table(
        "view_schedule",
        sa.Column("view_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("every", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("also_empty", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.CheckConstraint("every IN ('working-day', 'monday', 'month')", name="ck_view_schedule_every"),
        sa.CheckConstraint("hour BETWEEN 7 AND 9", name="ck_view_schedule_hour_range"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name="fk_view_schedule_view_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_view_schedule_person_id"),
        sa.PrimaryKeyConstraint("view_id", "person_id", name="pk_view_schedule"),
    )
    op.create_index("ix_view_schedule_person_id", "view_schedule", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_view_schedule_person_id", table_name="view_schedule")
    op.drop_table("view_schedule")
    op.drop_index("ix_saved_view_owner_id", table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_index("ix_bulk_action_member_recognition_id", table_name="bulk_action_member")
    op.drop_index("ix_bulk_action_member_member_id", table_name="bulk_action_member")
    op.drop_table("bulk_action_member")
    op.drop_table("bulk_action")
    op.drop_column("due_extension", "taken_back_at")
    op.drop_column("assignment", "due_changed_at")
