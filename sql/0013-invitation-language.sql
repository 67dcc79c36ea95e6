-- In which language a meeting's mails are written to whom no other is known of, where its organiser chose one: fr or en.
CREATE TABLE IF NOT EXISTS invitation_language (
	language_meeting_id INTEGER PRIMARY KEY,
	language_code TEXT NOT NULL
);

CREATE TRIGGER IF NOT EXISTS invitation_language_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM invitation_language WHERE language_meeting_id = old.meeting_id;
END;
