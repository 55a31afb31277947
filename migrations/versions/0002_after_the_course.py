"""After the course: follow-ups, recall, pairs, notes to a manager; pre-tests, own notes, sealed mail, calendars

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
APPEND_ONLY = ("follow_up_answer", "recall_answer")


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
        "lesson_minutes",
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("lesson_id", sa.String(length=60), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_lesson_minutes_course_id"),
        sa.PrimaryKeyConstraint("course_id", "lesson_id", name="pk_lesson_minutes"),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "mail_choice",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("recall", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=("fk_mail_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=("pk_mail_choice")),
    )
    op.create_table(
        "recall_round",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("seed", BigId, nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=("fk_recall_round_person_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_recall_round")),
        sa.UniqueConstraint("person_id", "due_on", name=("uq_recall_round_person_id_due_on")),
    )
    op.create_table(
        "recall_answer",
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("item_id", sa.String(length=130), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["recall_round.id"], name=("fk_recall_answer_round_id")),
        sa.PrimaryKeyConstraint("round_id", "item_id", name=("pk_recall_answer")),
    )
    op.create_table(
        "follow_up",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("lesson_id", sa.String(length=60), nullable=False),
        sa.Column("activity_id", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("plan", "commitment", name="followupkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days > 0", name=("ck_follow_up_after")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=("fk_follow_up_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=("fk_follow_up_person_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_follow_up")),
        sa.UniqueConstraint("enrolment_id", "activity_id", "days", name=("uq_follow_up_enrolment_id_activity_id_days")),
    )
    op.create_index("ix_follow_up_person_id_due_on", "follow_up", ["person_id", "due_on"], unique=False)
    op.create_table(
        "learning_pair",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("partner_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "invited",
                "active",
                "declined",
                "ended",
                name="pairstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("partner_id <> person_id", name=("ck_learning_pair_two_people")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=("fk_learning_pair_agency_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=("fk_learning_pair_enrolment_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["person.id"], name=("fk_learning_pair_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=("fk_learning_pair_person_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_learning_pair")),
    )
    op.create_index("ix_learning_pair_partner_id", "learning_pair", ["partner_id"], unique=False)
    op.create_index(
        "uq_learning_pair_open",
        "learning_pair",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('invited', 'active')"),
        postgresql_where=sa.text("status IN ('invited', 'active')"),
    )
    op.create_table(
        "manager_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column(
            "moment",
            sa.Enum("before", "after", name="notemoment", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=("fk_manager_note_enrolment_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=("fk_manager_note_manager_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_manager_note")),
        sa.UniqueConstraint("enrolment_id", "moment", name=("uq_manager_note_enrolment_id_moment")),
    )
    op.create_table(
        "note",
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("lesson_id", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=("fk_note_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_id", name=("pk_note")),
    )
    op.create_table(
        "pretest",
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("seed", BigId, nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped", Json, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=("fk_pretest_enrolment_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=("fk_pretest_version_id")),
        sa.PrimaryKeyConstraint("enrolment_id", name=("pk_pretest")),
    )
    op.create_table(
        "follow_up_answer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("follow_up_id", BigId, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "partly",
                "not-yet",
                "dropped",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=("fk_follow_up_answer_follow_up_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_follow_up_answer")),
        sa.UniqueConstraint("follow_up_id", "key", name=("uq_follow_up_answer_follow_up_id_key")),
    )
    op.create_table(
        "shared_answer",
        sa.Column("pair_id", BigId, nullable=False),
        sa.Column("activity_id", sa.String(length=60), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pair_id"], ["learning_pair.id"], name=("fk_shared_answer_pair_id")),
        sa.PrimaryKeyConstraint("pair_id", "activity_id", name=("pk_shared_answer")),
    )
    op.execute(
        "ALTER TABLE lesson_finish ADD COLUMN way VARCHAR(40) DEFAULT 'done' NOT NULL "
        "CONSTRAINT ck_lesson_finish_finishway CHECK (way IN ('done', 'skipped'))"
    )
    op.add_column("lesson_finish", sa.Column("seconds", sa.Integer(), nullable=True))
    op.add_column("outbox_message", sa.Column("is_private", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("outbox_message", sa.Column("stop_path", sa.String(length=300), nullable=True))
    op.add_column("response", sa.Column("seconds", sa.Integer(), nullable=True))
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_table("lesson_minutes")
    op.drop_column("response", "seconds")
    op.drop_column("outbox_message", "stop_path")
    op.drop_column("outbox_message", "is_private")
    op.drop_column("lesson_finish", "seconds")
    op.drop_column("lesson_finish", "way")
    op.drop_table("shared_answer")
    op.drop_table("follow_up_answer")
    op.drop_table("pretest")
    op.drop_table("note")
    op.drop_table("manager_note")
    op.drop_index(
        "uq_learning_pair_open",
        table_name="learning_pair",
        sqlite_where=sa.text("status IN ('invited', 'active')"),
        postgresql_where=sa.text("status IN ('invited', 'active')"),
    )
    op.drop_index("ix_learning_pair_partner_id", table_name="learning_pair")
    op.drop_table("learning_pair")
    op.drop_index("ix_follow_up_person_id_due_on", table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_table("recall_answer")
    op.drop_table("recall_round")
    op.drop_table("mail_choice")
    op.drop_table("calendar_feed")
