-- Answers that the owner is still to hear of, by the secret of whoever gave them: gathered into one mail an hour at most.
-- untold_at: Unix seconds. The original neither reads nor writes any of it.
CREATE TABLE IF NOT EXISTS answer_untold (
	untold_hash TEXT PRIMARY KEY,
	untold_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_untold_at ON answer_untold(untold_at);

CREATE TRIGGER IF NOT EXISTS answer_untold_delete AFTER DELETE ON attendees
BEGIN
	DELETE FROM answer_untold WHERE untold_hash = old.attendee_meeting_hash;
END;

-- Whether anybody has said "maybe": the list counts them only then.
CREATE INDEX IF NOT EXISTS idx_given_tentative ON answer_given(given_tentative) WHERE given_tentative = 1;
