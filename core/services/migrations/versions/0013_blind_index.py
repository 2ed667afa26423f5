"""personal values found by their exact text. Rows of before are entered by `actions keys reseal`."""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"


def upgrade() -> None:
    op.create_table(
        "blind_index",
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=63), nullable=False),
        sa.Column("digest", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_id", "field", name=op.f("pk_blind_index")),
    )
    op.create_index(op.f("ix_blind_index_digest"), "blind_index", ["digest"], unique=False)


def downgrade() -> None:
    op.drop_table("blind_index")
