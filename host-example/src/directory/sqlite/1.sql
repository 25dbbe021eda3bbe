CREATE TABLE account (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    -- How many OAuth clients it registered that still exist. Kept by triggers.
    clients    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE api_key (
    id          INTEGER PRIMARY KEY,
    hash        BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    name        TEXT    NOT NULL,
    account_id  INTEGER REFERENCES account (id),
    -- Names with a space between them.
    permissions TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER
) STRICT;

CREATE TABLE oauth_client (
    id         INTEGER PRIMARY KEY,
    client_id  TEXT    NOT NULL UNIQUE,
    -- The plugin's own document.
    record     TEXT    NOT NULL,
    -- Who registered it, from where.
    account_id INTEGER REFERENCES account (id),
    api_key_id INTEGER REFERENCES api_key (id),
    address    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- One row: how many OAuth clients there are. Counting them takes longer the more there are.
CREATE TABLE tally (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    clients INTEGER NOT NULL
) STRICT;

INSERT INTO tally (id, clients) VALUES (1, 0);

CREATE TRIGGER oauth_client_added AFTER INSERT ON oauth_client BEGIN
    UPDATE tally SET clients = clients + 1;
    UPDATE account SET clients = clients + 1 WHERE id = new.account_id;
END;

CREATE TRIGGER oauth_client_removed AFTER DELETE ON oauth_client BEGIN
    UPDATE tally SET clients = clients - 1;
    UPDATE account SET clients = clients - 1 WHERE id = old.account_id;
END;

-- How many clients were registered from where, in the current hour. Removing a client does not
-- lower it: registering and removing in turn is no way around a limit.
CREATE TABLE registrations_by_network (
    hour          INTEGER NOT NULL,
    network       BLOB    NOT NULL,
    registrations INTEGER NOT NULL,
    PRIMARY KEY (hour, network)
) STRICT, WITHOUT ROWID;
