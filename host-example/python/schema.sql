CREATE TABLE IF NOT EXISTS client (
    client_id TEXT PRIMARY KEY,
    record TEXT,              -- NULL: removed. It is still counted, or removing would be a way around limits
    api_key BLOB, account TEXT, network TEXT, wider TEXT
) STRICT;
-- A secret is stored as its SHA-256, and looked up by that.
CREATE TABLE IF NOT EXISTS api_key (hash BLOB PRIMARY KEY, account TEXT, permissions TEXT NOT NULL, terms TEXT) STRICT;
CREATE TABLE IF NOT EXISTS access_token (
    hash BLOB PRIMARY KEY, expires_at INTEGER NOT NULL, account TEXT NOT NULL, permissions TEXT NOT NULL,
    client_id TEXT NOT NULL, scope TEXT NOT NULL
) STRICT;
