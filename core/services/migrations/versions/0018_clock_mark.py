"""when a scheduler last ticked."""

import sqlalchemy as sa
from alembic import op

revision = "core_0018"
down_revision = "core_0017"


def upgrade() -> None:
    op.create_table(
        "clock_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_mark")),
    )


def downgrade() -> None:
    op.drop_table("clock_mark")
