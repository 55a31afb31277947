"""Two accounts of one person become one; somebody who leaves

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FACTS_OF_A_PERSON = ("certificate", "completion")
# SQLite compares column by column; PostgreSQL whole rows.
COLUMNS = {
    "certificate": ("id", "completion_id", "code", "serial", "language", "content", "issued_at"),
    "completion": (
        "id",
        "enrolment_id",
        "recorded_person_id",
        "course_id",
        "version_id",
        "language",
        "course_title",
        "score_percent",
        "minutes",
        "completed_at",
        "agency_id",
        "unit_id",
        "position_id",
        "unit_name",
        "position_title",
        "level",
        "agency_sequence",
        "previous_hash",
        "hash",
    ),
}


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def allow_changes(table: str) -> None:
    if is_sqlite():
        op.execute(f"DROP TRIGGER {table}_refuses_update")
        op.execute(f"DROP TRIGGER {table}_refuses_delete")
    else:
        op.execute(f"DROP TRIGGER {table}_is_append_only ON {table}")


def refuse_changes(table: str) -> None:
    if is_sqlite():
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


def refuse_changes_but_merging(table: str) -> None:
    """One change is allowed: of person_id alone, from an account to the person that it has been merged into."""
    if is_sqlite():
        rest = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in COLUMNS[table])
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} WHEN NOT ("
            "NEW.person_id IS (SELECT merged_into_id FROM person WHERE id = OLD.person_id) "
            f"AND NEW.person_id IS NOT NULL AND {rest}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change_but_merging() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            wanted RECORD;
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                wanted := NEW;
                wanted.person_id := OLD.person_id;
                IF wanted IS NOT DISTINCT FROM OLD AND EXISTS (
                    SELECT 1 FROM person WHERE id = OLD.person_id AND merged_into_id = NEW.person_id
                ) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_but_merging()"
    )


def upgrade() -> None:
    number = "INTEGER" if is_sqlite() else "BIGINT"
    op.execute(
        f"ALTER TABLE person ADD COLUMN merged_into_id {number} "
        "CONSTRAINT fk_person_merged_into_id REFERENCES person (id) "
        "CONSTRAINT ck_person_not_merged_into_itself CHECK (merged_into_id IS NULL OR merged_into_id <> id)"
    )
    for table in FACTS_OF_A_PERSON:
        allow_changes(table)
    op.execute(
        f"ALTER TABLE completion ADD COLUMN recorded_person_id {number} "
        "CONSTRAINT fk_completion_recorded_person_id REFERENCES person (id)"
    )
    op.execute("UPDATE completion SET recorded_person_id = person_id")
    if is_sqlite():
        op.execute(
            "CREATE TRIGGER completion_names_its_account BEFORE INSERT ON completion "
            "WHEN NEW.recorded_person_id IS NULL "
            "BEGIN SELECT RAISE(ABORT, 'completion.recorded_person_id must be given'); END"
        )
    else:
        op.execute(
            "ALTER TABLE completion ADD CONSTRAINT ck_completion_names_its_account "
            "CHECK (recorded_person_id IS NOT NULL)"
        )
    for table in FACTS_OF_A_PERSON:
        refuse_changes_but_merging(table)
    op.create_table(
        "person_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kept_person_id", BigId, nullable=False),
        sa.Column("merged_person_id", BigId, nullable=False),
        sa.Column("former_email", sa.String(length=254), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_person_merge_by_id"),
        sa.ForeignKeyConstraint(["kept_person_id"], ["person.id"], name="fk_person_merge_kept_person_id"),
        sa.ForeignKeyConstraint(["merged_person_id"], ["person.id"], name="fk_person_merge_merged_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_merge"),
        sa.UniqueConstraint("merged_person_id", name="uq_person_merge_merged_person_id"),
    )
    op.create_index("ix_person_merge_kept_person_id", "person_merge", ["kept_person_id"])
    refuse_changes("person_merge")
    op.create_table(
        "departure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_departure_agency_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_departure_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_departure_person_id"),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["person.id"], name="fk_departure_taken_back_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_departure"),
    )
    op.create_index("ix_departure_agency_id_person_id", "departure", ["agency_id", "person_id"])
    op.create_table(
        "ended_position",
        sa.Column("departure_id", BigId, nullable=False),
        sa.Column("position_id", BigId, nullable=False),
        sa.Column("ends_on_before", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name="fk_ended_position_departure_id"),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name="fk_ended_position_position_id"),
        sa.PrimaryKeyConstraint("departure_id", "position_id", name="pk_ended_position"),
    )


def downgrade() -> None:
    op.drop_table("ended_position")
    op.drop_index("ix_departure_agency_id_person_id", table_name="departure")
    op.drop_table("departure")
    op.drop_index("ix_person_merge_kept_person_id", table_name="person_merge")
    op.drop_table("person_merge")
    for table in FACTS_OF_A_PERSON:
        allow_changes(table)
    # The ledger of the version before names whose a completion is, so each goes back to the account it came from.
    op.execute("UPDATE completion SET person_id = recorded_person_id")
    op.execute(
        "UPDATE certificate SET person_id = "
        "(SELECT completion.person_id FROM completion WHERE completion.id = certificate.completion_id)"
    )
    if is_sqlite():
        op.execute("DROP TRIGGER completion_names_its_account")
    op.drop_column("completion", "recorded_person_id")
    for table in FACTS_OF_A_PERSON:
        refuse_changes(table)
    if not is_sqlite():
        op.execute("DROP FUNCTION refuse_change_but_merging()")
    op.drop_column("person", "merged_into_id")
