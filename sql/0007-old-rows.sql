-- Rooms are found whatever the letters they were written in: Jitsi knows small ones only.
CREATE INDEX IF NOT EXISTS idx_meeting_name_any ON meetings(meeting_name COLLATE NOCASE);

-- Whoever has no secret has no way in: they get one, as short as the original's.
UPDATE attendees SET attendee_meeting_hash = hex(randomblob(8))
WHERE attendee_meeting_hash IS NULL OR attendee_meeting_hash = '';

CREATE TRIGGER IF NOT EXISTS attendee_hash_insert AFTER INSERT ON attendees
WHEN new.attendee_meeting_hash IS NULL OR new.attendee_meeting_hash = ''
BEGIN
	UPDATE attendees SET attendee_meeting_hash = hex(randomblob(8)) WHERE attendee_id = new.attendee_id;
END;
