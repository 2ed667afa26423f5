"""exports made beside the request."""

import sqlalchemy as sa
from alembic import op

revision = "core_0017"
down_revision = "core_0016"


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_export")),
    )
    op.create_index(op.f("ix_export_login"), "export", ["login"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_export_login"), table_name="export")
    op.drop_table("export")
