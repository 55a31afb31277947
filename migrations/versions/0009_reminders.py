"""Plans of reminders, what was reminded of, and addresses that mail does not reach

Revision: 0009
Follows: 0008
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The default plan on the day this was written: days from the due date, who gets it, what the line is called.
DEFAULT_PLAN = (
    (-14, "learner", "before-14"),
    (-3, "learner", "before-3"),
    (0, "learner", "on"),
    (7, "learner", "after-7"),
    (14, "learner", "after-14"),
    (14, "manager", "after-14"),
)
LONGEST_AGO = 90  # days; lines older than that are let go anyway


def _who() -> sa.Enum:
    return sa.Enum("learner", "manager", name="who", native_enum=False, create_constraint=True, length=40)


def _refuse_changes(table: str) -> None:
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
        "reminder_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("assignment_id", BigId, nullable=False),
        sa.Column(
            "timing",
            sa.Enum("before", "on", "after", name="timing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("who", _who(), nullable=False),
        sa.CheckConstraint("(timing = 'on') = (days = 0)", name="ck_reminder_rule_on_the_day_has_no_days"),
        sa.CheckConstraint("days BETWEEN 0 AND 365", name="ck_reminder_rule_days_range"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_reminder_rule_assignment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_rule"),
        sa.UniqueConstraint(
            "assignment_id", "timing", "days", "who", name="uq_reminder_rule_assignment_id_timing_days_who"
        ),
    )
    op.create_table(
        "reminder",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("who", _who(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("line_on", sa.Date(), nullable=False),
        sa.Column("recipient_id", BigId, nullable=False),
        sa.Column("outbox_message_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_reminder_agency_id"),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_reminder_member_id"),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name="fk_reminder_recipient_id"),
        sa.ForeignKeyConstraint(["outbox_message_id"], ["outbox_message.id"], name="fk_reminder_outbox_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("member_id", "due_on", "who", "rule", name="uq_reminder_member_id_due_on_who_rule"),
    )
    op.create_index("ix_reminder_outbox_message_id", "reminder", ["outbox_message_id"])
    op.create_table(
        "reminder_run",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_reminder_run"),
    )
    op.create_table(
        "mail_bounce",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("tried_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_again_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mail_bounce_person_id"),
        sa.ForeignKeyConstraint(["tried_again_by_id"], ["person.id"], name="fk_mail_bounce_tried_again_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_bounce"),
    )
    op.create_index(
        "uq_mail_bounce_person_id_address",
        "mail_bounce",
        ["person_id", "address"],
        unique=True,
        sqlite_where=sa.text("tried_again_at IS NULL"),
        postgresql_where=sa.text("tried_again_at IS NULL"),
    )
    op.create_index("ix_outbox_message_message_id", "outbox_message", ["message_id"])
    _end_the_old_reminders()
    _refuse_changes("reminder")


def _end_the_old_reminders() -> None:
    """Those that wait are cancelled, and what lies before today is spent: the old mails have said it."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    now = datetime.now(UTC)
    today: date = now.astimezone(ZoneInfo("Europe/Oslo")).date()
    moment = sa.bindparam("now", now.replace(tzinfo=None) if is_sqlite else now, sa.DateTime(timezone=True))
    connection.execute(
        sa.text(
            "UPDATE outbox_message SET cancelled_at = :now WHERE dedupe_key LIKE 'reminder:%'"
            " AND sent_at IS NULL AND failed_at IS NULL AND cancelled_at IS NULL"
        ).bindparams(moment)
    )
    for offset, who, rule in DEFAULT_PLAN:
        line_on = f"date(member.due_on, '{offset:+d} days')" if is_sqlite else f"member.due_on + ({offset})"
        recipient = "member.person_id" if who == "learner" else "position.reports_to_id"
        connection.execute(
            sa.text(
                "INSERT INTO reminder (agency_id, member_id, due_on, who, rule, line_on, recipient_id, at)"
                f" SELECT member.agency_id, member.id, member.due_on, '{who}', '{rule}', {line_on}, {recipient}, :now"
                " FROM assignment_member AS member JOIN position ON position.id = member.position_id"
                f" WHERE member.due_on >= :since AND member.due_on < :until AND {recipient} IS NOT NULL"
            ).bindparams(
                moment,
                sa.bindparam("since", today - timedelta(days=LONGEST_AGO), sa.Date()),
                sa.bindparam("until", today - timedelta(days=offset), sa.Date()),
            )
        )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_message_id", table_name="outbox_message")
    op.drop_index("uq_mail_bounce_person_id_address", table_name="mail_bounce")
    op.drop_table("mail_bounce")
    op.drop_table("reminder_run")
    op.drop_index("ix_reminder_outbox_message_id", table_name="reminder")
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER reminder_refuses_{action}")
    else:
        op.execute("DROP TRIGGER reminder_is_append_only ON reminder")
    op.drop_table("reminder")
    op.drop_table("reminder_rule")
