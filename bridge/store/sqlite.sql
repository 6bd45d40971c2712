-- Said to every new SQLite connection: readers never wait for the writer, a commit survives a power cut.
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
