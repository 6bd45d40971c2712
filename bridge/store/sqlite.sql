-- Said to every new SQLite connection: readers never wait for the writer, a commit survives a power cut,
-- and pages that change all the time are brought home every 16 MB (4,000 of them).
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA wal_autocheckpoint = 4000;
