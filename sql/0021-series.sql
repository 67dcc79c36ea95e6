-- Meetings that repeat. Each date is an ordinary row of meetings, with a room and secrets of its own, which the original reads and
-- serves; what follows says which of them belong together. The original neither reads nor writes any of it.

-- series_id: the decimal digits of a nanosecond timestamp and 4 * 10^18, so that no meeting has it.
-- series_repeat: daily, weekdays, weekly or monthly. series_every: each so many days, weeks or months.
-- series_ends: times or until, as it was typed. series_zone: the IANA name of the zone in which it keeps its time.
-- series_created, series_modified: Unix seconds. series_sequence, series_version: as in meeting_extra, of the series as a whole.
CREATE TABLE IF NOT EXISTS series (
	series_id INTEGER PRIMARY KEY,
	series_repeat TEXT NOT NULL,
	series_every INTEGER NOT NULL,
	series_ends TEXT NOT NULL,
	series_zone TEXT NOT NULL,
	series_created INTEGER NOT NULL,
	series_modified INTEGER NOT NULL,
	series_sequence INTEGER NOT NULL DEFAULT 0,
	series_version INTEGER NOT NULL DEFAULT 0
);

-- Each date that the rule makes. turn_number: from 0. turn_local: YYYY-MM-DDTHH:MM in the zone of the series. turn_begin: Unix seconds.
-- turn_meeting_id: NULL where there is none, or no more. turn_off: 1 where it was left out or cancelled, so that calendars are told; a
-- meeting that is purged was held.
-- turn_apart: 1 where the meeting is an event of its own in calendars, 2 where it only says something else, which nobody was told of.
CREATE TABLE IF NOT EXISTS series_meeting (
	turn_series_id INTEGER NOT NULL,
	turn_number INTEGER NOT NULL,
	turn_local TEXT NOT NULL,
	turn_begin INTEGER NOT NULL,
	turn_meeting_id INTEGER,
	turn_off INTEGER NOT NULL DEFAULT 0,
	turn_apart INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (turn_series_id, turn_number)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_turn_meeting ON series_meeting(turn_meeting_id);

-- The secret of each person's link to the series: it leads to the meeting that is now or next. Addresses are lower case.
CREATE TABLE IF NOT EXISTS series_link (
	link_id INTEGER PRIMARY KEY AUTOINCREMENT,
	link_series_id INTEGER NOT NULL,
	link_hash TEXT NOT NULL UNIQUE,
	link_email TEXT NOT NULL,
	link_role TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_link_series ON series_link(link_series_id);

CREATE TRIGGER IF NOT EXISTS series_meeting_delete AFTER DELETE ON meetings
BEGIN
	UPDATE series_meeting SET turn_meeting_id = NULL WHERE turn_meeting_id = old.meeting_id;
END;

-- A series of which no meeting is left is forgotten, whoever took the last one.
CREATE TRIGGER IF NOT EXISTS series_empty AFTER UPDATE OF turn_meeting_id ON series_meeting
WHEN new.turn_meeting_id IS NULL
	AND NOT EXISTS (SELECT 1 FROM series_meeting WHERE turn_series_id = new.turn_series_id AND turn_meeting_id IS NOT NULL)
BEGIN
	DELETE FROM series WHERE series_id = new.turn_series_id;
END;

CREATE TRIGGER IF NOT EXISTS series_delete AFTER DELETE ON series
BEGIN
	DELETE FROM series_meeting WHERE turn_series_id = old.series_id;
	DELETE FROM series_link WHERE link_series_id = old.series_id;
	DELETE FROM reply_unconfirmed WHERE unconfirmed_meeting_id = old.series_id;
END;

CREATE TRIGGER IF NOT EXISTS series_link_delete AFTER DELETE ON series_link
BEGIN
	-- Those of one date are under the secret, a blank and the date.
	DELETE FROM reply_last WHERE reply_hash >= old.link_hash AND reply_hash < old.link_hash || '!';
	DELETE FROM reply_taken WHERE taken_hash >= old.link_hash AND taken_hash < old.link_hash || '!';
END;
