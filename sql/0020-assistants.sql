-- Who may book, change and answer in somebody's place. assistant_of: the account that is stood in for; assistant_address: lower case.
CREATE TABLE IF NOT EXISTS assistant (
	assistant_of TEXT NOT NULL COLLATE NOCASE,
	assistant_address TEXT NOT NULL,
	assistant_since INTEGER NOT NULL,
	PRIMARY KEY (assistant_of, assistant_address)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_assistant_address ON assistant(assistant_address);

-- Who booked or last changed a meeting in its organiser's place: an address. No row where the organiser did so. The original, which
-- goes by the organiser's row in attendees alone, neither reads nor writes it.
CREATE TABLE IF NOT EXISTS stand_in (
	stand_in_meeting_id INTEGER PRIMARY KEY,
	stand_in_address TEXT NOT NULL
);

CREATE TRIGGER IF NOT EXISTS stand_in_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM stand_in WHERE stand_in_meeting_id = old.meeting_id;
END;
