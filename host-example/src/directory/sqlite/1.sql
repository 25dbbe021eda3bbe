CREATE TABLE account (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    -- How many OAuth clients it registered that still exist. Kept by triggers.
    clients    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE api_key (
    id            INTEGER PRIMARY KEY,
    hash          BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    name          TEXT    NOT NULL,
    account_id    INTEGER REFERENCES account (id),
    -- Names with a space between them.
    permissions   TEXT    NOT NULL,
    -- What may be registered with it, in the plugin's JSON.
    terms         TEXT,
    -- How many clients were registered with it in all, those that are gone among them.
    registrations INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER
) STRICT;

CREATE TABLE oauth_client (
    id             INTEGER PRIMARY KEY,
    client_id      TEXT    NOT NULL UNIQUE,
    -- The plugin's own document, and how often it was written.
    record         TEXT    NOT NULL,
    revision       INTEGER NOT NULL DEFAULT 1,
    -- Who registered it, from where.
    account_id     INTEGER REFERENCES account (id),
    api_key_id     INTEGER REFERENCES api_key (id),
    network        TEXT,
    -- Whether it registered itself without an API key.
    anonymous      INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    -- What became of it: when a user first agreed to it, when it was last used, how many users have
    -- agreed, and how many refresh tokens of it are valid.
    authorised_at  INTEGER,
    last_used_at   INTEGER,
    users          INTEGER NOT NULL DEFAULT 0,
    refresh_tokens INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row: how many OAuth clients there are. Counting them takes longer the more there are.
CREATE TABLE tally (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    clients           INTEGER NOT NULL,
    anonymous_clients INTEGER NOT NULL
) STRICT;

INSERT INTO tally (id, clients, anonymous_clients) VALUES (1, 0, 0);

CREATE TRIGGER oauth_client_added AFTER INSERT ON oauth_client BEGIN
    UPDATE tally SET clients = clients + 1, anonymous_clients = anonymous_clients + new.anonymous;
    UPDATE account SET clients = clients + 1 WHERE id = new.account_id;
END;

CREATE TRIGGER oauth_client_removed AFTER DELETE ON oauth_client BEGIN
    UPDATE tally SET clients = clients - 1, anonymous_clients = anonymous_clients - old.anonymous;
    UPDATE account SET clients = clients - 1 WHERE id = old.account_id;
END;

-- How many clients were registered from where, in windows of time. Removing a client does not lower
-- it: registering and removing in turn is no way around a limit. The sweep drops what is over.
CREATE TABLE registrations_by_network (
    window_start  INTEGER NOT NULL,
    network       TEXT    NOT NULL,
    registrations INTEGER NOT NULL,
    PRIMARY KEY (window_start, network)
) STRICT, WITHOUT ROWID;
