-- What an answer says beside attendee_partstat, by the secret of whoever gave it. The original neither reads nor writes any of it.
-- given_tentative: 1 for "maybe", which holds only while attendee_partstat is 0: the original knows no such answer.
-- given_begin, given_duration: the time that would suit better, in Unix seconds and seconds; NULL where none was proposed.
-- given_at: Unix seconds. given_by: page, list, mail or calendar.
CREATE TABLE IF NOT EXISTS answer_given (
	given_hash TEXT PRIMARY KEY,
	given_tentative INTEGER NOT NULL,
	given_comment TEXT NOT NULL,
	given_begin INTEGER,
	given_duration INTEGER,
	given_at INTEGER NOT NULL,
	given_by TEXT NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS answer_given_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM answer_given WHERE given_hash = old.attendee_meeting_hash;
END;
