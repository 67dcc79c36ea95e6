-- The time zone that an account has chosen for itself (booking.cgi?me), by its IANA name; who has none goes by JMB_ICAL_TZID. The original
-- neither reads nor writes it: times are Unix seconds everywhere.
CREATE TABLE IF NOT EXISTS mine_zone (
	zone_uid TEXT PRIMARY KEY COLLATE NOCASE,
	zone_name TEXT NOT NULL
) WITHOUT ROWID;

-- It goes with the rest of what an account has chosen.
CREATE TRIGGER IF NOT EXISTS mine_delete_zone AFTER DELETE ON mine
BEGIN
	DELETE FROM mine_zone WHERE zone_uid = old.mine_uid;
END;
