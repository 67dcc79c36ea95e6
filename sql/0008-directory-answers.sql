-- What the directory said last: each page would ask it again.
-- answer_question: what was asked, and of which directory. answer_value: what it said, as JSON.
-- answer_at: Unix seconds.
CREATE TABLE IF NOT EXISTS directory_answer (
	answer_id INTEGER PRIMARY KEY AUTOINCREMENT,
	answer_question TEXT NOT NULL UNIQUE,
	answer_value TEXT NOT NULL,
	answer_at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_answer_at ON directory_answer(answer_at);
