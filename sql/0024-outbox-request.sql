-- Which request, or which run of the command, caused a mail: the id on its lines in the log, found again when the mail is sent, answered
-- or sent back. The original neither reads nor writes it.
CREATE TABLE IF NOT EXISTS outbox_request (
	request_mail INTEGER PRIMARY KEY,
	request_id TEXT NOT NULL
);

CREATE TRIGGER IF NOT EXISTS outbox_request_delete AFTER DELETE ON outbox
BEGIN
	DELETE FROM outbox_request WHERE request_mail = old.outbox_id;
END;
