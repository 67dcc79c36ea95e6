-- The name of a person by address, as booking.cgi last saw it: calendars and reminders are written when nobody has
-- signed in, and name the organiser. Addresses are lower case.
CREATE TABLE IF NOT EXISTS person (
	person_address TEXT PRIMARY KEY,
	person_name TEXT NOT NULL
) WITHOUT ROWID;
