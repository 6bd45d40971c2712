"""Pictures are asked for by id or ref, never by their time."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One step forward; there is no way back but a backup."""
    op.drop_index("pictures_by_time", "pictures")
