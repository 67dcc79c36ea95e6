-- Mails on their way. A row is written in the transaction that writes the booking.
-- outbox_state: waiting, sent, refused (for good, with its reason) or dropped (expired, or no longer wanted).
-- outbox_next: Unix seconds from when the row may be claimed. A claim moves it to the end of its lease, a failure to the
-- next try, so that the mails of a sender that died become claimable by themselves.
-- outbox_by: who holds the lease. outbox_expires: Unix seconds from when the mail is worth nothing, or NULL.
-- outbox_finished: Unix seconds when it left the state waiting. The content of what was sent or dropped is emptied.
CREATE TABLE IF NOT EXISTS outbox (
	outbox_id INTEGER PRIMARY KEY AUTOINCREMENT,
	outbox_meeting_id INTEGER NOT NULL,
	outbox_kind TEXT NOT NULL,
	outbox_recipient TEXT NOT NULL,
	outbox_role TEXT NOT NULL,
	outbox_message_id TEXT NOT NULL,
	outbox_content TEXT NOT NULL,
	outbox_state TEXT NOT NULL DEFAULT 'waiting',
	outbox_created INTEGER NOT NULL,
	outbox_next INTEGER NOT NULL,
	outbox_by TEXT,
	outbox_tries INTEGER NOT NULL DEFAULT 0,
	outbox_expires INTEGER,
	outbox_finished INTEGER,
	outbox_reason TEXT
);

CREATE INDEX IF NOT EXISTS idx_outbox_state ON outbox(outbox_state, outbox_next);
CREATE INDEX IF NOT EXISTS idx_outbox_meeting ON outbox(outbox_meeting_id, outbox_recipient, outbox_state);
CREATE INDEX IF NOT EXISTS idx_outbox_expires ON outbox(outbox_state, outbox_expires);
CREATE INDEX IF NOT EXISTS idx_outbox_finished ON outbox(outbox_finished) WHERE outbox_finished IS NOT NULL;

-- The addresses of a feed's owner (ical_owner), as booking.cgi last saw them: federated users are in no directory.
CREATE TABLE IF NOT EXISTS feed_address (
	feed_owner TEXT NOT NULL,
	feed_position INTEGER NOT NULL,
	feed_address TEXT NOT NULL,
	PRIMARY KEY (feed_owner, feed_position)
) WITHOUT ROWID;

-- The text of a feed as it was last made, and from what.
CREATE TABLE IF NOT EXISTS feed_text (
	feed_hash TEXT PRIMARY KEY,
	feed_fingerprint TEXT NOT NULL,
	feed_etag TEXT NOT NULL,
	feed_body TEXT NOT NULL,
	feed_kept INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_feed_kept ON feed_text(feed_kept);

-- The secret that a user's forms carry (against cross-site request forgery).
CREATE TABLE IF NOT EXISTS form_token (
	form_owner TEXT PRIMARY KEY,
	form_token TEXT NOT NULL
) WITHOUT ROWID;
