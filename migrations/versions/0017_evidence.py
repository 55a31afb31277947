"""Evidence of competences, the levels that follow from it, requests to confirm, and contests

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("completion", "assessment", "commitment", "prior-learning", "colleague", "manager", "mobility")
# Whose it is and who confirmed it may follow a merge of accounts; withdrawing is the other thing that is allowed.
FIXED = (
    "id", "competence_id", "kind", "level", "weight", "happened_on", "expires_on", "agency_id", "source_key", "words",
    "recorded_at",
)  # fmt: skip


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def refuse_changes_but_withdrawing() -> None:
    columns = ", ".join(FIXED)
    if is_sqlite():
        for action, when in (("delete", "DELETE"), ("update", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER evidence_refuses_{action} BEFORE {when} ON evidence "
                "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER evidence_is_append_only BEFORE DELETE OR UPDATE OF {columns} ON evidence "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("kind", one_of("evidencekind", *KINDS), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("agency_id", BigId, nullable=True),
        sa.Column("source_key", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_evidence_level_range"),
        sa.CheckConstraint("weight > 0", name="ck_evidence_weighs"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_evidence_agency_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_evidence_by_id"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_evidence_competence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_evidence_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint("source_key", name="uq_evidence_source_key"),
    )
    op.create_index("ix_evidence_person_id_competence_id", "evidence", ["person_id", "competence_id"])
    op.create_index("ix_evidence_competence_id", "evidence", ["competence_id"])
    refuse_changes_but_withdrawing()
    op.create_table(
        "competence_level",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_expiry", sa.Date(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name="ck_competence_level_level_range"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_competence_level_competence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_competence_level_person_id"),
        sa.PrimaryKeyConstraint("person_id", "competence_id", name="pk_competence_level"),
    )
    op.create_index("ix_competence_level_competence_id_level", "competence_level", ["competence_id", "level"])
    op.create_index("ix_competence_level_next_expiry", "competence_level", ["next_expiry"])
    op.create_table(
        "confirmation_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("asked_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column(
            "status", one_of("requeststatus", "waiting", "confirmed", "declined", "withdrawn"), nullable=False
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_id", BigId, nullable=True),
        sa.CheckConstraint("asked_id <> person_id", name="ck_confirmation_request_two_people"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_confirmation_request_agency_id"),
        sa.ForeignKeyConstraint(["asked_id"], ["person.id"], name="fk_confirmation_request_asked_id"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_confirmation_request_competence_id"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_confirmation_request_evidence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_confirmation_request_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation_request"),
    )
    op.create_index(
        "uq_confirmation_request_waiting",
        "confirmation_request",
        ["person_id", "competence_id", "asked_id"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index("ix_confirmation_request_asked_id", "confirmation_request", ["asked_id"])
    op.create_table(
        "contest",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("competence_id", BigId, nullable=False),
        sa.Column("agency_id", BigId, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", BigId, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_contest_agency_id"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_contest_answered_by_id"),
        sa.ForeignKeyConstraint(["competence_id"], ["competence.id"], name="fk_contest_competence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contest_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
    )
    op.create_index(
        "uq_contest_open",
        "contest",
        ["person_id", "competence_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_contest_agency_id", "contest", ["agency_id"])


def downgrade() -> None:
    op.drop_table("contest")
    op.drop_table("confirmation_request")
    op.drop_table("competence_level")
    op.drop_table("evidence")
