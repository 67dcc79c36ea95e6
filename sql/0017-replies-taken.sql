-- Every answer by mail that was taken, by the secret of the attendee's links: one that comes again after another changes nothing,
-- whatever its time says. The last one is that of reply_last. The original neither reads nor writes any of it.
-- taken_message: a fingerprint of what it says. taken_sequence: which state of the meeting it answers (SEQUENCE).
-- taken_at: when it came, Unix seconds.
CREATE TABLE IF NOT EXISTS reply_taken (
	taken_hash TEXT NOT NULL,
	taken_message TEXT NOT NULL,
	taken_sequence INTEGER NOT NULL,
	taken_at INTEGER NOT NULL,
	PRIMARY KEY (taken_hash, taken_message)
) WITHOUT ROWID;

INSERT OR IGNORE INTO reply_taken (taken_hash, taken_message, taken_sequence, taken_at)
	SELECT reply_hash, reply_message, 0, reply_stamp FROM reply_last;

CREATE TRIGGER IF NOT EXISTS reply_taken_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM reply_taken WHERE taken_hash = old.attendee_meeting_hash;
END;
