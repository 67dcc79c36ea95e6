-- What we know of a meeting beyond the original's columns, and an index by person and end. Both are kept right by
-- triggers, so that they also hold when the original, or an administrator with sqlite3, writes to its own tables.
-- Everything here is understood by the SQLite 3.34 of older hosts: no STRICT, no unixepoch(). And everything may be
-- there already: `sqlite3 .dump` leaves out the version, so a database restored from it comes back as version 0.

-- extra_sequence: SEQUENCE (RFC 5545 section 3.8.7.4), raised when time, subject or the end of an invitation changes.
-- extra_version: raised at each change, people included; a form must give it back to save.
-- extra_modified: Unix seconds of the last change.
-- extra_plain: 1 when the subject is plain text that we wrote; else it may hold HTML entities.
CREATE TABLE IF NOT EXISTS meeting_extra (
	extra_meeting_id INTEGER PRIMARY KEY,
	extra_sequence INTEGER NOT NULL DEFAULT 0,
	extra_version INTEGER NOT NULL DEFAULT 0,
	extra_modified INTEGER NOT NULL,
	extra_plain INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER IF NOT EXISTS meeting_extra_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM meeting_extra WHERE extra_meeting_id = old.meeting_id;
END;

-- Somebody else's change. Our own writes set these values again after their UPDATE, in the same transaction.
CREATE TRIGGER IF NOT EXISTS meeting_extra_update
AFTER UPDATE OF meeting_object, meeting_begin, meeting_duration, meeting_end ON meetings
WHEN old.meeting_object IS NOT new.meeting_object OR old.meeting_begin IS NOT new.meeting_begin
	OR old.meeting_duration IS NOT new.meeting_duration OR old.meeting_end IS NOT new.meeting_end
BEGIN
	INSERT OR IGNORE INTO meeting_extra (extra_meeting_id, extra_modified) VALUES (new.meeting_id, 0);
	UPDATE meeting_extra SET
		extra_sequence = extra_sequence + 1,
		extra_version = extra_version + 1,
		extra_modified = CAST(strftime('%s', 'now') AS INTEGER),
		extra_plain = CASE WHEN old.meeting_object IS new.meeting_object THEN extra_plain ELSE 0 END
	WHERE extra_meeting_id = new.meeting_id;
END;

-- One row per attendee, with the end of the meeting: finds what is to come for a person with thousands of meetings that
-- are over without touching those.
CREATE TABLE IF NOT EXISTS agenda (
	agenda_attendee_id INTEGER PRIMARY KEY,
	agenda_email TEXT NOT NULL,
	agenda_end INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_agenda_email_end ON agenda(agenda_email, agenda_end);

INSERT OR IGNORE INTO agenda (agenda_attendee_id, agenda_email, agenda_end)
	SELECT attendee_id, lower(attendee_email), meeting_end
	FROM attendees JOIN meetings ON meeting_id = attendee_meeting_id;

CREATE TRIGGER IF NOT EXISTS agenda_attendee_insert AFTER INSERT ON attendees
BEGIN
	INSERT OR REPLACE INTO agenda (agenda_attendee_id, agenda_email, agenda_end)
		SELECT new.attendee_id, lower(new.attendee_email), meeting_end
		FROM meetings WHERE meeting_id = new.attendee_meeting_id;
END;

CREATE TRIGGER IF NOT EXISTS agenda_attendee_update AFTER UPDATE OF attendee_id, attendee_meeting_id, attendee_email ON attendees
BEGIN
	DELETE FROM agenda WHERE agenda_attendee_id = old.attendee_id;
	INSERT OR REPLACE INTO agenda (agenda_attendee_id, agenda_email, agenda_end)
		SELECT new.attendee_id, lower(new.attendee_email), meeting_end
		FROM meetings WHERE meeting_id = new.attendee_meeting_id;
END;

CREATE TRIGGER IF NOT EXISTS agenda_attendee_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM agenda WHERE agenda_attendee_id = old.attendee_id;
END;

CREATE TRIGGER IF NOT EXISTS agenda_meeting_insert AFTER INSERT ON meetings
BEGIN
	INSERT OR REPLACE INTO agenda (agenda_attendee_id, agenda_email, agenda_end)
		SELECT attendee_id, lower(attendee_email), new.meeting_end
		FROM attendees WHERE attendee_meeting_id = new.meeting_id;
END;

CREATE TRIGGER IF NOT EXISTS agenda_meeting_update AFTER UPDATE OF meeting_end ON meetings
WHEN old.meeting_end IS NOT new.meeting_end
BEGIN
	UPDATE agenda SET agenda_end = new.meeting_end
	WHERE agenda_attendee_id IN (SELECT attendee_id FROM attendees WHERE attendee_meeting_id = new.meeting_id);
END;

-- Counts and the owner of a meeting are read from this index alone.
CREATE INDEX IF NOT EXISTS idx_attendee_meeting_role ON attendees(
	attendee_meeting_id, attendee_role, attendee_partstat, attendee_email
);

-- Meetings that run now, and their number.
CREATE INDEX IF NOT EXISTS idx_meeting_end_begin ON meetings(meeting_end, meeting_begin);

-- Reminders still to be sent.
CREATE INDEX IF NOT EXISTS idx_mail_reminder_open ON mail_reminder(mail_reminder_date) WHERE mail_reminder_done IS NOT 1;
CREATE INDEX IF NOT EXISTS idx_xmpp_reminder_open ON xmpp_reminder(xmpp_reminder_date) WHERE xmpp_reminder_done IS NOT 1;
