"""Following up: who was reminded on which day, an audit trail that is searched, what the check of courses said

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("member_reminder", "audit_mention")
TRAIL_INDEXES = {
    "ix_audit_event_agency_id_at_id": ["agency_id", "at", "id"],
    "ix_audit_event_agency_id_actor_id_at": ["agency_id", "actor_id", "at"],
    "ix_audit_event_agency_id_action_at": ["agency_id", "action", "at"],
    "ix_audit_event_agency_id_subject_id": ["agency_id", "subject_id"],
}
# Whom the events so far are about. In a detail the id stands under "person"; positions and certificates lead to it.
MENTIONS = (
    "SELECT audit_event.id, person.id FROM audit_event JOIN person ON CAST(person.id AS VARCHAR(60)) = subject_id "
    "WHERE subject_type = 'person'",
    "SELECT audit_event.id, position.person_id FROM audit_event "
    "JOIN position ON CAST(position.id AS VARCHAR(60)) = subject_id WHERE subject_type = 'position'",
    "SELECT audit_event.id, certificate.person_id FROM audit_event "
    "JOIN certificate ON certificate.serial = subject_id WHERE subject_type = 'certificate'",
)


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
        "member_reminder",
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("reminded_by_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_member_reminder_agency_id"),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_member_reminder_member_id"),
        sa.ForeignKeyConstraint(["reminded_by_id"], ["person.id"], name="fk_member_reminder_reminded_by_id"),
        sa.PrimaryKeyConstraint("member_id", "reminded_on", name="pk_member_reminder"),
    )
    op.create_index(
        "ix_member_reminder_agency_id_reminded_on", "member_reminder", ["agency_id", "reminded_on"], unique=False
    )
    op.create_table(
        "audit_mention",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name="fk_audit_mention_event_id"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name="pk_audit_mention"),
    )
    op.create_index("ix_audit_mention_person_id", "audit_mention", ["person_id"])
    for query in MENTIONS:
        op.execute(f"INSERT INTO audit_mention (event_id, person_id) {query}")
    op.drop_index("ix_audit_event_agency_id_at", table_name="audit_event")
    for name, columns in TRAIL_INDEXES.items():
        op.create_index(name, "audit_event", columns)
    if op.get_bind().dialect.name == "postgresql":
        # SQLite looks through the details: one agency's are few enough.
        op.execute("CREATE INDEX ix_audit_event_words ON audit_event USING gin (to_tsvector('simple', detail))")
    op.create_table(
        "course_check",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("translations", Json, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_course_check"),
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_table("course_check")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_audit_event_words")
    for name in TRAIL_INDEXES:
        op.drop_index(name, table_name="audit_event")
    op.create_index("ix_audit_event_agency_id_at", "audit_event", ["agency_id", "at"])
    op.drop_index("ix_audit_mention_person_id", table_name="audit_mention")
    op.drop_table("audit_mention")
    op.drop_index("ix_member_reminder_agency_id_reminded_on", table_name="member_reminder")
    op.drop_table("member_reminder")
