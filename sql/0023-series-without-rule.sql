-- Of a series without any meeting nothing is left, also where its row in `series` was lost.
CREATE TRIGGER IF NOT EXISTS series_empty_rest AFTER UPDATE OF turn_meeting_id ON series_meeting
WHEN new.turn_meeting_id IS NULL
	AND NOT EXISTS (SELECT 1 FROM series_meeting WHERE turn_series_id = new.turn_series_id AND turn_meeting_id IS NOT NULL)
BEGIN
	DELETE FROM series_link WHERE link_series_id = new.turn_series_id;
	DELETE FROM series_meeting WHERE turn_series_id = new.turn_series_id;
END;
