-- The tables of the original JMB, exactly as its databases have them: an existing file is left as it is, an empty one
-- gets them. Times are Unix seconds, durations seconds. Never edited once landed; additions come in files after this one.

CREATE TABLE IF NOT EXISTS meetings (
	meeting_id INTEGER PRIMARY KEY,
	meeting_name TEXT NOT NULL,
	meeting_object TEXT NOT NULL,
	meeting_begin INTEGER NOT NULL,
	meeting_duration INTEGER NOT NULL,
	meeting_end INTEGER NOT NULL,
	meeting_create INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS attendees (
	attendee_id INTEGER PRIMARY KEY AUTOINCREMENT,
	attendee_meeting_id INTEGER,
	attendee_meeting_hash TEXT,
	attendee_role TEXT NOT NULL,
	attendee_email TEXT NOT NULL,
	attendee_count INTEGER DEFAULT 0,
	attendee_partstat INTEGER DEFAULT 0
);

CREATE TABLE IF NOT EXISTS mail_reminder (
	mail_reminder_id INTEGER PRIMARY KEY AUTOINCREMENT,
	mail_reminder_meeting_id INTEGER NOT NULL,
	mail_reminder_date INTEGER NOT NULL,
	mail_reminder_done BOOLEAN
);

CREATE TABLE IF NOT EXISTS xmpp_reminder (
	xmpp_reminder_id INTEGER PRIMARY KEY AUTOINCREMENT,
	xmpp_reminder_meeting_id INTEGER NOT NULL,
	xmpp_reminder_date INTEGER NOT NULL,
	xmpp_reminder_done BOOLEAN
);

CREATE TABLE IF NOT EXISTS ical (
	ical_id INTEGER PRIMARY KEY AUTOINCREMENT,
	ical_owner TEXT NOT NULL,
	ical_hash TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS private (
	private_id INTEGER PRIMARY KEY AUTOINCREMENT,
	private_room TEXT NOT NULL,
	private_date INTEGER NOT NULL,
	private_count INTEGER DEFAULT 0
);

CREATE INDEX IF NOT EXISTS idx_meeting_name ON meetings(meeting_name);
CREATE INDEX IF NOT EXISTS idx_meeting_begin ON meetings(meeting_begin);
CREATE INDEX IF NOT EXISTS idx_meeting_end ON meetings(meeting_end);
CREATE INDEX IF NOT EXISTS idx_attendee_meeting_id ON attendees(attendee_meeting_id);
CREATE INDEX IF NOT EXISTS idx_attendee_meeting_hash ON attendees(attendee_meeting_hash);
CREATE INDEX IF NOT EXISTS idx_attendee_role ON attendees(attendee_role);
CREATE INDEX IF NOT EXISTS idx_attendee_email ON attendees(attendee_email);
CREATE INDEX IF NOT EXISTS idx_attendee_partstat ON attendees(attendee_partstat);
CREATE INDEX IF NOT EXISTS idx_mail_reminder_meeting_id ON mail_reminder(mail_reminder_meeting_id);
CREATE INDEX IF NOT EXISTS idx_mail_reminder_date ON mail_reminder(mail_reminder_date);
CREATE INDEX IF NOT EXISTS idx_mail_reminder_done ON mail_reminder(mail_reminder_done);
CREATE INDEX IF NOT EXISTS idx_xmpp_reminder_meeting_id ON xmpp_reminder(xmpp_reminder_meeting_id);
CREATE INDEX IF NOT EXISTS idx_xmpp_reminder_date ON xmpp_reminder(xmpp_reminder_date);
CREATE INDEX IF NOT EXISTS idx_xmpp_reminder_done ON xmpp_reminder(xmpp_reminder_done);
CREATE INDEX IF NOT EXISTS idx_ical_owner ON ical(ical_owner);
CREATE INDEX IF NOT EXISTS idx_ical_hash ON ical(ical_hash);
CREATE INDEX IF NOT EXISTS idx_private_room ON private(private_room);

CREATE TRIGGER IF NOT EXISTS delete_meeting AFTER DELETE ON meetings
BEGIN
	DELETE FROM attendees WHERE attendee_meeting_id = old.meeting_id;
	DELETE FROM mail_reminder WHERE mail_reminder_meeting_id = old.meeting_id;
	DELETE FROM xmpp_reminder WHERE xmpp_reminder_meeting_id = old.meeting_id;
END;
