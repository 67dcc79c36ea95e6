-- The secret that a user's forms carry (against cross-site request forgery), another one each day; that of the day before
-- still holds. In the place of the table form_token. form_day: days since 1970, by UTC.
CREATE TABLE IF NOT EXISTS form_day (
	form_owner TEXT PRIMARY KEY COLLATE NOCASE,
	form_day INTEGER NOT NULL,
	form_secret TEXT NOT NULL,
	form_before TEXT NOT NULL
) WITHOUT ROWID;

-- How many mails somebody's doing has caused, and when (Unix seconds); kept for an hour.
CREATE TABLE IF NOT EXISTS caused_mails (
	caused_by TEXT NOT NULL COLLATE NOCASE,
	caused_at INTEGER NOT NULL,
	caused_count INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_caused_by ON caused_mails(caused_by, caused_at);
CREATE INDEX IF NOT EXISTS idx_caused_at ON caused_mails(caused_at);

-- How many secrets that are nobody's came from the network addresses of a number (lib/store/wrong_secrets.ts), and since
-- when (Unix seconds); kept for ten minutes.
CREATE TABLE IF NOT EXISTS wrong_secret (
	wrong_from INTEGER PRIMARY KEY,
	wrong_since INTEGER NOT NULL,
	wrong_count INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_wrong_since ON wrong_secret(wrong_since);
