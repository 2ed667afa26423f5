"""the journal is chained, and the store refuses to change or delete its lines.

A line may only be deleted when a later line of the journal says that it was pruned (journal_prune.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"

REFUSED = "the journal is append-only"
PRUNED = "SELECT 1 FROM journal WHERE verb = 'prune' AND subject = 'journal' AND subject_id >= OLD.id"
SQLITE = (
    f"CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER journal_undeleted BEFORE DELETE ON journal WHEN NOT EXISTS ({PRUNED}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
POSTGRESQL = (
    f"""CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS ({PRUNED}) THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{REFUSED}';
    END $$""",
    "CREATE TRIGGER journal_unchanged BEFORE UPDATE OR DELETE ON journal "
    "FOR EACH ROW EXECUTE FUNCTION journal_append_only()",
    "CREATE TRIGGER journal_unemptied BEFORE TRUNCATE ON journal "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()",
)


def upgrade() -> None:
    op.add_column("journal", sa.Column("digest", sa.String(length=80), nullable=True))
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER journal_unchanged")
        op.execute("DROP TRIGGER journal_undeleted")
    else:
        op.execute("DROP FUNCTION journal_append_only CASCADE")
    op.drop_column("journal", "digest")
