"""Competences that an agency needs, measures, who may leave, and what was decided

Revision: 0019
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def role() -> sa.Enum:
    return one_of("needrole", "all", "first-line", "middle", "top")


def horizon() -> sa.Enum:
    return one_of("horizon", "now", "one-year", "three-years")


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
        "competence_need",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("horizon", horizon(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("consequence", one_of("consequence", "low", "medium", "high"), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", BigId, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name="ck_competence_need_level_range"),
        sa.CheckConstraint("(share IS NULL) <> (number IS NULL)", name="ck_competence_need_share_or_number"),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name="ck_competence_need_share_range"),
        sa.CheckConstraint("number > 0", name="ck_competence_need_number_range"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_competence_need_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name="fk_competence_need_agency_id_unit_id"
        ),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_competence_need_competence_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name="fk_competence_need_set_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_competence_need_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_competence_need"),
    )
    op.create_index(
        "uq_competence_need_live",
        "competence_need",
        ["agency_id", "unit_id", "role", "competence_id", "horizon"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_competence_need_agency_id_competence_id", "competence_need", ["agency_id", "competence_id"]
    )
    op.create_table(
        "competence_measure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("horizon", horizon(), nullable=False),
        sa.Column("kind", one_of("measurekind", "learn", "transfer", "move", "reskill", "recruit"), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("owner_id", BigId, nullable=False),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("state", one_of("measurestate", "planned", "under-way", "done", "dropped"), nullable=False),
        sa.Column("needed_then", sa.Integer(), nullable=False),
        sa.Column("covered_then", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("cost >= 0", name="ck_competence_measure_cost_range"),
        sa.CheckConstraint("covered_then BETWEEN 0 AND needed_then", name="ck_competence_measure_numbers_then"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_competence_measure_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name="fk_competence_measure_agency_id_unit_id"
        ),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_competence_measure_competence_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_competence_measure_owner_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_competence_measure_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_competence_measure"),
        sa.UniqueConstraint("agency_id", "request_key", name="uq_competence_measure_agency_id_request_key"),
    )
    op.create_index("ix_competence_measure_agency_id_deadline", "competence_measure", ["agency_id", "deadline"])
    op.create_table(
        "leaving_scenario",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("before", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.CheckConstraint("number > 0", name="ck_leaving_scenario_number_range"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_leaving_scenario_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["unit.agency_id", "unit.id"], name="fk_leaving_scenario_agency_id_unit_id"
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_leaving_scenario_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_leaving_scenario"),
        sa.UniqueConstraint("agency_id", "name", name="uq_leaving_scenario_agency_id_name"),
    )
    op.create_table(
        "scenario_person",
        sa.Column("scenario_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["scenario_id"], ["leaving_scenario.id"], name="fk_scenario_person_scenario_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_scenario_person_person_id"),
        sa.PrimaryKeyConstraint("scenario_id", "person_id", name="pk_scenario_person"),
    )
    op.create_index("ix_scenario_person_person_id", "scenario_person", ["person_id"])
    op.create_table(
        "plan_decision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=100), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BigId, nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_plan_decision_agency_id"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name="fk_plan_decision_recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_decision"),
        sa.UniqueConstraint("agency_id", "request_key", name="uq_plan_decision_agency_id_request_key"),
    )
    op.create_index("ix_plan_decision_agency_id_decided_on", "plan_decision", ["agency_id", "decided_on"])
    refuse_changes("plan_decision")


def downgrade() -> None:
    op.drop_index("ix_plan_decision_agency_id_decided_on", table_name="plan_decision")
    op.drop_table("plan_decision")
    op.drop_index("ix_scenario_person_person_id", table_name="scenario_person")
    op.drop_table("scenario_person")
    op.drop_table("leaving_scenario")
    op.drop_index("ix_competence_measure_agency_id_deadline", table_name="competence_measure")
    op.drop_table("competence_measure")
    op.drop_index("ix_competence_need_agency_id_competence_id", table_name="competence_need")
    op.drop_index("uq_competence_need_live", table_name="competence_need")
    op.drop_table("competence_need")
