-- Which language the directory says that somebody prefers, by address, where it is one of ours: kept when a meeting is
-- saved, read when its reminders are written, which ask nobody. Addresses are lower case.
CREATE TABLE IF NOT EXISTS reader (
	reader_address TEXT PRIMARY KEY,
	reader_language TEXT NOT NULL
) WITHOUT ROWID;
