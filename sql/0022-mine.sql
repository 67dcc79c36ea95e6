-- What an account has chosen for itself (booking.cgi?me). mine_language: fr or en, empty where nothing is. mine_reminders: 0 where
-- no email is to remind it of meetings. The original neither reads nor writes any of it.
CREATE TABLE IF NOT EXISTS mine (
	mine_uid TEXT PRIMARY KEY COLLATE NOCASE,
	mine_language TEXT NOT NULL DEFAULT '',
	mine_reminders INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
