-- Answers that came by mail. The original neither reads nor writes any of it.

-- The last one that was taken of each attendee, by the secret of the attendee's links: one that comes twice, or after a
-- later one, changes nothing.
-- reply_stamp: when it was given (DTSTAMP), Unix seconds. reply_message: a fingerprint of what it says.
CREATE TABLE IF NOT EXISTS reply_last (
	reply_hash TEXT PRIMARY KEY,
	reply_stamp INTEGER NOT NULL,
	reply_message TEXT NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS reply_last_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM reply_last WHERE reply_hash = old.attendee_meeting_hash;
END;

-- Answers that nobody can be held to: shown to the owner. unconfirmed_at: Unix seconds.
-- unconfirmed_answer: accepted, declined, tentative, or empty.
CREATE TABLE IF NOT EXISTS reply_unconfirmed (
	unconfirmed_id INTEGER PRIMARY KEY AUTOINCREMENT,
	unconfirmed_meeting_id INTEGER NOT NULL,
	unconfirmed_at INTEGER NOT NULL,
	unconfirmed_from TEXT NOT NULL,
	unconfirmed_named TEXT NOT NULL,
	unconfirmed_answer TEXT NOT NULL,
	unconfirmed_comment TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_reply_unconfirmed ON reply_unconfirmed(unconfirmed_meeting_id);

CREATE TRIGGER IF NOT EXISTS reply_unconfirmed_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM reply_unconfirmed WHERE unconfirmed_meeting_id = old.meeting_id;
END;
