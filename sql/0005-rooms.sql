-- What Prosody is told of rooms beside their messages. The original neither reads nor writes any of it.

-- What was asked of a room, or of a person in it: the last word on each counts.
-- order_person: the id in the person's token; empty for the room itself.
-- order_does: end (its booking is over) and cancel (its booking is deleted) close the room, open lifts that; revoke ends
-- a person's ownership, restore gives it back.
-- order_until: Unix seconds from when it means nothing, for the tokens of the meeting are dead.
-- order_done: Unix seconds when Prosody had taken it; NULL while it is still to be told.
CREATE TABLE IF NOT EXISTS room_order (
	order_id INTEGER PRIMARY KEY AUTOINCREMENT,
	order_room TEXT NOT NULL,
	order_person TEXT NOT NULL,
	order_does TEXT NOT NULL,
	order_meeting_id INTEGER NOT NULL,
	order_until INTEGER NOT NULL,
	order_done INTEGER
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_room_order ON room_order(order_room, order_person);
CREATE INDEX IF NOT EXISTS idx_room_order_until ON room_order(order_until);
CREATE INDEX IF NOT EXISTS idx_room_order_open ON room_order(order_until) WHERE order_done IS NULL;

-- How far the hard end of a meeting is (lib/meetings/ending.ts).
-- ending_end: the meeting's end that this is about; with another one it begins anew.
-- ending_step: the time of the last step that was done, in Unix seconds.
CREATE TABLE IF NOT EXISTS room_ending (
	ending_meeting_id INTEGER PRIMARY KEY,
	ending_end INTEGER NOT NULL,
	ending_step INTEGER NOT NULL
);

CREATE TRIGGER IF NOT EXISTS room_ending_delete AFTER DELETE ON meetings
BEGIN
	DELETE FROM room_ending WHERE ending_meeting_id = old.meeting_id;
END;

-- Whose an address is: tokens name accounts, bookings addresses.
CREATE INDEX IF NOT EXISTS idx_feed_address ON feed_address(feed_address);
