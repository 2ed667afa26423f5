"""fault pauses."""

import sqlalchemy as sa
from alembic import op

revision = "core_0016"
down_revision = "core_0015"


def upgrade() -> None:
    op.add_column("fault", sa.Column("recent", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("fault", sa.Column("paused_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("fault", "paused_at")
    op.drop_column("fault", "recent")
