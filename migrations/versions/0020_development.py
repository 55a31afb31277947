"""Self-assessments, goals, and conversations of a person with their own manager

Revision: 0020
Follows: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)
# Whose it is may follow a merge of accounts.
FIXED = {
    "self_assessment": "id, framework_id, version_id, choices, key, made_at",
    "development_goal_change": "goal_id, revision, state, level, by_day, content, reason, at",
    "development_conversation_view": "conversation_id, framework_id, side, choices, given_at",
}
IN_A_CONVERSATION = (
    "id, agency_id, planned_on, held_on, notes, notes_revision, person_agreed_at, manager_agreed_at, evidence, "
    "made_at, ended_at, ended_by"
)
TABLES = (
    "development_conversation_view",
    "development_conversation_framework",
    "development_conversation",
    "development_goal_change",
    "development_goal",
    "self_assessment",
)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def refuse_changes(table: str, columns: str, only_when: str = "") -> None:
    """Refuse to delete rows and to change these columns; ``only_when`` narrows it to some rows."""
    when = f"WHEN ({only_when}) " if only_when else ""
    if is_sqlite():
        for action, event in (("delete", "DELETE"), ("update", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{action} BEFORE {event} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE DELETE OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.create_table(
        "self_assessment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("framework_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_self_assessment_person_id"),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name="fk_self_assessment_framework_id"),
        sa.ForeignKeyConstraint(["version_id"], ["framework_version.id"], name="fk_self_assessment_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_self_assessment"),
        sa.UniqueConstraint("key", name="uq_self_assessment_key"),
    )
    op.create_index("ix_self_assessment_person_id_framework_id", "self_assessment", ["person_id", "framework_id"])
    make_goals()
    make_conversations()
    for table, columns in FIXED.items():
        refuse_changes(table, columns)
    refuse_changes("development_conversation", IN_A_CONVERSATION, "OLD.ended_at IS NOT NULL")


def make_goals() -> None:
    op.create_table(
        "development_goal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.Column("state", one_of("goalstate", "open", "reached", "dropped"), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_development_goal_level_range"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_development_goal_person_id"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_development_goal_competence_id"),
        sa.PrimaryKeyConstraint("id", name="pk_development_goal"),
        sa.UniqueConstraint("key", name="uq_development_goal_key"),
    )
    op.create_index("ix_development_goal_person_id_state", "development_goal", ["person_id", "state"])
    op.create_table(
        "development_goal_change",
        sa.Column("goal_id", BigId, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", one_of("goalstate", "open", "reached", "dropped"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["development_goal.id"], name="fk_development_goal_change_goal_id"),
        sa.PrimaryKeyConstraint("goal_id", "revision", name="pk_development_goal_change"),
    )


def make_conversations() -> None:
    op.create_table(
        "development_conversation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("notes_revision", sa.Integer(), nullable=False),
        sa.Column("person_agreed_at", Moment, nullable=True),
        sa.Column("manager_agreed_at", Moment, nullable=True),
        sa.Column("evidence", Json, nullable=True),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("ended_by", one_of("side", "person", "manager"), nullable=True),
        sa.CheckConstraint(
            "manager_id <> person_id OR ended_at IS NOT NULL", name="ck_development_conversation_two_people"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_development_conversation_person_id"),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name="fk_development_conversation_manager_id"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_development_conversation_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_development_conversation"),
    )
    op.create_index(
        "uq_development_conversation_under_way",
        "development_conversation",
        ["person_id", "manager_id", "agency_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_development_conversation_manager_id", "development_conversation", ["manager_id"])
    op.create_index("ix_development_conversation_person_id", "development_conversation", ["person_id"])
    conversation = ["development_conversation.id"]
    op.create_table(
        "development_conversation_framework",
        sa.Column("conversation_id", BigId, nullable=False),
        sa.Column("framework_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], conversation, name="fk_development_conversation_framework_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name="fk_development_conversation_framework_framework_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["framework_version.id"], name="fk_development_conversation_framework_version_id"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "framework_id", name="pk_development_conversation_framework"),
    )
    op.create_table(
        "development_conversation_view",
        sa.Column("conversation_id", BigId, nullable=False),
        sa.Column("framework_id", BigId, nullable=False),
        sa.Column("side", one_of("side", "person", "manager"), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("given_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], conversation, name="fk_development_conversation_view_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name="fk_development_conversation_view_framework_id"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "framework_id", "side", name="pk_development_conversation_view"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
