-- What somebody is called in one meeting, by the secret of their links: as the organiser wrote it, or as the directory has it.
-- The original neither reads nor writes it.
CREATE TABLE IF NOT EXISTS attendee_name (
	name_hash TEXT PRIMARY KEY,
	name_text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS attendee_name_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM attendee_name WHERE name_hash = old.attendee_meeting_hash;
END;
