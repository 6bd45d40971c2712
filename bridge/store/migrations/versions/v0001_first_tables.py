"""The first tables: attempts, pictures, drawers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    _attempts()
    _pictures()
    op.create_table(
        "drawers",
        sa.Column("drawer", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("ref", sa.Text(), primary_key=True),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text()),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("estimate", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
    )
    unsettled = sa.text("state IN ('intent', 'ticket', 'uncertain')")
    op.create_index("attempts_by_time", "attempts", ["created"])
    op.create_index(
        "attempts_unsettled",
        "attempts",
        ["state"],
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False, unique=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("blake3", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("pictures_by_time", "pictures", ["created"])
