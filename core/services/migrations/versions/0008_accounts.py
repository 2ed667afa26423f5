"""accounts: passwords that must be changed, roles that wait to be granted, second factors, failures of signing in."""

import sqlalchemy as sa
from alembic import op

revision = "core_0008"
down_revision = "core_0007"


def upgrade() -> None:
    op.create_table(
        "old_password",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_old_password_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_password")),
    )
    op.create_index(op.f("ix_old_password_account_id"), "old_password", ["account_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_failure_account_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_account_id"), "sign_in_failure", ["account_id"], unique=False)
    op.create_index(op.f("ix_sign_in_failure_at"), "sign_in_failure", ["at"], unique=False)
    op.add_column("account", sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("account", sa.Column("waiting", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_column("account", "failures")
    op.drop_column("account", "locked_until")
    op.add_column("sign_in", sa.Column("via", sa.String(length=10), nullable=True))
    op.add_column("sign_in", sa.Column("address", sa.String(length=60), nullable=True))
    op.add_column("sign_in", sa.Column("agent", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in", "agent")
    op.drop_column("sign_in", "address")
    op.drop_column("sign_in", "via")
    op.add_column("account", sa.Column("locked_until", sa.DateTime(), nullable=True))
    op.add_column("account", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.drop_column("account", "waiting")
    op.drop_column("account", "must_change")
    op.drop_table("sign_in_failure")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_table("old_password")
