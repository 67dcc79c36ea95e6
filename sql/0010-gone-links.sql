-- Links whose meeting was deleted, or whose holder was taken off it, and what they may still say: kept for thirty days
-- (lib/store/gone_links.ts). gone_owner: the organiser's address. gone_deleted: 1 where the meeting is gone, 0 where the holder is
-- no longer in it. Times are Unix seconds. The original neither reads nor writes any of it.
CREATE TABLE IF NOT EXISTS gone_link (
	gone_hash TEXT PRIMARY KEY,
	gone_meeting_id INTEGER NOT NULL,
	gone_email TEXT NOT NULL,
	gone_owner TEXT NOT NULL,
	gone_subject TEXT NOT NULL,
	gone_begin INTEGER NOT NULL,
	gone_end INTEGER NOT NULL,
	gone_deleted INTEGER NOT NULL,
	gone_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_gone_at ON gone_link(gone_at);
