"""Versions of paths, electives, audiences as rules, renewals, extensions and recognition of prior learning

Revision: 0005
Follows: 0004
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _versions() -> None:
    op.create_table(
        "path_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("path_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["path_id"], ["learning_path.id"], name="fk_path_version_path_id"),
        sa.PrimaryKeyConstraint("id", name="pk_path_version"),
        sa.UniqueConstraint("path_id", "number", name="uq_path_version_path_id_number"),
    )
    current = {"sqlite_where": sa.text("is_current"), "postgresql_where": sa.text("is_current")}
    op.create_index("uq_path_version_current", "path_version", ["path_id"], unique=True, **current)
    op.execute(
        "INSERT INTO path_version (path_id, number, is_current, in_order, created_at) "
        "SELECT id, 1, true, false, created_at FROM learning_path ORDER BY id"
    )
    op.create_table(
        "path_choice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.CheckConstraint("needed >= 1", name=op.f("ck_path_choice_needs_one")),
        sa.ForeignKeyConstraint(["version_id"], ["path_version.id"], name="fk_path_choice_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_path_choice"),
        sa.UniqueConstraint("version_id", "id", name="uq_path_choice_version_id_id"),
        sa.UniqueConstraint("version_id", "number", name="uq_path_choice_version_id_number"),
    )
    # A path of electives only was done when one of them was.
    op.execute(
        "INSERT INTO path_choice (version_id, number, needed) SELECT path_version.id, 1, 1 FROM path_version WHERE"
        " EXISTS (SELECT 1 FROM path_step WHERE path_step.path_id = path_version.path_id)"
        " AND NOT EXISTS (SELECT 1 FROM path_step WHERE path_step.path_id = path_version.path_id AND mandatory)"
    )


def _steps() -> None:
    with op.batch_alter_table("path_step") as batch:
        batch.add_column(sa.Column("version_id", BigId, nullable=True))
        batch.add_column(sa.Column("choice_id", BigId, nullable=True))
    op.execute(
        "UPDATE path_step SET version_id ="
        " (SELECT path_version.id FROM path_version WHERE path_version.path_id = path_step.path_id)"
    )
    op.execute(
        "UPDATE path_step SET choice_id ="
        " (SELECT path_choice.id FROM path_choice WHERE path_choice.version_id = path_step.version_id)"
    )
    with op.batch_alter_table("path_step") as batch:
        batch.drop_constraint("uq_path_step_path_id_course_id", type_="unique")
        batch.drop_constraint("uq_path_step_path_id_place", type_="unique")
        batch.drop_constraint("fk_path_step_path_id", type_="foreignkey")
        batch.drop_column("path_id")
        batch.alter_column("version_id", existing_type=BigId, nullable=False)
        batch.create_unique_constraint("uq_path_step_version_id_course_id", ["version_id", "course_id"])
        batch.create_unique_constraint("uq_path_step_version_id_place", ["version_id", "place"])
        batch.create_foreign_key("fk_path_step_version_id", "path_version", ["version_id"], ["id"])
        batch.create_foreign_key(
            "fk_path_step_version_id_choice_id", "path_choice", ["version_id", "choice_id"], ["version_id", "id"]
        )
        batch.create_check_constraint(
            op.f("ck_path_step_mandatory_is_no_choice"), "NOT (mandatory AND choice_id IS NOT NULL)"
        )
        batch.create_index("ix_path_step_course_id", ["course_id"])


def _rule(units: list[Any], levels: list[str]) -> dict[str, Any]:
    chosen = [{"unit": unit, "below": bool(below)} for unit, below in units]
    return {"units": chosen, "levels": levels} if levels else {"units": chosen}


def _audiences() -> None:
    op.create_table(
        "audience",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("rule", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_audience_agency_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_audience_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audience"),
        sa.UniqueConstraint("agency_id", "id", name="uq_audience_agency_id_id"),
        sa.UniqueConstraint("agency_id", "name", name="uq_audience_agency_id_name"),
    )
    connection = op.get_bind()
    written = sa.text(
        "INSERT INTO audience (id, agency_id, rule, created_at, created_by_id)"
        " SELECT id, agency_id, " + ("CAST(:rule AS JSONB)" if connection.dialect.name != "sqlite" else ":rule") + ","
        " created_at, created_by_id FROM assignment WHERE id = :id"
    )
    for assignment_id in connection.scalars(sa.text("SELECT id FROM assignment ORDER BY id")).all():
        mine = {"id": assignment_id}
        units = connection.execute(
            sa.text("SELECT unit_id, with_descendants FROM audience_unit WHERE assignment_id = :id ORDER BY 1"), mine
        ).all()
        levels = connection.scalars(
            sa.text("SELECT level FROM audience_level WHERE assignment_id = :id ORDER BY 1"), mine
        ).all()
        connection.execute(written, {**mine, "rule": json.dumps(_rule(list(units), list(levels)))})
    if connection.dialect.name != "sqlite":
        op.execute("SELECT setval('audience_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM audience), false)")
    op.drop_table("audience_level")
    op.drop_table("audience_unit")


def _assignments() -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.add_column(sa.Column("audience_id", BigId, nullable=True))
        batch.add_column(sa.Column("valid_months", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("renew_days", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column(
                "renew_basis",
                sa.Enum(
                    "completion", "anniversary", name="renewbasis", native_enum=False, create_constraint=True, length=40
                ),
                nullable=True,
            )
        )
        batch.create_foreign_key(
            "fk_assignment_agency_id_audience_id", "audience", ["agency_id", "audience_id"], ["agency_id", "id"]
        )
        batch.create_check_constraint(
            op.f("ck_assignment_renewal_is_whole"),
            "(valid_months IS NULL) = (renew_days IS NULL) AND (valid_months IS NULL) = (renew_basis IS NULL)",
        )
        batch.create_check_constraint(
            op.f("ck_assignment_renewal_range"),
            "valid_months IS NULL OR valid_months BETWEEN 1 AND 120 AND renew_days BETWEEN 1 AND valid_months * 28",
        )
        batch.create_index("ix_assignment_audience_id", ["audience_id"])
    op.execute("UPDATE assignment SET audience_id = id")
    with op.batch_alter_table("assignment") as batch:
        batch.alter_column("audience_id", existing_type=BigId, nullable=False)


def _members() -> None:
    with op.batch_alter_table("assignment_member") as batch:
        batch.add_column(sa.Column("version_id", BigId, nullable=True))
        batch.add_column(sa.Column("extended_to", sa.Date(), nullable=True))
        batch.add_column(sa.Column("round", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("counts_from", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("anchor_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
    op.execute(
        "UPDATE assignment_member SET version_id = (SELECT path_version.id FROM path_version"
        " JOIN assignment ON assignment.path_id = path_version.path_id"
        " WHERE assignment.id = assignment_member.assignment_id)"
    )
    with op.batch_alter_table("assignment_member") as batch:
        batch.alter_column("version_id", existing_type=BigId, nullable=False)
        batch.create_foreign_key("fk_assignment_member_version_id", "path_version", ["version_id"], ["id"])
        batch.create_check_constraint(op.f("ck_assignment_member_round_from_one"), "round >= 1")
        batch.create_check_constraint(
            op.f("ck_assignment_member_later_rounds_count_from"), "(round = 1) = (counts_from IS NULL)"
        )
        batch.create_index("ix_assignment_member_person_id", ["person_id"])
        batch.create_index("ix_assignment_member_version_id", ["version_id"])


def _facts() -> None:
    op.create_table(
        "assignment_round",
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_assignment_round_member_id"),
        sa.PrimaryKeyConstraint("member_id", "number", name="pk_assignment_round"),
    )
    op.create_table(
        "due_extension",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_by_id", BigId, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_due_extension_agency_id"),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name="fk_due_extension_granted_by_id"),
        sa.ForeignKeyConstraint(["member_id"], ["assignment_member.id"], name="fk_due_extension_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_due_extension"),
        sa.UniqueConstraint("member_id", "request_key", name="uq_due_extension_member_id_request_key"),
    )
    op.create_index("ix_due_extension_agency_id", "due_extension", ["agency_id"])
    op.create_table(
        "recognition",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "exemption", "prior-learning",
                name="recognitionkind", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (granted IS NULL)", name=op.f("ck_recognition_decided_is_whole")),
        sa.CheckConstraint("ended_at IS NULL OR granted", name=op.f("ck_recognition_only_granted_ends")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_recognition_agency_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name="fk_recognition_asked_by_id"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_recognition_course_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_recognition_decided_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recognition_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recognition"),
    )  # fmt: skip
    op.create_index("ix_recognition_agency_id_person_id", "recognition", ["agency_id", "person_id"])
    where = sa.text("ended_at IS NULL AND (granted IS NULL OR granted)")
    op.create_index(
        "uq_recognition_open", "recognition", ["agency_id", "person_id", "course_id"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("learning_path") as batch:
        batch.add_column(sa.Column("requires_id", BigId, nullable=True))
        batch.create_foreign_key(
            "fk_learning_path_agency_id_requires_id",
            "learning_path",
            ["agency_id", "requires_id"],
            ["agency_id", "id"],
        )
        batch.create_check_constraint(op.f("ck_learning_path_not_before_itself"), "requires_id <> id")
    _versions()
    _steps()
    _audiences()
    _assignments()
    _members()
    _facts()


def downgrade() -> None:
    op.drop_table("recognition")
    op.drop_table("due_extension")
    op.drop_table("assignment_round")
    _audiences_back()
    with op.batch_alter_table("assignment_member") as batch:
        batch.drop_index("ix_assignment_member_version_id")
        batch.drop_index("ix_assignment_member_person_id")
        batch.drop_constraint(op.f("ck_assignment_member_later_rounds_count_from"), type_="check")
        batch.drop_constraint(op.f("ck_assignment_member_round_from_one"), type_="check")
        batch.drop_constraint("fk_assignment_member_version_id", type_="foreignkey")
        for name in ("valid_until", "anchor_on", "counts_from", "round", "extended_to", "version_id"):
            batch.drop_column(name)
    _steps_back()
    op.drop_table("path_choice")
    op.drop_table("path_version")
    with op.batch_alter_table("learning_path") as batch:
        batch.drop_constraint(op.f("ck_learning_path_not_before_itself"), type_="check")
        batch.drop_constraint("fk_learning_path_agency_id_requires_id", type_="foreignkey")
        batch.drop_column("requires_id")


def _audiences_back() -> None:
    op.create_table(
        "audience_unit",
        sa.Column("assignment_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("with_descendants", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_audience_unit_assignment_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_audience_unit_unit_id"),
        sa.PrimaryKeyConstraint("assignment_id", "unit_id", name="pk_audience_unit"),
    )
    op.create_table(
        "audience_level",
        sa.Column("assignment_id", BigId, nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "first-line", "middle", "top", "employee", "employee-representative", "elected",
                name="level", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_audience_level_assignment_id"),
        sa.PrimaryKeyConstraint("assignment_id", "level", name="pk_audience_level"),
    )  # fmt: skip
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT assignment.id, audience.rule FROM assignment JOIN audience ON audience.id = assignment.audience_id"
        )
    ).all()
    for assignment_id, stored in rows:
        rule = json.loads(stored) if isinstance(stored, str) else stored
        for chosen in rule.get("units", []):
            connection.execute(
                sa.text("INSERT INTO audience_unit VALUES (:assignment, :unit, :below)"),
                {"assignment": assignment_id, "unit": chosen["unit"], "below": chosen["below"]},
            )
        for level in rule.get("levels", []):
            connection.execute(
                sa.text("INSERT INTO audience_level VALUES (:assignment, :level)"),
                {"assignment": assignment_id, "level": level},
            )
    with op.batch_alter_table("assignment") as batch:
        batch.drop_index("ix_assignment_audience_id")
        batch.drop_constraint(op.f("ck_assignment_renewal_range"), type_="check")
        batch.drop_constraint(op.f("ck_assignment_renewal_is_whole"), type_="check")
        batch.drop_constraint("fk_assignment_agency_id_audience_id", type_="foreignkey")
        batch.drop_constraint(op.f("ck_assignment_renewbasis"), type_="check")
        for name in ("renew_basis", "renew_days", "valid_months", "audience_id"):
            batch.drop_column(name)
    op.drop_table("audience")


def _steps_back() -> None:
    op.execute(
        "DELETE FROM path_step WHERE version_id IN (SELECT path_version.id FROM path_version WHERE NOT is_current)"
    )
    with op.batch_alter_table("path_step") as batch:
        batch.add_column(sa.Column("path_id", BigId, nullable=True))
    op.execute(
        "UPDATE path_step SET path_id ="
        " (SELECT path_version.path_id FROM path_version WHERE path_version.id = path_step.version_id)"
    )
    with op.batch_alter_table("path_step") as batch:
        batch.drop_index("ix_path_step_course_id")
        batch.drop_constraint(op.f("ck_path_step_mandatory_is_no_choice"), type_="check")
        batch.drop_constraint("fk_path_step_version_id_choice_id", type_="foreignkey")
        batch.drop_constraint("fk_path_step_version_id", type_="foreignkey")
        batch.drop_constraint("uq_path_step_version_id_place", type_="unique")
        batch.drop_constraint("uq_path_step_version_id_course_id", type_="unique")
        batch.drop_column("choice_id")
        batch.drop_column("version_id")
        batch.alter_column("path_id", existing_type=BigId, nullable=False)
        batch.create_unique_constraint("uq_path_step_path_id_course_id", ["path_id", "course_id"])
        batch.create_unique_constraint("uq_path_step_path_id_place", ["path_id", "place"])
        batch.create_foreign_key("fk_path_step_path_id", "learning_path", ["path_id"], ["id"])
