-- Ids of what may go are never given again: whoever still holds one must not come upon somebody else.
CREATE TABLE account (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    -- A PHC string. Without one, nobody can sign in.
    password_hash TEXT,
    -- Names with a space between them.
    permissions   TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    -- How many OAuth clients it registered that still exist. Kept by triggers.
    clients       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE api_key (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    hash          BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    name          TEXT    NOT NULL,
    account_id    INTEGER REFERENCES account (id) ON DELETE CASCADE,
    -- Names with a space between them.
    permissions   TEXT    NOT NULL,
    -- What may be registered with it, in the plugin's JSON.
    terms         TEXT,
    -- How many clients were registered with it in all, those that are gone among them.
    registrations INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER,
    last_used_at  INTEGER
) STRICT;

CREATE INDEX api_key_by_account ON api_key (account_id);

CREATE TABLE oauth_client (
    id             INTEGER PRIMARY KEY,
    client_id      TEXT    NOT NULL UNIQUE,
    -- The plugin's own document, and how often it was written.
    record         TEXT    NOT NULL,
    revision       INTEGER NOT NULL DEFAULT 1,
    -- Who registered it, from where. They may be gone since, and nobody else has their ids.
    account_id     INTEGER,
    api_key_id     INTEGER,
    network        TEXT,
    -- Whether it registered itself without an API key.
    anonymous      INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    -- What became of it: when an administrator disabled it, when a user first agreed to it, and when
    -- it was last used.
    disabled_at    INTEGER,
    authorised_at  INTEGER,
    last_used_at   INTEGER
) STRICT;

-- One row: how many OAuth clients there are, because counting them takes longer the more there are; and
-- whether an API key was ever added, because a directory is new only once.
CREATE TABLE tally (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    clients           INTEGER NOT NULL,
    anonymous_clients INTEGER NOT NULL,
    begun             INTEGER NOT NULL CHECK (begun IN (0, 1))
) STRICT;

INSERT INTO tally (id, clients, anonymous_clients, begun) VALUES (1, 0, 0, 0);

CREATE TRIGGER api_key_added AFTER INSERT ON api_key BEGIN
    UPDATE tally SET begun = 1 WHERE begun = 0;
END;

CREATE TRIGGER oauth_client_added AFTER INSERT ON oauth_client BEGIN
    UPDATE tally SET clients = clients + 1, anonymous_clients = anonymous_clients + new.anonymous;
    UPDATE account SET clients = clients + 1 WHERE id = new.account_id;
END;

-- What a client holds goes with it. Clients that nobody registered hold grants too, so that this is
-- no foreign key.
CREATE TRIGGER oauth_client_removed AFTER DELETE ON oauth_client BEGIN
    DELETE FROM oauth_grant WHERE client_id = old.client_id;
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

-- What a user, or the server for the client itself, let a client do.
CREATE TABLE oauth_grant (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id    TEXT    NOT NULL,
    account_id   INTEGER REFERENCES account (id) ON DELETE CASCADE,
    -- Names with a space between them.
    scope        TEXT    NOT NULL,
    resources    TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX oauth_grant_by_client ON oauth_grant (client_id, account_id);
CREATE INDEX oauth_grant_by_account ON oauth_grant (account_id);

-- Authorization codes, device codes that were approved, access tokens and refresh tokens.
CREATE TABLE oauth_token (
    hash       BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    kind       TEXT    NOT NULL CHECK (kind IN ('code', 'device-code', 'access', 'refresh')),
    grant_id   INTEGER NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    data       TEXT    NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_token_by_grant ON oauth_token (grant_id);
CREATE INDEX oauth_token_by_expiry ON oauth_token (expires_at);

-- Devices whose user has not agreed.
CREATE TABLE device_request (
    device_code BLOB    PRIMARY KEY CHECK (length(device_code) = 32),
    user_code   BLOB    NOT NULL UNIQUE CHECK (length(user_code) = 32),
    client_id   TEXT    NOT NULL,
    parameters  TEXT    NOT NULL,
    interval    INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    polled_at   INTEGER,
    denied      INTEGER NOT NULL DEFAULT 0 CHECK (denied IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Browsers that signed in. One that stands on a grant ends with it.
CREATE TABLE browser_session (
    hash       BLOB    PRIMARY KEY CHECK (length(hash) = 32),
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grant_id   INTEGER REFERENCES oauth_grant (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX browser_session_by_account ON browser_session (account_id);
CREATE INDEX browser_session_by_grant ON browser_session (grant_id) WHERE grant_id IS NOT NULL;

-- Ids of assertions that clients have authenticated with: each is good for one use.
CREATE TABLE assertion (
    client_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, id)
) STRICT, WITHOUT ROWID;
