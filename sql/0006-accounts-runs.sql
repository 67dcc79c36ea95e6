-- Who of the people written to has an account here: asked when a meeting is saved, read when its reminders are written.
CREATE TABLE IF NOT EXISTS account (
	account_address TEXT PRIMARY KEY,
	account_uid TEXT NOT NULL
) WITHOUT ROWID;

-- Who holds an address now (the newest sign-in).
CREATE INDEX IF NOT EXISTS idx_feed_address ON feed_address(feed_address);
-- Accounts are the same in capitals and small letters.
CREATE INDEX IF NOT EXISTS idx_feed_owner ON feed_address(feed_owner COLLATE NOCASE, feed_position);
CREATE INDEX IF NOT EXISTS idx_ical_owner_any ON ical(ical_owner COLLATE NOCASE, ical_id);

-- When cron ran last, by the clock and by the time since the machine's start: a clock that jumps is found out by the two.
-- run_doubted: Unix seconds of a run that did nothing because its clock had jumped, or NULL.
CREATE TABLE IF NOT EXISTS run (
	run_name TEXT PRIMARY KEY,
	run_at INTEGER NOT NULL,
	run_boot TEXT NOT NULL,
	run_uptime INTEGER NOT NULL,
	run_doubted INTEGER
) WITHOUT ROWID;
