"""Search over titles, text and glossary

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "course_passage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("course", "lesson", "term", name="passagekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("anchor", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_course_passage_course_id"),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name="fk_course_passage_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_course_passage"),
    )
    op.create_index("ix_course_passage_course_id", "course_passage", ["course_id"])
    # What is indexed is stemmed by the program, so the databases' own stemmers stay out of it.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE passage_index USING fts5(title, words, tokenize = 'unicode61')")
    else:
        op.execute(
            "CREATE TABLE passage_index ("
            "passage_id BIGINT PRIMARY KEY REFERENCES course_passage (id) ON DELETE CASCADE, "
            "document tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_passage_index_document ON passage_index USING gin (document)")


def downgrade() -> None:
    op.execute("DROP TABLE passage_index")
    op.drop_index("ix_course_passage_course_id", table_name="course_passage")
    op.drop_table("course_passage")
