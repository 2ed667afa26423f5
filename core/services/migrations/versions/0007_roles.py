"""accounts of grids and companies."""

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"


def upgrade() -> None:
    for kind in ("grid", "company"):
        column = sa.Column(f"{kind}_id", sa.Integer(), sa.ForeignKey(f"{kind}.id"), nullable=True)
        op.add_column("account", column, inline_references=True)


def downgrade() -> None:
    op.drop_column("account", "company_id")
    op.drop_column("account", "grid_id")
