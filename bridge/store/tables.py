"""The tables. Times are integer milliseconds, money is integer micro-dollars, JSON is text."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

metadata = MetaData()
_UNSETTLED = text("state IN ('intent', 'ticket', 'uncertain')")

attempts = Table(
    "attempts",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("job_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ticket", Text),
    Column("recipe", Text, nullable=False),
    Column("estimate", BigInteger, nullable=False),
    Column("cost", BigInteger),
    Column("error", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index("attempts_by_time", "created"),
    # the few that a start or the books must look at, however long the history
    Index("attempts_unsettled", "state", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
)

pictures = Table(
    "pictures",
    metadata,
    # SQLite counts ids up by itself only in a column that it calls INTEGER
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("job_id", Text, nullable=False),
    Column("ref", Text, nullable=False, unique=True),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("blake3", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("seed", BigInteger),
    Column("cost", BigInteger),
    Column("created", BigInteger, nullable=False),
    Column("recipe", Text, nullable=False),
    sqlite_autoincrement=True,
)

drawers = Table(
    "drawers",
    metadata,
    Column("drawer", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

chat_lines = Table(
    "chat_lines",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("chat", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("chat_lines_by_chat", "chat", "id"),
    sqlite_autoincrement=True,
)
