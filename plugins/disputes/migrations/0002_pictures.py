"""photos of a complaint, sent with it."""

import sqlalchemy as sa
from alembic import op

revision = "disputes_0002"
down_revision = "disputes_0001"


def upgrade() -> None:
    op.add_column("disputes_complaint", sa.Column("pictures", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("disputes_complaint", "pictures")
