-- What is to be spoken of at a meeting, where its owner has said so: plain lines. The original neither reads nor writes it.
CREATE TABLE IF NOT EXISTS meeting_agenda (
	topics_meeting_id INTEGER PRIMARY KEY,
	topics_text TEXT NOT NULL
);

CREATE TRIGGER IF NOT EXISTS meeting_agenda_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM meeting_agenda WHERE topics_meeting_id = old.meeting_id;
END;
