-- How often somebody searched for people within a minute; kept for two. search_minute: minutes since 1970.
CREATE TABLE IF NOT EXISTS people_search (
	search_by TEXT NOT NULL COLLATE NOCASE,
	search_minute INTEGER NOT NULL,
	search_count INTEGER NOT NULL,
	PRIMARY KEY (search_by, search_minute)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_search_minute ON people_search(search_minute);
