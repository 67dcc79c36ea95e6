-- When an account last signed in, or had its feed asked for: days since 1970, by UTC. What nobody has used for JMB_KEEP_DAYS is
-- forgotten by it. The original neither reads nor writes any of it.
CREATE TABLE IF NOT EXISTS account_seen (
	seen_uid TEXT PRIMARY KEY COLLATE NOCASE,
	seen_day INTEGER NOT NULL
) WITHOUT ROWID;

-- Where `jmb backup` has put copies, and when (Unix seconds): who is erased may still be in them.
CREATE TABLE IF NOT EXISTS backup_made (
	backup_file TEXT PRIMARY KEY,
	backup_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Who has booked in somebody's place is found by address.
CREATE INDEX IF NOT EXISTS idx_stand_in_address ON stand_in(stand_in_address);

-- Secrets that no form carries any more: form_day has taken their place.
DELETE FROM form_token;
